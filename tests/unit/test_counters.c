/*
 * base/counters: every row counts for itself, and all are added up.
 */
#include "testing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/counters.h"
#include "net/admission.h"

#define ROWS 4

static struct counters *counters;
static struct counting worker, another;

static int set_up(void **state)
{
	(void)state;
	struct fault fault = {""};
	counters = counters_new(ROWS, &fault);
	assert_non_null(counters);
	worker = (struct counting){counters, 1};
	another = (struct counting){counters, ROWS - 1};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	counters_free(counters);
	return 0;
}

static void rows_are_added_up(void **state)
{
	(void)state;
	assert_int_equal(counters_sum(counters, COUNTER_BYTES_SENT), 0);
	count_more(&worker, COUNTER_BYTES_SENT, 1000);
	count_more(&another, COUNTER_BYTES_SENT, UINT64_C(1) << 40);
	count_more(&worker, COUNTER_COMMENTS, 1);
	assert_int_equal(counters_sum(counters, COUNTER_BYTES_SENT), (UINT64_C(1) << 40) + 1000);
	assert_int_equal(counters_sum(counters, COUNTER_COMMENTS), 1);
	assert_int_equal(counters_sum(counters, COUNTER_CONNECTIONS), 0);
}

static void what_a_dead_worker_held_goes_with_it(void **state)
{
	(void)state;
	count_change(&worker, GAUGE_REQUEST, 3);
	count_change(&worker, GAUGE_REQUEST, -1);
	count_change(&another, GAUGE_REQUEST, 5);
	count_more(&worker, COUNTER_CONNECTIONS, 7);
	count_beat(&worker, 12345);
	assert_int_equal(counters_level(counters, GAUGE_REQUEST), 7);
	assert_int_equal(counters_last_beat(counters, 1), 12345);
	assert_int_equal(counters_last_beat(counters, 2), 0);
	counters_vacate(counters, 1);
	assert_int_equal(counters_level(counters, GAUGE_REQUEST), 5);
	assert_int_equal(counters_last_beat(counters, 1), 0);
	assert_int_equal(counters_sum(counters, COUNTER_CONNECTIONS), 7);
}

/* A row may be seen before the one that it balances. */
static void nothing_is_less_than_none(void **state)
{
	(void)state;
	count_change(&worker, GAUGE_JOBS, -2);
	assert_int_equal(counters_level(counters, GAUGE_JOBS), 0);
}

static void hosts_have_numbers(void **state)
{
	char name[300];
	(void)state;
	assert_int_equal(counters_host_count(counters), 1);
	assert_string_equal(counters_host_name(counters, 0), "other");
	assert_int_equal(counters_host(counters, "localhost"), 1);
	assert_int_equal(counters_host(counters, "example.org"), 2);
	assert_int_equal(counters_host(counters, "localhost"), 1);
	assert_int_equal(counters_find_host(counters, "example.org"), 2);
	assert_int_equal(counters_find_host(counters, "example.com"), 0);
	assert_int_equal(counters_find_host(NULL, "localhost"), 0);
	/* A capsule of that name is not told apart from what belongs to none. */
	assert_int_equal(counters_host(counters, "other"), 0);
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	assert_int_equal(counters_host(counters, name), 0);
	for (int i = 0; i < 2 * COUNTERS_HOSTS_MAX; i++) {
		snprintf(name, sizeof name, "%d.example", i);
		unsigned expected = i < COUNTERS_HOSTS_MAX - 2 ? (unsigned)i + 3 : 0;
		assert_int_equal(counters_host(counters, name), expected);
	}
	assert_int_equal(counters_host_count(counters), COUNTERS_HOSTS_MAX + 1);
	assert_string_equal(counters_host_name(counters, 2), "example.org");
}

static void requests_are_told_apart(void **state)
{
	(void)state;
	unsigned host = counters_host(counters, "localhost");
	for (int status = -10; status < 110; status++)
		count_request(&worker, host, status, 1);
	count_request(&another, host, 20, 1);
	count_request(&another, 0, 53, 1);
	count_request(&another, 4000000000u, 53, 1);
	assert_int_equal(counters_requests(counters, host, 20), 2);
	assert_int_equal(counters_requests(counters, host, 10), 1);
	assert_int_equal(counters_requests(counters, host, 69), 1);
	assert_int_equal(counters_requests(counters, host, 0), 120 - 60);
	assert_int_equal(counters_requests(counters, 0, 53), 2);
	assert_int_equal(counters_requests(counters, 0, 20), 0);
}

