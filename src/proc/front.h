/*
 * What a run shows to programs around it: the ready file, the control socket, and its state in a
 * line for the service manager.
 */
#ifndef KINDLING_PROC_FRONT_H
#define KINDLING_PROC_FRONT_H

#include "proc/run.h"

/* Follows the generation that serves now. `old` is the configuration before; NULL for none. False
 * with a fault: the ready file cannot be written. */
bool front_follow(struct run *run, const struct conf *old, struct fault *fault);

/* The control socket can be read. False: nobody can be let in now, and asking again at once would
 * be in vain. */
bool front_answer(const struct run *run);

/* Tells the service manager that it is ready. */
void front_ready(const struct run *run);

/* Tells the service manager, now and then, that the master lives, and what it does. */
void front_alive(const struct run *run);

/* Nothing of it is left: ready file and control socket are removed. */
void front_remove(struct run *run, const struct conf *conf);

#endif
