/*
 * Rates: what is allowed, when again, who is forgotten, and threads.
 */
#include "testing.h"

#include <pthread.h>

#include "base/rates.h"

#define START 1000000 /* some time after the machine's own */

static int make(void **state)
{
	*state = rates_in(calloc(1, rates_size()));
	return *state == NULL ? -1 : 0;
}

static int end(void **state)
{
	free(*state);
	return 0;
}

/* How many of `tries` at one moment are counted. */
static unsigned use(struct rates *rates, uint64_t subject, unsigned most, unsigned seconds,
	unsigned tries, int64_t now)
{
	unsigned counted = 0;

	for (unsigned i = 0; i < tries; i++)
		counted += rates_use(rates, subject, most, seconds, now) == 0;
	return counted;
}

static void all_at_once(void **state)
{
	assert_int_equal(use(*state, 7, 5, 10, 20, START), 5);
	/* The next one after a fifth of the time, and not a moment before. */
	assert_int_equal(rates_use(*state, 7, 5, 10, START), 2);
	assert_int_equal(rates_use(*state, 7, 5, 10, START + 500), 2);
	assert_int_equal(rates_use(*state, 7, 5, 10, START + 1001), 1);
	assert_int_equal(rates_use(*state, 7, 5, 10, START + 1999), 1);
	assert_int_equal(use(*state, 7, 5, 10, 2, START + 2000), 1);
	/* After the whole time, all of them. */
	assert_int_equal(use(*state, 7, 5, 10, 20, START + 2000 + 10000), 5);
}

static void one_by_one(void **state)
{
	for (int64_t i = 0; i < 100; i++)
		assert_int_equal(rates_use(*state, 7, 5, 10, START + i * 2000), 0);
}

static void odd_limits(void **state)
{
	assert_int_equal(use(*state, 1, 1, 1, 9, START), 1);
	assert_int_equal(use(*state, 2, 7, 60, 99, START), 7);
	assert_int_equal(use(*state, 3, 60, 60, 99, START), 60);
	assert_int_equal(use(*state, 4, 1000, 3600, 2000, START), 1000);
	assert_int_equal(use(*state, 5, 5, 86400, 9, START), 5);
	assert_int_equal(rates_wait(*state, 5, 5, 86400, START), 86400 / 5);
	assert_int_equal(rates_wait(*state, 1, 1, 1, START), 1);
}

static void asking_counts_nothing(void **state)
{
	for (int i = 0; i < 100; i++)
		assert_int_equal(rates_wait(*state, 7, 1, 10, START), 0);
	assert_int_equal(rates_use(*state, 7, 1, 10, START), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(rates_wait(*state, 7, 1, 10, START), 10);
	assert_int_equal(rates_wait(*state, 7, 1, 10, START + 10000), 0);
}

static void refused_uses_cost_nothing(void **state)
{
	assert_int_equal(use(*state, 7, 2, 10, 1000, START), 2);
	assert_int_equal(rates_use(*state, 7, 2, 10, START + 5000), 0);
}

static void subjects_are_apart(void **state)
{
	/* The low bits choose the set, the high ones are told apart within. */
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(use(*state, i << 40 | 5, 3, 10, 9, START), 3);
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(use(*state, i << 40 | 6, 3, 10, 9, START), 3);
	for (uint64_t i = 0; i < 8; i++)
		assert_int_equal(rates_wait(*state, i << 40 | 5, 3, 10, START), 4);
}

/* Those whose time is over make room first; then whoever has used least. */
static void full_set(void **state)
{
	for (uint64_t i = 0; i < 7; i++)
		assert_int_equal(
			use(*state, i << 40, 10, 10, 2 + (unsigned)i, START), (int)(2 + i));
	assert_int_equal(use(*state, UINT64_C(7) << 40, 10, 10, 1, START), 1);
	assert_int_equal(use(*state, UINT64_C(8) << 40, 10, 10, 10, START), 10);
	for (uint64_t i = 0; i < 7; i++)
		assert_int_equal(
			rates_wait(*state, i << 40, 2 + (unsigned)i, 2 + (unsigned)i, START), 1);
	/* The one that used once is forgotten, and takes the next place of the kind. */
	assert_int_equal(use(*state, UINT64_C(7) << 40, 10, 10, 20, START), 10);
	assert_int_equal(rates_wait(*state, UINT64_C(0) << 40, 2, 2, START), 0);
	assert_int_equal(rates_wait(*state, UINT64_C(1) << 40, 3, 3, START), 1);
	/* A second later the second one's neighbours still count. */
	assert_int_equal(rates_wait(*state, UINT64_C(8) << 40, 10, 10, START + 1000), 0);
	assert_int_equal(rates_wait(*state, UINT64_C(8) << 40, 10, 10, START + 999), 1);
}

static void many_subjects(void **state)
{
	const uint64_t step = UINT64_C(0x9e3779b97f4a7c15); /* spreads, as a hash does */
	unsigned kept = 0;

	for (uint64_t i = 1; i <= 1000000; i++)
		assert_int_equal(rates_use(*state, i * step, 2, 3600, START), 0);
	for (uint64_t i = 1; i <= 1000000; i++)
		kept += rates_wait(*state, i * step, 1, 1800, START) > 0;
	/* The table stays as large as it is, and is well used. */
	assert_in_range(kept, rates_size() / 8 * 9 / 10, rates_size() / 8);
}

struct crowd {
	struct rates *rates;
	uint64_t subject, step;
	unsigned tries, counted;
};

static void *use_often(void *context)
{
	struct crowd *crowd = context;

	for (unsigned i = 0; i < crowd->tries; i++)
		crowd->counted += rates_use(crowd->rates, crowd->subject + i * crowd->step, 1000,
					  3600, START) == 0;
	return NULL;
}

static unsigned run_crowd(struct rates *rates, uint64_t step)
{
	pthread_t threads[4];
	struct crowd crowds[4];
	unsigned counted = 0;

	for (size_t i = 0; i < 4; i++) {
		crowds[i] = (struct crowd){rates, 42, step, 20000, 0};
		assert_int_equal(pthread_create(&threads[i], NULL, use_often, &crowds[i]), 0);
	}
	for (size_t i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		counted += crowds[i].counted;
	}
	return counted;
}

static void threads(void **state)
{
	/* Each use is counted once, but for the first ones, which may claim places of their own. */
	assert_in_range(run_crowd(*state, 0), 1000, 1003);
}

/* Everybody in the same set, which has not room for all: nothing is torn, nobody waits. */
static void threads_in_a_full_set(void **state)
{
	assert_int_equal(run_crowd(*state, UINT64_C(1) << 40), 4 * 20000);
	for (uint64_t i = 0; i < 1000; i++)
		assert_in_range(rates_wait(*state, 42 + (i << 40), 1, 3600, START), 0, 3600);
}

#define TEST(words, function)                                                                      \
	{                                                                                          \
		words, function, make, end, NULL                                                   \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("all uses may come at once, and one more when its share of time has passed",
			all_at_once),
		TEST("an even pace is never refused", one_by_one),
		TEST("limits that divide badly allow neither more nor less", odd_limits),
		TEST("asking how long to wait counts nothing", asking_counts_nothing),
		TEST("what was refused is not counted", refused_uses_cost_nothing),
		TEST("subjects do not touch each other", subjects_are_apart),
		TEST("a full set forgets whoever has used least", full_set),
		TEST("a million subjects fill the table and do not grow it", many_subjects),
		TEST("four threads at one subject get what one would", threads),
		TEST("four threads in one full set tear nothing", threads_in_a_full_set),
	};

	return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
