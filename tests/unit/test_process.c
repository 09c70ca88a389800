/*
 * What the processes share and how they are kept: the table of connection states, admission,
 * and the back-off of workers.
 */
#include "testing.h"

#include "net/admission.h"
#include "net/state.h"
#include "proc/slots.h"

static void only_the_table_changes_a_state(void **state)
{
	(void)state;
	/* handshake, request, upload, answer, write, drain, closed: from the row to the column */
	static const bool allowed[CONNECTION_STATE_COUNT][CONNECTION_STATE_COUNT] = {
		{0, 1, 0, 0, 0, 0, 1},
		{0, 0, 1, 1, 1, 0, 1},
		{0, 0, 0, 1, 1, 0, 1},
		{0, 0, 1, 0, 1, 0, 1},
		{0, 0, 0, 0, 0, 1, 1},
		{0, 0, 0, 0, 0, 0, 1},
		{0, 0, 0, 0, 0, 0, 0},
	};
	for (unsigned from = 0; from < CONNECTION_STATE_COUNT; from++)
		for (unsigned to = 0; to < CONNECTION_STATE_COUNT; to++)
			assert_int_equal(connection_state_may_follow(from, to), allowed[from][to]);
}

static struct address_network network(unsigned number)
{
	struct address_network result = {{4}};
	memcpy(result.bytes + 1, &number, sizeof number);
	return result;
}

static void a_client_is_counted_over_all_workers(void **state)
{
	(void)state;
	struct fault fault;
	struct admission_table *table = admission_table_new(2, &fault);
	assert_non_null(table);
	struct admission first = {table, 0, 3}, second = {table, 1, 3};
	assert_true(admission_enter(&first, network(1)));
	assert_true(admission_enter(&second, network(1)));
	assert_true(admission_enter(&first, network(1)));
	assert_false(admission_enter(&second, network(1)));
	assert_false(admission_enter(&first, network(1)));
	assert_true(admission_enter(&second, network(2)));
	admission_leave(&second, network(1));
	assert_true(admission_enter(&first, network(1)));
	assert_false(admission_enter(&first, network(1)));
	/* What a worker that died had open is forgotten, and nothing else. */
	admission_forget(table, 0);
	for (int i = 0; i < 3; i++)
		assert_true(admission_enter(&first, network(1)));
	assert_false(admission_enter(&second, network(1)));
}

static void thousands_of_clients_do_not_hinder_each_other(void **state)
{
	(void)state;
	struct fault fault;
	struct admission_table *table = admission_table_new(1, &fault);
	assert_non_null(table);
	struct admission worker = {table, 0, 4};
	for (unsigned client = 0; client < 4000; client++)
		assert_true(admission_enter(&worker, network(client * 2654435761u)));
	for (unsigned client = 0; client < 4000; client++)
		admission_leave(&worker, network(client * 2654435761u));
	for (unsigned i = 0; i < 4; i++)
		assert_true(admission_enter(&worker, network(7)));
	assert_false(admission_enter(&worker, network(7)));
}

static void a_network_has_one_name_for_this_run(void **state)
{
	(void)state;
	struct fault fault;
	struct admission_table *run = admission_table_new(2, &fault);
	struct admission_table *next_run = admission_table_new(2, &fault);
	assert_non_null(run);
	assert_non_null(next_run);
	struct admission first = {run, 0, 3}, second = {run, 1, 3}, later = {next_run, 0, 3};
	uint64_t name, same, neighbour, another;
	assert_true(admission_name(&first, network(1), &name));
	assert_true(admission_name(&second, network(1), &same));
	assert_true(admission_name(&first, network(2), &neighbour));
	assert_true(admission_name(&later, network(1), &another));
	assert_true(name == same);
	assert_true(name != neighbour);
	assert_true(name != another);
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
		cmocka_unit_test(a_client_is_counted_over_all_workers),
		cmocka_unit_test(thousands_of_clients_do_not_hinder_each_other),
		cmocka_unit_test(a_network_has_one_name_for_this_run),
		cmocka_unit_test(a_worker_that_dies_young_waits_longer_each_time),
		cmocka_unit_test(the_next_restart_is_the_earliest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
