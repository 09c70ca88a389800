/*
 * The table of rates: a hash table of sets of eight words, one processor cache line each.
 *
 * A word holds a subject's tag and the time until which its allowance is used up, so that one
 * compare-and-swap claims a place or moves the time on: nothing is ever seen half written.
 */
#include "base/rates.h"

#include <stdatomic.h>

#include "base/check.h"

#define WAYS      8
#define SETS      16384 /* a MiB; 131,072 subjects */
#define TIME_BITS 40    /* of milliseconds: 34 years since the machine was started */
#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)
#define NOWHERE   WAYS

struct rates {
	_Atomic uint64_t words[SETS][WAYS];
};

size_t rates_size(void)
{
	return sizeof(struct rates);
}

struct rates *rates_in(void *memory)
{
	return memory;
}

/* The subject is a hash already: its parts are as good as any hash of it. */
static size_t set_of(uint64_t subject)
{
	return (size_t)(subject % SETS);
}

static uint64_t tag_of(uint64_t subject)
{
	return subject & ~TIME_MASK;
}

/* Where the subject stands in its set, or NOWHERE; and in *least the place of whoever has used
 * least, an empty one first. */
static unsigned find(const _Atomic uint64_t *set, uint64_t subject, int64_t now_ms,
	uint64_t words[WAYS], unsigned *least)
{
	unsigned place = NOWHERE;
	*least = 0;
	for (unsigned i = 0; i < WAYS; i++) {
		words[i] = atomic_load_explicit(&set[i], memory_order_relaxed);
		if ((words[i] & TIME_MASK) < (words[*least] & TIME_MASK))
			*least = i;
		/* A time that is over says nothing of anybody. */
		if ((words[i] & ~TIME_MASK) == tag_of(subject) &&
			(int64_t)(words[i] & TIME_MASK) > now_ms)
			place = i;
	}
	return place;
}

/* The time until which the allowance is used up after one more use, and the seconds to wait where
 * that is too far away. */
static unsigned move_on(
	int64_t used_until, unsigned most, unsigned seconds, int64_t now_ms, int64_t *next)
{
	int64_t window = (int64_t)seconds * 1000, step = window / most;
	*next = (used_until > now_ms ? used_until : now_ms) + (step > 0 ? step : 1);
	int64_t over = *next - (now_ms + window);
	return over <= 0 ? 0 : (unsigned)((over + 999) / 1000);
}

static int64_t time_at(const uint64_t words[WAYS], unsigned place)
{
	return place == NOWHERE ? 0 : (int64_t)(words[place] & TIME_MASK);
}

static void check(unsigned most, unsigned seconds, int64_t now_ms)
{
	CHECK(most > 0 && seconds > 0);
	CHECK(now_ms >= 0 && (uint64_t)now_ms + (uint64_t)seconds * 1000 <= TIME_MASK);
}

unsigned rates_use(
	struct rates *rates, uint64_t subject, unsigned most, unsigned seconds, int64_t now_ms)
{
	check(most, seconds, now_ms);
	_Atomic uint64_t *set = rates->words[set_of(subject)];
	for (;;) {
		uint64_t words[WAYS];
		unsigned least, place = find(set, subject, now_ms, words, &least);
		int64_t next;
		unsigned wait = move_on(time_at(words, place), most, seconds, now_ms, &next);
		if (wait > 0)
			return wait;
		if (place == NOWHERE)
			place = least;
		/* Somebody else was quicker: looked at anew. */
		if (atomic_compare_exchange_strong_explicit(&set[place], &words[place],
			    tag_of(subject) | (uint64_t)next, memory_order_relaxed,
			    memory_order_relaxed))
			return 0;
	}
}

unsigned rates_wait(const struct rates *rates, uint64_t subject, unsigned most, unsigned seconds,
	int64_t now_ms)
{
	check(most, seconds, now_ms);
	uint64_t words[WAYS];
	int64_t next;
	unsigned least, place = find(rates->words[set_of(subject)], subject, now_ms, words, &least);
	return move_on(time_at(words, place), most, seconds, now_ms, &next);
}
