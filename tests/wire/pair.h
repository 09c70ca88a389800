/*
 * Two readers of the daemon of a test file, for tests of what one says to the other.
 */
#ifndef KINDLING_TESTS_WIRE_PAIR_H
#define KINDLING_TESTS_WIRE_PAIR_H

#include "fixture.h"
#include "reader.h"

static struct person rosa, luz;

static inline int pair_start(void **state)
{
	fixture_start(state);
	reader_join(&server, &rosa, "Rosa");
	reader_join(&server, &luz, "Luz");
	return 0;
}

static inline int pair_end(void **state)
{
	person_end(&rosa);
	person_end(&luz);
	return fixture_end(state);
}

#define MEETING(words, function)                                                                   \
	{                                                                                          \
		words, function, pair_start, pair_end, NULL                                        \
	}

#endif
