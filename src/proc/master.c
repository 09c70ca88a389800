/*
 * The master's life: begin, watch, stop.
 *
 * One loop, which sleeps in one poll(2) and is woken by signals, by the processes of a plan, by the
 * control socket, and once a second. Whatever woke it, each turn looks at everything: who has
 * ended, what the plan has come to (generation.h), whether a reload is wanted (reload.h), whom to
 * start again (staff.h).
 *
 * The first generation is a plan like any other, but for two things: root, who may have started the
 * server, is given up for good in the middle of it, once the sockets are bound and the keys are
 * being read; and where it fails nothing is left to go on.
 */
#include "proc/master.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/privileges.h"
#include "proc/fence.h"
#include "proc/front.h"
#include "proc/generation.h"
#include "proc/groundwork.h"
#include "proc/reload.h"
#include "proc/signals.h"
#include "proc/staff.h"
#include "proc/welcome.h"

#define TICK_MS    1000
#define LOOK_MS    2000 /* at the certificates' files */
#define EVENTS_MAX 4

struct master {
	struct run run;
	struct reload reload;
	int64_t next_tick, next_look, control_rests; /* clock_monotonic_ms */
	int exit_code;
};

/* ---- beginning */

static bool take_sockets(struct run *run, struct fault *fault)
{
	int first;
	int count = service_take_sockets(&first, fault);
	if (count > 0)
		log_message(LOG_INFO,
			"listening at %d sockets that were handed over; listen means nothing",
			count);
	return count == 0 || (count > 0 && sockets_take(&run->handed, first, (size_t)count, fault));
}

/* Gives root up where it is to be given up, and whatever could bring it back. */
static bool drop(const struct generation *plan, bool is_root, struct fault *fault)
{
	const struct conf *conf = plan->conf;
	if (is_root) {
		sockets_give(&plan->sockets, conf->user);
		if (!privileges_drop(conf->user, fault) || !groundwork_log(conf, false, fault))
			return false;
		log_settle(true);
		groundwork_warn_of_keys(conf);
	}
	return privileges_seal(fault);
}

/* Everything that can be wrong shows here, or in what the plan comes to. */
static bool begin(struct master *master, struct settings *settings, struct fault *fault)
{
	struct run *run = &master->run;
	const struct conf *conf = settings->conf;
	bool is_root = geteuid() == 0 && conf->user[0] != '\0';
	service_open(&run->service);
	if (!signals_watch(fault) || !groundwork_log(conf, is_root, fault) ||
		!take_sockets(run, fault) || !shared_prepare(&run->shared, fault)) {
		settings_leave(settings);
		return false;
	}
	struct generation *plan = generation_plan(run, settings, fault);
	if (plan == NULL)
		return false;
	/* One that a killed server has left would tell of a port that is no longer right. */
	if (conf->ready_file[0] != '\0')
		unlink(conf->ready_file);
	return drop(plan, is_root, fault) && generation_prepare(run, plan, fault);
}

/* ---- watching */

static void wait_for_event(struct master *master)
{
	const struct run *run = &master->run;
	int64_t now = clock_monotonic_ms();
	struct pollfd events[EVENTS_MAX] = {
		{.fd = signals_fd(), .events = POLLIN},
		{.fd = now < master->control_rests ? -1 : run->control, .events = POLLIN},
	};
	const struct generation *plan = run_plan(run);
	const struct generation *serving = run_find(run, GENERATION_SERVING);
	nfds_t count = 2;
	int64_t wait = master->next_tick - now;
	if (plan != NULL) {
		events[count++] = (struct pollfd){.fd = plan->first_word, .events = POLLIN};
		events[count++] = (struct pollfd){.fd = plan->ready[0], .events = POLLIN};
	}
	if (serving != NULL && staff_next(serving) < wait)
		wait = staff_next(serving);
	poll(events, count, wait > 0 ? (int)wait : 0);
	/* Who waits there is not asked after again and again while nobody can be let in. */
	if ((events[1].revents & POLLIN) != 0 && !front_answer(run))
		master->control_rests = clock_monotonic_ms() + TICK_MS;
}

static void reap(struct master *master)
{
	pid_t pid;
	int status;
	bool well = true;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (size_t i = 0; i < GENERATIONS_MAX; i++)
			if (master->run.generations[i] != NULL &&
				staff_ended(&master->run, master->run.generations[i], pid, status,
					&well))
				break;
	/* Afterwards it is a matter of the log. */
	if (!well && run_find(&master->run, GENERATION_SERVING) == NULL)
		master->exit_code = EXIT_FAILURE;
}

/* Says why it cannot start. */
static bool fail(struct master *master, const struct fault *fault)
{
	(void)fprintf(stderr, "kindling: %s\n", fault->text);
	master->exit_code = EXIT_FAILURE;
	return false;
}

