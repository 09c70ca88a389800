/*
 * Signals of the master: handlers that only note what came, and a pipe that ends its sleep. And
 * forking, since a child must never note a signal in its parent's place.
 */
#ifndef KINDLING_PROC_SIGNALS_H
#define KINDLING_PROC_SIGNALS_H

#include <sys/types.h>

#include "base/fault.h"

enum signals {
	SIGNALS_STOP = 1,   /* SIGTERM, SIGINT */
	SIGNALS_RELOAD = 2, /* SIGHUP, unless it was ignored when this process started: nohup(1) */
	SIGNALS_REOPEN = 4, /* SIGUSR1 */
	SIGNALS_CHILD = 8   /* SIGCHLD */
};

bool signals_watch(struct fault *fault);

/* Readable while there is something to take. */
int signals_fd(void);

/* What came since the last time, as a sum of the above. */
unsigned signals_take(void);

/* Every signal as it was, and the pipe closed. */
void signals_end(void);

/* fork(2). In the child signals_end has been called, and of these signals only SIGTERM does
 * something, namely what it does by itself: Ctrl-C and the like reach the whole group, and the
 * master decides. */
pid_t signals_fork(void);

#endif
