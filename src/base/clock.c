/*
 * The clocks.
 */
#include "base/clock.h"

#include <time.h>

int64_t clock_monotonic_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_wall_seconds(void)
{
	return (int64_t)time(NULL);
}

#define FIRST_SECOND INT64_C(-30610224000) /* 1000-01-01T00:00:00Z */
#define LAST_SECOND  INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static struct tm calendar(int64_t seconds)
{
	if (seconds < FIRST_SECOND)
		seconds = FIRST_SECOND;
	if (seconds > LAST_SECOND)
		seconds = LAST_SECOND;
	time_t clock = (time_t)seconds;
	struct tm fields = {.tm_year = 70, .tm_mday = 1};
	gmtime_r(&clock, &fields);
	return fields;
}

void clock_format_date(int64_t seconds, char text[CLOCK_DATE_SIZE])
{
	struct tm t = calendar(seconds);
	(void)strftime(text, CLOCK_DATE_SIZE, "%Y-%m-%d", &t);
}

void clock_format_time(int64_t seconds, char text[CLOCK_TIME_SIZE])
{
	struct tm t = calendar(seconds);
	(void)strftime(text, CLOCK_TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &t);
}
