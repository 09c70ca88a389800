/*
 * The two clocks: one that never jumps, for deadlines, and the calendar, for people.
 */
#ifndef KINDLING_BASE_CLOCK_H
#define KINDLING_BASE_CLOCK_H

#include <stdint.h>

#define CLOCK_DATE_SIZE 11 /* "2026-11-23" */
#define CLOCK_TIME_SIZE 21 /* "2026-11-23T12:34:56Z" */

int64_t clock_monotonic_ms(void);
int64_t clock_wall_seconds(void); /* since 1970-01-01 UTC */

/* UTC. Years outside 1000..9999 are written as the nearest of these. */
void clock_format_date(int64_t seconds, char text[CLOCK_DATE_SIZE]);
void clock_format_time(int64_t seconds, char text[CLOCK_TIME_SIZE]); /* RFC 3339 */

#endif
