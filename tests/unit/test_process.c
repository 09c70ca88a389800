/*
 * The table of connection states, and the back-off of workers.
 */
#include "testing.h"

#include "net/state.h"
#include "proc/slots.h"

static void only_the_table_changes_a_state(void **state)
{
	(void)state;
	/* proxy, handshake, request, upload, answer, write, drain, closed: from the row to the
	 * column */
	static const bool allowed[CONNECTION_STATE_COUNT][CONNECTION_STATE_COUNT] = {
		{0, 1, 0, 0, 0, 0, 0, 1},
		{0, 0, 1, 0, 0, 0, 0, 1},
		{0, 0, 0, 1, 1, 1, 0, 1},
		{0, 0, 0, 0, 1, 1, 0, 1},
		{0, 0, 0, 1, 0, 1, 0, 1},
		{0, 0, 0, 0, 0, 0, 1, 1},
		{0, 0, 0, 0, 0, 0, 0, 1},
		{0, 0, 0, 0, 0, 0, 0, 0},
	};
	for (unsigned from = 0; from < CONNECTION_STATE_COUNT; from++)
		for (unsigned to = 0; to < CONNECTION_STATE_COUNT; to++)
			assert_int_equal(connection_state_may_follow(from, to), allowed[from][to]);
}

static void a_worker_that_dies_young_waits_longer_each_time(void **state)
{
	(void)state;
	static const int64_t expected[] = {100, 200, 400, 800, 1600, 3200, 5000, 5000};
	struct slot slot = {.pid = 1, .started = 1000};
	for (size_t i = 0; i < 8; i++) {
		slot.pid = 1;
		slot_ended(&slot, slot.started + 50);
		assert_int_equal(slot.pid, 0);
		assert_int_equal(slot.delay, expected[i]);
		assert_int_equal(slot.restart_at, slot.started + 50 + expected[i]);
	}
	/* One that lived is replaced at once. */
	slot.pid = 1;
	slot_ended(&slot, slot.started + 10000);
	assert_int_equal(slot.restart_at, slot.started + 10000);
	assert_int_equal(slot.delay, 0);
}

static void the_next_restart_is_the_earliest(void **state)
{
	(void)state;
	struct slot slots[3] = {
		{.pid = 5, .restart_at = 0}, {.restart_at = 300}, {.restart_at = 200}};
	assert_int_equal(slots_next_restart(slots, 3, 100), 100);
	assert_int_equal(slots_next_restart(slots, 3, 250), 0);
	assert_true(slots_next_restart(slots, 1, 100) == SLOT_FOREVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_table_changes_a_state),
		cmocka_unit_test(a_worker_that_dies_young_waits_longer_each_time),
		cmocka_unit_test(the_next_restart_is_the_earliest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
