/*
 * The places of workers: who hangs, and who dies again and again.
 */
#include "testing.h"

#include "proc/slots.h"

#define LOOKS 60

static void a_worker_hangs_after_many_looks_at_one_beat(void **state)
{
	(void)state;
	struct slot slot = {.pid = 1};
	assert_false(slot_hangs(&slot, 1000, LOOKS));
	for (unsigned i = 1; i < LOOKS; i++)
		assert_false(slot_hangs(&slot, 1000, LOOKS));
	assert_true(slot_hangs(&slot, 1000, LOOKS));
	/* It is told once. */
	assert_false(slot_hangs(&slot, 1000, LOOKS));
}

static void a_beat_in_between_is_enough(void **state)
{
	(void)state;
	struct slot slot = {.pid = 1};
	for (int64_t beat = 1; beat < 10; beat++)
		for (unsigned i = 0; i < LOOKS; i++)
			assert_false(slot_hangs(&slot, beat, LOOKS));
}

static void one_that_never_beats_hangs_as_well(void **state)
{
	(void)state;
	struct slot slot = {.pid = 1};
	unsigned looks = 1;
	while (!slot_hangs(&slot, 0, LOOKS))
		looks++;
	assert_int_equal(looks, LOOKS);
}

static void deaths_in_a_row_are_counted(void **state)
{
	(void)state;
	struct slot slots[2] = {{.pid = 1, .started = 1000}, {.pid = 2, .started = 1000}};
	int64_t now = 1000;
	assert_int_equal(slots_deaths(slots, 2, now), 0);
	for (unsigned i = 1; i <= 5; i++) {
		slot_ended(&slots[1], now + 50);
		assert_int_equal(slots_deaths(slots, 2, now + 50), i);
		now = slots[1].restart_at;
		slots[1].pid = 3;
		slots[1].started = now;
		/* Its successor has to live before the row is over. */
		assert_int_equal(slots_deaths(slots, 2, now), i);
	}
	assert_int_equal(slots_deaths(slots, 2, now + 10000), 0);
	slot_ended(&slots[1], now + 10000);
	assert_int_equal(slots[1].deaths, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_worker_hangs_after_many_looks_at_one_beat),
		cmocka_unit_test(a_beat_in_between_is_enough),
		cmocka_unit_test(one_that_never_beats_hangs_as_well),
		cmocka_unit_test(deaths_in_a_row_are_counted),
	};
	return cmocka_run_group_tests_name("slots", tests, NULL, NULL);
}
