/*
 * A slow machine: one on which each look at the clock comes a while after the one before it. What
 * ends when its time is over then ends after so many looks, the same ones in each run.
 */
#ifndef KINDLING_TESTS_UNIT_SLOW_H
#define KINDLING_TESTS_UNIT_SLOW_H

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int64_t slow_ms; /* for each look; 0: the machine's own time */

/* In place of the C library's. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	static int64_t looks_ms;
	if (syscall(SYS_clock_gettime, clock, time) != 0)
		return -1;
	if (clock == CLOCK_MONOTONIC) {
		looks_ms += slow_ms;
		time->tv_nsec += looks_ms % 1000 * 1000000;
		time->tv_sec += looks_ms / 1000 + time->tv_nsec / 1000000000;
		time->tv_nsec %= 1000000000;
	}
	return 0;
}

static inline double cpu_seconds(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

#endif
