/*
 * The processes of a generation.
 */
#include "proc/staff.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "os/fd.h"
#include "os/title.h"
#include "proc/keyholder.h"
#include "proc/signals.h"
#include "proc/worker.h"

/* Shorter rests are not worth the clients that wait at the worker's sockets already. */
#define REST_MIN_MS 500

/* ---- starting */

bool staff_start_keyholder(struct run *run, struct generation *generation, struct fault *fault)
{
	int control[2] = {-1, -1}, word[2] = {-1, -1};
	if (!keyholder_pair(control, fault))
		return false;
	if (!run_pipe(word, false, fault))
		goto fail;
	pid_t pid = signals_fork();
	if (pid == 0) {
		title_set("kindling-keys");
		log_settle(true);
		run_let_go(run, NULL);
		fd_close(&control[1]);
		fd_close(&word[0]);
		struct keyholder_setup setup = {generation->conf, control[0], word[1]};
		exit(keyholder_run(&setup));
	}
	if (pid < 0) {
		fault_set(fault, "cannot start a keyholder: %s", strerror(errno));
		goto fail;
	}
	fd_close(&control[0]);
	fd_close(&word[1]);
	generation->keyholder = pid;
	generation->control = control[1];
	generation->first_word = word[0];
	return true;

fail:
	for (int end = 0; end < 2; end++) {
		fd_close(&control[end]);
		fd_close(&word[end]);
	}
	return false;
}

/* In the new process. */
static int become_worker(
	struct run *run, struct generation *generation, unsigned number, int channel)
{
	unsigned seat = generation->slots[number].seat;
	title_set("kindling-worker");
	/* One that is replaced while a reload is under way logs as the rest of its generation does.
	 */
	log_settle(generation->state != GENERATION_SERVING);
	run_let_go(run, generation);
	sockets_keep(&generation->sockets, number, generation->conf->workers);
	if (channel >= 0)
		tls_server_ask(generation->tls, channel);
	struct worker_setup setup = {
		.conf = generation->conf,
		.tls = generation->tls,
		.admission = {run->shared.admission, seat},
		.comments = &run->shared.comments,
		.counting = {run->shared.counters, seat},
		.sockets = &generation->sockets,
		.lifeline = generation->lifeline[0],
		.go = generation->go[0],
		.ready = generation->ready[1],
	};
	return worker_run(&setup);
}

static bool fork_worker(
	struct run *run, struct generation *generation, unsigned number, struct fault *fault)
{
	struct slot *slot = &generation->slots[number];
	int channel = -1;
	slot->seat = shared_take_seat(&run->shared);
	if (slot->seat == 0)
		return fault_set(fault, "too many workers at once");
	if (generation->conf->keyholder) {
		channel = keyholder_channel(generation->control, fault);
		if (channel < 0)
			return false;
	}
	pid_t pid = signals_fork();
	if (pid == 0)
		exit(become_worker(run, generation, number, channel));
	int error = errno;
	fd_close(&channel);
	if (pid < 0)
		return fault_set(fault, "cannot start a worker: %s", strerror(error));
	slot->pid = pid;
	shared_count(&run->shared, COUNTER_WORKERS_STARTED);
	return true;
}

static bool start_worker(
	struct run *run, struct generation *generation, unsigned number, struct fault *fault)
{
	struct slot *slot = &generation->slots[number];
	slot->started = clock_monotonic_ms();
	slot->beat = 0;
	slot->looks = 0;
	if (generation->state == GENERATION_SERVING)
		sockets_resume(&generation->sockets, number, generation->conf->workers);
	if (fork_worker(run, generation, number, fault))
		return true;
	shared_leave_seat(&run->shared, slot->seat);
	slot->seat = 0;
	slot_ended(slot, slot->started);
	return false;
}

/* Clients that the kernel would give to a slot that stays empty go to the others meanwhile. Where
 * there are no others they wait for the next worker, and nobody else can take the port. */
static void rest_sockets(struct generation *generation)
{
	unsigned workers = generation->conf->workers;
	int64_t now = clock_monotonic_ms();
	if (generation->state != GENERATION_SERVING || staff_count(generation) == 0)
		return;
	for (unsigned i = 0; i < workers; i++)
		if (generation->slots[i].pid == 0 &&
			generation->slots[i].restart_at - now >= REST_MIN_MS)
			sockets_rest(&generation->sockets, i, workers);
}

bool staff_fill(struct run *run, struct generation *generation, struct fault *fault)
{
	bool filled = true;
	for (unsigned i = 0; i < generation->conf->workers; i++) {
		struct slot *slot = &generation->slots[i];
		if (slot->pid == 0 && slot->restart_at <= clock_monotonic_ms())
			filled = start_worker(run, generation, i, fault) && filled;
	}
	rest_sockets(generation);
	return filled;
}