/* A plan serves from here on. False: it was the first one, and the world cannot be told. */
static bool commit(struct master *master, struct generation *plan)
{
	struct run *run = &master->run;
	const struct generation *old = run_find(run, GENERATION_SERVING);
	const struct conf *old_conf = old != NULL ? old->conf : NULL;
	struct fault fault;
	if (!generation_commit(run, plan, &fault)) {
		generation_give_up(run, plan);
		if (old == NULL)
			return fail(master, &fault);
		reload_refused(&master->reload, run, &fault);
		return true;
	}
	if (old == NULL && !welcome_print(plan->conf, &plan->sockets, &fault))
		return fail(master, &fault);
	if (!front_follow(run, old_conf, &fault)) {
		if (old == NULL)
			return fail(master, &fault);
		log_message(LOG_ERROR, "%s", fault.text);
	}
	if (old == NULL)
		fence_announce(plan->conf);
	reload_done(&master->reload, run, plan);
	return true;
}

/* False: there is nothing to serve with. */
static bool advance(struct master *master)
{
	struct run *run = &master->run;
	struct generation *plan = run_plan(run);
	struct fault fault;
	if (plan == NULL)
		return true;
	switch (generation_go_on(run, plan, &fault)) {
	case GENERATION_GOES_ON:
		return true;
	case GENERATION_READY:
		return commit(master, plan);
	case GENERATION_FAILED:
		break;
	}
	generation_give_up(run, plan);
	if (run_find(run, GENERATION_SERVING) == NULL)
		return fail(master, &fault);
	reload_refused(&master->reload, run, &fault);
	return true;
}

static void tick(struct master *master)
{
	struct run *run = &master->run;
	int64_t now = clock_monotonic_ms();
	if (now < master->next_tick)
		return;
	master->next_tick = now + TICK_MS;
	for (size_t i = 0; i < GENERATIONS_MAX; i++)
		if (run->generations[i] != NULL)
			staff_look(run, run->generations[i]);
	front_alive(run);
	if (now < master->next_look)
		return;
	master->next_look = now + LOOK_MS;
	reload_look(&master->reload, run);
}

static void look_at_generations(struct master *master)
{
	struct run *run = &master->run;
	struct generation *serving = run_find(run, GENERATION_SERVING);
	struct fault fault;
	for (size_t i = 0; i < GENERATIONS_MAX; i++)
		if (run->generations[i] != NULL && run->generations[i] != run_plan(run))
			generation_look(run, run->generations[i]);
	if (serving != NULL && !staff_fill(run, serving, &fault))
		log_message(LOG_ERROR, "%s", fault.text);
}

/* Until a signal asks to stop, or the server cannot even begin. */
static void watch(struct master *master)
{
	for (;;) {
		wait_for_event(master);
		unsigned signals = signals_take();
		if ((signals & SIGNALS_STOP) != 0)
			return;
		if ((signals & SIGNALS_RELOAD) != 0)
			reload_ask(&master->reload);
		if ((signals & SIGNALS_REOPEN) != 0)
			reload_reopen_log(&master->reload);
		reap(master);
		if (!advance(master))
			return;
		tick(master);
		look_at_generations(master);
		reload_begin(&master->reload, &master->run);
	}
}

/* ---- stopping */

static bool any_left(const struct run *run)
{
	for (size_t i = 0; i < GENERATIONS_MAX; i++)
		if (run->generations[i] != NULL)
			return true;
	return false;
}

static void signal_all(const struct run *run, int number, bool keyholders)
{
	for (size_t i = 0; i < GENERATIONS_MAX; i++)
		if (run->generations[i] != NULL)
			staff_signal(run->generations[i], number, keyholders);
}

static void retire_all(struct run *run)
{
	struct generation *plan = run_plan(run);
	struct generation *serving = run_find(run, GENERATION_SERVING);
	if (plan != NULL)
		generation_give_up(run, plan);
	signal_all(run, SIGTERM, false);
	if (serving == NULL)
		return;
	front_remove(run, serving->conf);
	sockets_remove_files(&serving->sockets, NULL);
	generation_retire(serving);
}

static void stop(struct master *master)
{
	struct run *run = &master->run;
	service_stopping(&run->service);
	retire_all(run);
	sockets_close(&run->handed);
	while (any_left(run)) {
		wait_for_event(master);
		if ((signals_take() & SIGNALS_STOP) != 0)
			signal_all(run, SIGKILL, true); /* asked a second time */
		reap(master);
		master->next_tick = clock_monotonic_ms() + TICK_MS;
		look_at_generations(master);
	}
}

int master_run(struct settings *settings, int argc, char **argv)
{
	struct master master = {
		.run = {.control = -1,
			.service = {.fd = -1},
			.first = settings_share(settings),
			.started = clock_wall_seconds()},
		.reload = {.argc = argc, .argv = argv},
		.exit_code = EXIT_SUCCESS,
	};
	struct fault fault = {""};
	bool begun = begin(&master, settings, &fault);
	if (begun)
		watch(&master);
	else
		fail(&master, &fault);
	stop(&master);
	if (begun)
		log_message(LOG_INFO, "stopped");
	service_close(&master.run.service);
	settings_leave(master.run.first);
	signals_end();
	return master.exit_code;
}
