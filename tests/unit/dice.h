/*
 * Chance of one seed, so that a failure comes again.
 */
#ifndef KINDLING_TESTS_UNIT_DICE_H
#define KINDLING_TESTS_UNIT_DICE_H

#include <stdint.h>

static uint64_t seed; /* to be set, and not to 0 */

static inline unsigned roll(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed % below);
}

#endif
