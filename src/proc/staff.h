/*
 * The processes of a generation: starting, watching and ending them.
 */
#ifndef KINDLING_PROC_STAFF_H
#define KINDLING_PROC_STAFF_H

#include "proc/run.h"

/* Starts the process that reads the keys. */
bool staff_start_keyholder(struct run *run, struct generation *generation, struct fault *fault);

/* Fills the slots that are empty and whose time has come. False: a process could not be started,
 * and will be tried again. */
bool staff_fill(struct run *run, struct generation *generation, struct fault *fault);

/* How long until staff_fill has something to do: milliseconds, SLOT_FOREVER for never. */
int64_t staff_next(const struct generation *generation);

/* Takes note of a process that has ended; false where it is none of this generation's. A death is
 * told in the log, unless it ends a plan: then it is in its `why`. *well becomes false with a
 * worker that did not end as it should. */
bool staff_ended(struct run *run, struct generation *generation, pid_t pid, int status, bool *well);

/* Once a second: kills workers that hang. */
void staff_look(struct run *run, struct generation *generation);

/* Sends a signal to all workers; with `keyholder`, to that one too. */
void staff_signal(const struct generation *generation, int number, bool keyholder);

/* Whether any process is left. */
bool staff_is_left(const struct generation *generation);

/* How many workers there are. */
unsigned staff_count(const struct generation *generation);

#endif