int64_t staff_next(const struct generation *generation)
{
	return slots_next_restart(
		generation->slots, generation->conf->workers, clock_monotonic_ms());
}

/* ---- ending */

/* SIGTERM may reach a worker before it watches for it; that is a good end too. */
static bool ended_well(int status)
{
	return status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

/* "worker 123 died: Killed" */
static void describe(const char *who, pid_t pid, int status, struct fault *text)
{
	if (WIFSIGNALED(status))
		fault_set(text, "%s %ld died: %s", who, (long)pid, strsignal(WTERMSIG(status)));
	else
		fault_set(text, "%s %ld ended with code %d", who, (long)pid, WEXITSTATUS(status));
}

static bool is_plan(const struct generation *generation)
{
	return generation->state == GENERATION_READING || generation->state == GENERATION_STARTING;
}

static void log_end(
	const struct generation *generation, const struct slot *slot, const struct fault *text)
{
	int64_t wait = slot->restart_at - clock_monotonic_ms();
	if (generation->state != GENERATION_SERVING)
		log_message(LOG_ERROR, "%s", text->text);
	else if (slot->deaths > 1)
		log_message(LOG_ERROR, "%s, %u times in a row now; the next one starts in %lld ms",
			text->text, slot->deaths, (long long)(wait > 0 ? wait : 0));
	else
		log_message(LOG_ERROR, "%s; another one starts", text->text);
}

static void worker_ended(
	struct run *run, struct generation *generation, struct slot *slot, int status, bool *well)
{
	struct fault text;
	describe("worker", slot->pid, status, &text);
	shared_leave_seat(&run->shared, slot->seat);
	slot->seat = 0;
	slot_ended(slot, clock_monotonic_ms());
	if (is_plan(generation)) {
		/* The first one to fail is the reason; those after it may be the consequence. */
		if (!generation->failed)
			fault_set(&generation->why, "%s before it could serve", text.text);
		generation->failed = true;
	}
	if (ended_well(status) || generation->given_up)
		return;
	*well = false;
	shared_count(&run->shared, COUNTER_WORKERS_DIED);
	if (!is_plan(generation))
		log_end(generation, slot, &text);
}

/* It has no reason to end while a worker may need it. */
static void keyholder_ended(struct run *run, struct generation *generation, int status)
{
	struct fault text;
	describe("the keyholder", generation->keyholder, status, &text);
	generation->keyholder = 0;
	if (generation->given_up || (status == 0 && generation->state == GENERATION_RETIRING))
		return;
	shared_count(&run->shared, COUNTER_KEYHOLDERS_DIED);
	if (!is_plan(generation)) {
		log_message(LOG_ERROR, "%s", text.text);
		return;
	}
	/* What it wanted to say is still in the pipe. */
	if (generation->state == GENERATION_STARTING && !generation->failed) {
		generation->failed = true;
		generation->why = text;
	}
}

bool staff_ended(struct run *run, struct generation *generation, pid_t pid, int status, bool *well)
{
	if (generation->keyholder == pid) {
		keyholder_ended(run, generation, status);
		return true;
	}
	for (unsigned i = 0; i < generation->conf->workers; i++)
		if (generation->slots[i].pid == pid) {
			worker_ended(run, generation, &generation->slots[i], status, well);
			return true;
		}
	return false;
}

void staff_look(struct run *run, struct generation *generation)
{
	if (is_plan(generation)) /* which has a deadline */
		return;
	unsigned timeout = generation->conf->worker_timeout;
	for (unsigned i = 0; i < generation->conf->workers; i++) {
		struct slot *slot = &generation->slots[i];
		if (slot->pid == 0 ||
			!slot_hangs(slot, counters_last_beat(run->shared.counters, slot->seat),
				timeout))
			continue;
		log_message(LOG_ERROR, "worker %ld has not moved for %u seconds: it is killed",
			(long)slot->pid, timeout);
		kill(slot->pid, SIGKILL);
	}
}

void staff_signal(const struct generation *generation, int number, bool keyholder)
{
	for (unsigned i = 0; i < generation->conf->workers; i++)
		if (generation->slots[i].pid != 0)
			kill(generation->slots[i].pid, number);
	if (keyholder && generation->keyholder != 0)
		kill(generation->keyholder, number);
}

unsigned staff_count(const struct generation *generation)
{
	unsigned count = 0;
	for (unsigned i = 0; i < generation->conf->workers; i++)
		count += generation->slots[i].pid != 0;
	return count;
}

bool staff_is_left(const struct generation *generation)
{
	return generation->keyholder != 0 || staff_count(generation) > 0;
}
