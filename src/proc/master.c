/*
 * The master's life: prepare, start, watch, stop.
 *
 * It waits in one poll for two things: signals, which a handler turns into bytes of a pipe, and
 * workers that say they are ready.
 */
#include "proc/master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/fd.h"
#include "proc/shared.h"
#include "proc/slots.h"
#include "proc/welcome.h"
#include "proc/worker.h"

#define KILL_AFTER_MS 5000 /* after drain_timeout, for workers that do not end */

struct master {
	const struct conf *conf;
	struct shared shared;
	struct slot *slots;
	int lifeline[2]; /* nothing is ever written: it ends with the master */
	int ready[2];
	unsigned ready_count; /* workers that have ever said they serve */
	bool serving;         /* all of the first ones have */
	int exit_code;
};

/* The signal handler's way into poll. */
static int signal_pipe[2] = {-1, -1};

static void signal_came(int number)
{
	int saved = errno;
	unsigned char byte = (unsigned char)number;
	ssize_t ignored = write(signal_pipe[1], &byte, 1); /* full: it will be woken anyway */
	(void)ignored;
	errno = saved;
}

static void handle(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

/* `stop` gets the signals that stop a server at a terminal; `end` SIGTERM and SIGCHLD. No signal
 * passes through being ignored on its way: one that is pending would be lost. */
static void handle_signals(void (*stop)(int), void (*end)(int))
{
	struct sigaction inherited;
	sigaction(SIGHUP, NULL, &inherited);
	if (inherited.sa_handler != SIG_IGN) /* nohup(1) has it ignored, and means it */
		handle(SIGHUP, stop);
	handle(SIGINT, stop);
	handle(SIGTERM, end);
	handle(SIGCHLD, end);
	handle(SIGPIPE, SIG_IGN);
}

static bool make_pipe(int ends[2], struct fault *fault)
{
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return fault_set(fault, "cannot make a pipe: %s", strerror(errno));
	return true;
}

/* Everything that can be wrong shows here, before any worker starts. */
static bool prepare(struct master *master, struct fault *fault)
{
	const struct conf *conf = master->conf;
	if (!shared_prepare(&master->shared, conf, fault))
		return false;
	master->slots = calloc(conf->workers, sizeof *master->slots);
	if (master->slots == NULL)
		return fault_set(fault, "out of memory");
	if (!make_pipe(signal_pipe, fault) || !make_pipe(master->lifeline, fault) ||
		!make_pipe(master->ready, fault))
		return false;
	handle_signals(signal_came, signal_came);
	return true;
}

/* In the new process, with all signals blocked. */
static int become_worker(struct master *master, unsigned number, const sigset_t *signals)
{
	/* Ctrl-C reaches the whole group: the master decides. */
	handle_signals(SIG_IGN, SIG_DFL);
	sigprocmask(SIG_SETMASK, signals, NULL);
	sockets_keep(&master->shared.sockets, number);
	fd_close(&signal_pipe[0]);
	fd_close(&signal_pipe[1]);
	fd_close(&master->lifeline[1]);
	fd_close(&master->ready[0]);
	struct worker_setup setup = {
		.conf = master->conf,
		.tls = master->shared.tls,
		.admission = {master->shared.admission, number,
			master->conf->max_connections_per_address},
		.comments = &master->shared.comments,
		.sockets = sockets_of(&master->shared.sockets, number),
		.socket_count = master->shared.sockets.addresses,
		.lifeline = master->lifeline[0],
		.ready = master->ready[1],
	};
	int code = worker_run(&setup);
	shared_release(&master->shared);
	return code;
}

static void start_worker(struct master *master, unsigned number)
{
	struct slot *slot = &master->slots[number];
	admission_forget(master->shared.admission, number);
	slot->started = clock_monotonic_ms();
	struct fault fault;
	if (!sockets_resume(&master->shared.sockets, number, &fault)) {
		log_message(LOG_ERROR, "cannot start a worker: %s", fault.text);
		slot_ended(slot, slot->started);
		return;
	}
	fflush(stdout); /* or the worker would print it again */
	/* Until the worker has handlers of its own, a signal would be written into the master's
	 * pipe a second time. */
	sigset_t all, before;
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid_t pid = fork();
	if (pid == 0)
		exit(become_worker(master, number, &before));
	int error = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid < 0) {
		log_message(LOG_ERROR, "cannot start a worker: %s", strerror(error));
		slot_ended(slot, slot->started);
		return;
	}
	slot->pid = pid;
}

/* SIGTERM may reach a worker before it watches for it; that is a good end too. */
static bool ended_well(int status)
{
	return status == 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

static void log_end(pid_t pid, int status)
{
	if (WIFSIGNALED(status))
		log_message(
			LOG_ERROR, "worker %ld died: %s", (long)pid, strsignal(WTERMSIG(status)));
	else
		log_message(
			LOG_ERROR, "worker %ld ended with code %d", (long)pid, WEXITSTATUS(status));
}

/* Clears the places of those who have ended; false where one of them did not end well. */
static bool reap(struct master *master)
{
	bool well = true;
	pid_t pid;
	int status;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < master->conf->workers; i++) {
			struct slot *slot = &master->slots[i];
			if (slot->pid != pid)
				continue;
			if (!ended_well(status)) {
				log_end(pid, status);
				well = false;
			}
			slot_ended(slot, clock_monotonic_ms());
		}
	return well;
}