static void latencies_fall_into_buckets(void **state)
{
	(void)state;
	static const int64_t times[] = {-5, 0, 1, 2, 3, 29999, 30000, 30001, INT64_MAX / 8};
	uint64_t sum = 0;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		count_request(i % 2 == 0 ? &worker : &another, 0, 20, times[i]);
		sum += times[i] > 0 ? (uint64_t)times[i] : 0;
	}
	struct latency latency = counters_latency(counters);
	assert_int_equal(latency.buckets[0], 3); /* up to 1 ms, which is included */
	assert_int_equal(latency.buckets[1], 1);
	assert_int_equal(latency.buckets[2], 1);
	assert_int_equal(latency.buckets[LATENCY_BUCKETS - 2], 2);
	assert_int_equal(latency.buckets[LATENCY_BUCKETS - 1], 2);
	assert_int_equal(latency.milliseconds, sum);
	for (size_t i = 1; i < LATENCY_BUCKETS - 1; i++)
		assert_true(latency_bounds[i - 1] < latency_bounds[i]);
}

static void without_counters_nothing_is_counted(void **state)
{
	struct counting none = {NULL, 0};
	(void)state;
	count_more(&none, COUNTER_COMMENTS, 1);
	count_change(&none, GAUGE_JOBS, 1);
	count_request(&none, 0, 20, 1);
	count_beat(&none, 1);
	assert_int_equal(counters_sum(counters, COUNTER_COMMENTS), 0);
}

/* Two processes at once, in one row even: nothing is lost. */
static void processes_count_at_once(void **state)
{
	enum { TIMES = 100000 };
	int status;
	(void)state;
	pid_t child = fork();
	assert_true(child >= 0);
	for (int i = 0; i < TIMES; i++) {
		count_more(&worker, COUNTER_CONNECTIONS, 1);
		count_change(&worker, GAUGE_REQUEST, i % 2 == 0 ? 1 : -1);
		count_request(&worker, 1, 20, i % 100);
	}
	if (child == 0)
		_exit(0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(counters_sum(counters, COUNTER_CONNECTIONS), 2 * TIMES);
	assert_int_equal(counters_level(counters, GAUGE_REQUEST), 0);
	assert_int_equal(counters_requests(counters, 1, 20), 2 * TIMES);
}

/* As whoever has taken a worker over may: all that it shares with other processes. */
static void spoil_all_shared(void)
{
	char line[512];
	FILE *maps = fopen("/proc/self/maps", "r");
	while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
		uintptr_t from, to;
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " rw-s", &from, &to) == 2 &&
			strstr(line, " rw-s ") != NULL)
			memset((void *)from, 0xff, to - from); // NOLINT(performance-no-int-to-ptr)
	}
	_exit(maps == NULL);
}

static void a_hostile_worker_makes_numbers_wrong_and_nothing_else(void **state)
{
	int status;
	struct fault fault;
	struct admission_table *table = admission_table_new(&fault);
	(void)state;
	assert_non_null(table);
	assert_int_equal(counters_host(counters, "example.org"), 1);
	pid_t child = fork();
	if (child == 0)
		spoil_all_shared();
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		skip();                                        /* no /proc here */
	assert_int_equal(counters_last_beat(counters, 1), -1); /* it did */
	assert_int_equal(counters_host_count(counters), 2);
	assert_string_equal(counters_host_name(counters, 1), "example.org");
	(void)counters_sum(counters, COUNTER_CONNECTIONS);
	(void)counters_latency(counters);
	counters_vacate(counters, 1);
	for (unsigned seat = 0; seat < ADMISSION_SEATS; seat++)
		admission_forget(table, seat);
	assert_true(admission_enter_total(&(struct admission){table, 1}, 1));
}

#define FRESH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(rows_are_added_up),
		FRESH(what_a_dead_worker_held_goes_with_it),
		FRESH(nothing_is_less_than_none),
		FRESH(hosts_have_numbers),
		FRESH(requests_are_told_apart),
		FRESH(latencies_fall_into_buckets),
		FRESH(without_counters_nothing_is_counted),
		FRESH(processes_count_at_once),
		FRESH(a_hostile_worker_makes_numbers_wrong_and_nothing_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
