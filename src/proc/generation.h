/*
 * The life of a generation: planned, committed, retired, gone. Its states are told in run.h.
 */
#ifndef KINDLING_PROC_GENERATION_H
#define KINDLING_PROC_GENERATION_H

#include "proc/run.h"

/* Begins a plan: its sockets, except for files of Unix ones, and the process that reads the keys.
 * This much root does, where root starts the server. The settings are taken over for one user, also
 * where this fails. NULL with a fault; nothing has changed then. */
struct generation *generation_plan(struct run *run, struct settings *settings, struct fault *fault);

/* The rest of what a plan needs of the machine. False with a fault: it is to be given up. */
bool generation_prepare(struct run *run, struct generation *generation, struct fault *fault);

/* What a plan has come to. */
enum generation_step {
	GENERATION_GOES_ON,
	GENERATION_READY, /* to be committed */
	GENERATION_FAILED /* `fault`; it is to be given up */
};
enum generation_step generation_go_on(
	struct run *run, struct generation *generation, struct fault *fault);

/* It serves from here on, and the one that did retires. False with a fault: it is to be given up.
 */
bool generation_commit(struct run *run, struct generation *generation, struct fault *fault);

/* Ends a plan, as if it had never been. */
void generation_give_up(struct run *run, struct generation *generation);

/* Its workers let nobody in any more, and end with their last connection. */
void generation_retire(struct generation *generation);

/* To be called now and then. One that retires is ended where its time is over, and freed where
 * nothing of it is left. */
void generation_look(struct run *run, struct generation *generation);

#endif
