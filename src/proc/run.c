/*
 * A run's generations.
 */
#include "proc/run.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"

struct generation *run_find(const struct run *run, enum generation_state state)
{
	for (size_t i = 0; i < GENERATIONS_MAX; i++)
		if (run->generations[i] != NULL && run->generations[i]->state == state)
			return run->generations[i];
	return NULL;
}

struct generation *run_plan(const struct run *run)
{
	struct generation *reading = run_find(run, GENERATION_READING);
	return reading != NULL ? reading : run_find(run, GENERATION_STARTING);
}

bool run_pipe(int ends[2], bool blocks, struct fault *fault)
{
	if (pipe2(ends, O_CLOEXEC) == 0 && (blocks || fd_set_nonblocking(ends[0])))
		return true;
	return fault_set(fault, "cannot make a pipe: %s", strerror(errno));
}

void run_let_go(struct run *run, struct generation *mine)
{
	fd_close(&run->control);
	service_close(&run->service);
	sockets_close(&run->handed);
	for (size_t i = 0; i < GENERATIONS_MAX; i++) {
		struct generation *generation = run->generations[i];
		if (generation == NULL)
			continue;
		fd_close(&generation->control);
		fd_close(&generation->first_word);
		fd_close(&generation->lifeline[1]);
		fd_close(&generation->go[1]);
		fd_close(&generation->ready[0]);
		if (generation == mine)
			continue;
		fd_close(&generation->lifeline[0]);
		fd_close(&generation->go[0]);
		fd_close(&generation->ready[1]);
		sockets_close(&generation->sockets);
	}
}
