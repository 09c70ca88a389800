/*
 * Ready file, control socket and status line.
 */
#include "proc/front.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "proc/control.h"
#include "proc/staff.h"
#include "proc/welcome.h"

#define STATUS_SIZE     256
#define DEATHS_OF_A_FEW 2 /* in a row: from here on it is worth a word */

static bool is_new(const char *old, const char *path)
{
	return old == NULL || strcmp(old, path) != 0;
}

/* Its absence is no reason not to serve. */
static void move_control(struct run *run, const char *old, const char *path)
{
	struct fault fault;
	if (!is_new(old, path))
		return;
	if (old != NULL)
		control_close(&run->control, old);
	if (path[0] == '\0')
		return;
	run->control = control_open(path, &fault);
	if (run->control < 0)
		log_message(LOG_INFO, "kindling stats will not work: %s", fault.text);
}

bool front_follow(struct run *run, const struct conf *old, struct fault *fault)
{
	const struct generation *serving = run_find(run, GENERATION_SERVING);
	const struct conf *conf = serving->conf;
	move_control(run, old != NULL ? old->control : NULL, conf->control);
	if (old != NULL && old->ready_file[0] != '\0' && is_new(old->ready_file, conf->ready_file))
		unlink(old->ready_file);
	return welcome_write_ready_file(conf, &serving->sockets, fault);
}

bool front_answer(const struct run *run)
{
	const struct generation *serving = run_find(run, GENERATION_SERVING);
	struct metrics metrics = {
		.counters = run->shared.counters,
		.started = run->started,
		.generation = serving != NULL ? serving->number : 0,
	};
	return control_answer(run->control, &metrics);
}

static int64_t count_connections(const struct run *run)
{
	int64_t count = 0;
	for (enum gauge gauge = GAUGE_PROXY; gauge <= GAUGE_DRAIN; gauge++)
		count += counters_level(run->shared.counters, gauge);
	return count;
}

/* "Serving example.org and 1 other with 2 workers, 35 connections" */
static void write_status(const struct run *run, char status[STATUS_SIZE])
{
	const struct generation *serving = run_find(run, GENERATION_SERVING);
	char others[48] = "", trouble[64] = "";
	if (serving == NULL) {
		(void)snprintf(status, STATUS_SIZE, "Starting");
		return;
	}
	const struct conf *conf = serving->conf;
	unsigned most = slots_deaths(serving->slots, conf->workers, clock_monotonic_ms());
	if (conf->capsule_count > 1)
		(void)snprintf(others, sizeof others, " and %zu other%s", conf->capsule_count - 1,
			conf->capsule_count > 2 ? "s" : "");
	if (conf->keyholder && serving->keyholder == 0)
		(void)snprintf(trouble, sizeof trouble, "; without a keyholder nobody gets in");
	else if (most >= DEATHS_OF_A_FEW)
		(void)snprintf(
			trouble, sizeof trouble, "; workers keep dying, %u times in a row", most);
	unsigned workers = staff_count(serving);
	(void)snprintf(status, STATUS_SIZE, "Serving %.64s%s with %u worker%s, %lld connections%s",
		conf->capsules[0].host, others, workers, workers == 1 ? "" : "s",
		(long long)count_connections(run), trouble);
}

void front_ready(const struct run *run)
{
	char status[STATUS_SIZE];
	write_status(run, status);
	service_ready(&run->service, status);
}

void front_alive(const struct run *run)
{
	char status[STATUS_SIZE];
	const struct generation *serving = run_find(run, GENERATION_SERVING);
	if (run->service.fd < 0)
		return;
	/* Without its keyholder, and with no other to be had, it serves nobody: a service manager
	 * that wants to hear that all is well had better start it anew. */
	bool well = serving == NULL || !serving->conf->keyholder || serving->keyholder != 0;
	write_status(run, status);
	service_alive(&run->service, status, well);
}

void front_remove(struct run *run, const struct conf *conf)
{
	control_close(&run->control, conf->control);
	if (conf->ready_file[0] != '\0')
		unlink(conf->ready_file);
}
