/*
 * Signals of the master.
 */
#include "proc/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"

static int wake[2] = {-1, -1};
static atomic_uint came; /* lock-free, so a handler may write it */

static unsigned meaning_of(int number)
{
	switch (number) {
	case SIGHUP:
		return SIGNALS_RELOAD;
	case SIGUSR1:
		return SIGNALS_REOPEN;
	case SIGCHLD:
		return SIGNALS_CHILD;
	default:
		return SIGNALS_STOP;
	}
}

static void signal_came(int number)
{
	int saved = errno;
	atomic_fetch_or(&came, meaning_of(number));
	ssize_t ignored = write(wake[1], "", 1); /* full: it will be woken anyway */
	(void)ignored;
	errno = saved;
}

static void handle(int number, void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

static bool hangup_is_ignored(void)
{
	struct sigaction inherited;
	return sigaction(SIGHUP, NULL, &inherited) == 0 && inherited.sa_handler == SIG_IGN;
}

/* No signal passes through being ignored on its way: one that is pending would be lost. */
static void handle_all(void (*others)(int), void (*end)(int))
{
	if (!hangup_is_ignored())
		handle(SIGHUP, others);
	handle(SIGINT, others);
	handle(SIGUSR1, others);
	handle(SIGTERM, end);
	handle(SIGCHLD, end);
}

bool signals_watch(struct fault *fault)
{
	if (pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
		return fault_set(fault, "cannot make a pipe: %s", strerror(errno));
	handle_all(signal_came, signal_came);
	handle(SIGPIPE, SIG_IGN);
	return true;
}

int signals_fd(void)
{
	return wake[0];
}

unsigned signals_take(void)
{
	char bytes[64];
	/* The pipe first: what is noted after that wakes again. */
	while (read(wake[0], bytes, sizeof bytes) > 0)
		;
	return atomic_exchange(&came, 0);
}

static void close_pipe(void)
{
	fd_close(&wake[0]);
	fd_close(&wake[1]);
	atomic_store(&came, 0);
}

void signals_end(void)
{
	handle_all(SIG_DFL, SIG_DFL);
	close_pipe();
}

pid_t signals_fork(void)
{
	sigset_t all, before;
	(void)fflush(stdout); /* or the child would print it again */
	/* Until the child has handlers of its own, a signal to it would wake the master. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid_t pid = fork();
	int error = errno;
	if (pid == 0) {
		handle_all(SIG_IGN, SIG_DFL);
		close_pipe();
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return pid;
}
