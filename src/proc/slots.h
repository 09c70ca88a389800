/*
 * A generation's places for workers: which process is in each, whether it still does something, and
 * when the next may start.
 */
#ifndef KINDLING_PROC_SLOTS_H
#define KINDLING_PROC_SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SLOT_FOREVER INT64_MAX

struct slot {
	pid_t pid;       /* 0: empty */
	unsigned seat;   /* of that process; 0: none */
	int64_t started; /* clock_monotonic_ms, like all times here */
	int64_t restart_at;
	int64_t delay;   /* before the next restart, in milliseconds */
	unsigned deaths; /* of young workers, one after the other */
	int64_t beat;    /* when it was last seen to turn its loop, as it says */
	unsigned looks;  /* since then */
};

/* The worker is gone: sets when another may start. A worker that lived for long is replaced at
 * once, one that dies young after 100 ms, then twice as long each time, at most 5 s. */
void slot_ended(struct slot *slot, int64_t now);

/* Called once a second with the worker's last beat: true, once, where it has not turned its loop in
 * so many looks, and so hangs. Looks are counted rather than time, since the machine, or the whole
 * group of processes, may have been asleep. */
bool slot_hangs(struct slot *slot, int64_t beat, unsigned looks_max);

/* How long until the first empty slot may be filled: milliseconds, at least 0; SLOT_FOREVER where
 * none is empty. */
int64_t slots_next_restart(const struct slot *slots, size_t count, int64_t now);

/* The most deaths in a row of any slot that has not lived for long since. */
unsigned slots_deaths(const struct slot *slots, size_t count, int64_t now);

#endif
