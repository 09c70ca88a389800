/*
 * A machine whose clock goes by looks alone: each comes a while after the one before it, however
 * busy the real one is. What ends when its time is over then ends after so many looks, the same
 * ones in each run.
 */
#ifndef KINDLING_TESTS_UNIT_SLOW_H
#define KINDLING_TESTS_UNIT_SLOW_H

#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* What fills a struct timespec as this program sees it. */
#ifdef SYS_clock_gettime64
#define GETTIME (sizeof(time_t) > sizeof(long) ? SYS_clock_gettime64 : SYS_clock_gettime)
#else
#define GETTIME SYS_clock_gettime
#endif

static int64_t slow_ms; /* for each look; 0: the clock stands still */

/* In place of the C library's. */
int clock_gettime(clockid_t clock, struct timespec *time)
{
	static int64_t now_ms = 1000000;
	if (clock != CLOCK_MONOTONIC)
		return (int)syscall(GETTIME, clock, time);
	now_ms += slow_ms;
	*time = (struct timespec){
		.tv_sec = (time_t)(now_ms / 1000), .tv_nsec = (long)(now_ms % 1000 * 1000000)};
	return 0;
}

static inline double cpu_seconds(void)
{
	struct timespec time;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

#endif
