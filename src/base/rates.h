/*
 * How often somebody did something, lately: a table in memory that all workers share.
 *
 * Each subject (a keyed hash: nothing can be read back out of the table) has a time until which
 * its allowance is used up, and each use moves it on (the generic cell rate algorithm, ITU-T
 * I.371). A table that is full forgets whoever has used least. Lock-free; two uses at the very same
 * moment may count as one.
 */
#ifndef KINDLING_BASE_RATES_H
#define KINDLING_BASE_RATES_H

#include <stddef.h>
#include <stdint.h>

struct rates;

/* How many bytes the table takes; `memory` of that size is zeroed, aligned for any type, and
 * shared. */
size_t rates_size(void);
struct rates *rates_in(void *memory);

/* `most` uses within `seconds`, all at once or one by one. 0: this use is counted. Otherwise it is
 * not, and the number of seconds until one more is allowed is given, at least 1. `now_ms` is
 * clock_monotonic_ms. */
unsigned rates_use(
	struct rates *rates, uint64_t subject, unsigned most, unsigned seconds, int64_t now_ms);

/* The same question without counting a use. */
unsigned rates_wait(const struct rates *rates, uint64_t subject, unsigned most, unsigned seconds,
	int64_t now_ms);

#endif
