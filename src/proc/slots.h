/*
 * The master's places for workers: which process is in each, and when the next may start.
 */
#ifndef KINDLING_PROC_SLOTS_H
#define KINDLING_PROC_SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SLOT_FOREVER INT64_MAX

struct slot {
	pid_t pid;       /* 0: empty */
	int64_t started; /* clock_monotonic_ms, like all times here */
	int64_t restart_at;
	int64_t delay; /* before the next restart, in milliseconds */
};

/* The worker is gone: sets when another may start. A worker that lived for long is replaced at
 * once, one that dies young after 100 ms, then twice as long each time, at most 5 s. */
void slot_ended(struct slot *slot, int64_t now);

/* How long until the first empty slot may be filled: milliseconds, at least 0; SLOT_FOREVER where
 * none is empty. */
int64_t slots_next_restart(const struct slot *slots, size_t count, int64_t now);

#endif
