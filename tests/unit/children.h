/*
 * For tests of what cannot be undone: each tried in a process of its own.
 */
#ifndef KINDLING_TESTS_UNIT_CHILDREN_H
#define KINDLING_TESTS_UNIT_CHILDREN_H

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "testing.h"

/* What `act` returned in the new process (0 to 127), or 128 and the number of the signal that ended
 * it. */
static inline int in_child(int (*act)(void))
{
	int status = 0;
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(act());
	assert_true(pid > 0);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What a child returns: 0, or the line of what was not so. */
#define EXPECT(what)                                                                               \
	do {                                                                                       \
		if (!(what)) {                                                                     \
			fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #what,     \
				strerror(errno));                                                  \
			return 1;                                                                  \
		}                                                                                  \
	} while (0)

#endif