/* The next signal other than SIGCHLD that came, or 0. */
static int next_signal(void)
{
	unsigned char number;
	while (read(signal_pipe[0], &number, 1) == 1)
		if (number != SIGCHLD)
			return number;
	return 0;
}

/* Waits for something to happen; a time of SLOT_FOREVER waits for that alone. */
static void wait_for_event(struct master *master, int64_t milliseconds)
{
	struct pollfd events[] = {
		{.fd = signal_pipe[0], .events = POLLIN},
		{.fd = master->ready[0], .events = POLLIN},
	};
	int timeout = milliseconds > 60000 ? 60000 : (int)milliseconds;
	poll(events, 2, milliseconds == SLOT_FOREVER ? -1 : timeout);
}

static void count_ready(struct master *master)
{
	char bytes[64];
	ssize_t got;
	while ((got = read(master->ready[0], bytes, sizeof bytes)) > 0)
		master->ready_count += (unsigned)got;
}

static void fill_slots(struct master *master)
{
	for (unsigned i = 0; i < master->conf->workers; i++) {
		struct slot *slot = &master->slots[i];
		if (slot->pid == 0 && slot->restart_at <= clock_monotonic_ms())
			start_worker(master, i);
	}
}

static bool any_left(const struct master *master)
{
	for (unsigned i = 0; i < master->conf->workers; i++)
		if (master->slots[i].pid != 0)
			return true;
	return false;
}

/* Clients that the kernel would give to an empty slot go to the others meanwhile. Where there are
 * no others they wait for the next worker, and nobody else can take the port. */
static void rest_sockets(struct master *master)
{
	if (!any_left(master))
		return;
	for (unsigned i = 0; i < master->conf->workers; i++)
		if (master->slots[i].pid == 0)
			sockets_rest(&master->shared.sockets, i);
}

static bool announce(struct master *master)
{
	struct fault fault;
	if (welcome_print(master->conf, &master->shared.sockets, &fault) &&
		welcome_write_ready_file(master->conf, &master->shared.sockets, &fault))
		return true;
	log_message(LOG_ERROR, "%s", fault.text);
	return false;
}

/* Until a signal asks to stop, or the server cannot even begin. */
static void watch(struct master *master)
{
	unsigned workers = master->conf->workers;
	for (;;) {
		wait_for_event(
			master, slots_next_restart(master->slots, workers, clock_monotonic_ms()));
		if (next_signal() != 0)
			return;
		count_ready(master);
		bool well = reap(master);
		if (!master->serving && master->ready_count >= workers) {
			master->serving = announce(master);
			well = well && master->serving;
		}
		if (!master->serving && !well) {
			master->exit_code = EXIT_FAILURE; /* said why already */
			return;
		}
		fill_slots(master);
		rest_sockets(master);
	}
}

static void signal_workers(const struct master *master, int number)
{
	for (unsigned i = 0; i < master->conf->workers; i++)
		if (master->slots[i].pid != 0)
			kill(master->slots[i].pid, number);
}

static void stop(struct master *master)
{
	int64_t limit =
		clock_monotonic_ms() + (int64_t)master->conf->drain_timeout * 1000 + KILL_AFTER_MS;
	signal_workers(master, SIGTERM);
	sockets_close(&master->shared.sockets);
	while (any_left(master)) {
		int64_t left = limit - clock_monotonic_ms();
		if (left <= 0 || next_signal() != 0) {
			/* Out of time, or asked a second time. */
			signal_workers(master, SIGKILL);
			left = SLOT_FOREVER;
		}
		wait_for_event(master, left);
		count_ready(master); /* or poll would not wait */
		if (!reap(master))
			master->exit_code = EXIT_FAILURE;
	}
	if (master->serving && master->conf->ready_file[0] != '\0')
		unlink(master->conf->ready_file);
}

static void release(struct master *master)
{
	handle_signals(SIG_DFL, SIG_DFL);
	shared_release(&master->shared);
	free(master->slots);
	for (int end = 0; end < 2; end++) {
		fd_close(&signal_pipe[end]);
		fd_close(&master->lifeline[end]);
		fd_close(&master->ready[end]);
	}
}

int master_run(const struct conf *conf)
{
	struct master master = {
		.conf = conf, .lifeline = {-1, -1}, .ready = {-1, -1}, .exit_code = EXIT_SUCCESS};
	struct fault fault = {""};
	log_configure(conf->log, conf->log_level);
	log_open();
	if (prepare(&master, &fault)) {
		fill_slots(&master);
		watch(&master);
		stop(&master);
		log_message(LOG_INFO, "stopped");
	} else {
		fprintf(stderr, "kindling: %s\n", fault.text);
		master.exit_code = EXIT_FAILURE;
	}
	release(&master);
	return master.exit_code;
}
