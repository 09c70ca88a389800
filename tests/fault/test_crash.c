/*
 * kill -9 at random moments under a load of comments, of everything and of one worker: what was
 * acknowledged is there, once.
 *
 * KINDLING_ROUNDS sets how many times, KINDLING_SEED repeats the moments of an earlier run.
 */
#include "fixture.h"
#include "writers.h"

#include <signal.h>
#include <time.h>

#define MOMENT_MS 700

static unsigned seed;
static struct writers writers;

static int start(void **state)
{
	seed = seed_of_run();
	fixture_prepare(state);
	server.noisy = true;
	daemon_start(&server);
	return 0;
}

/* The random moment is what is tested here; nothing is waited for. */
static void wait_for_a_moment(void)
{
	const struct timespec moment = {
		.tv_nsec = (long)(50 + rand_r(&seed) % MOMENT_MS) * 1000000L};

	nanosleep(&moment, NULL);
}

static void everything(void **state)
{
	const int count = rounds_of_run(4);
	size_t acknowledged = 0;

	(void)state;
	for (int round = 0; round < count; round++) {
		writers_begin(&writers, server.port, round);
		wait_for_a_moment();
		daemon_kill(&server);
		writers_end(&writers);
		assert_store_is_sound(&server);
		daemon_start(&server);
		acknowledged += writers_check(&writers, &server);
	}
	print_message("# %zu comments were acknowledged in %d rounds\n", acknowledged, count);
	assert_true(acknowledged > 0);
}

/* The other one goes on meanwhile, and so do the writers. */
static void one_worker(void **state)
{
	const int count = rounds_of_run(4);
	size_t acknowledged = 0;
	pid_t before[2], after[2];

	(void)state;
	for (int round = 0; round < count; round++) {
		const int which = (int)(rand_r(&seed) % 2);

		daemon_workers(&server, before, 2);
		writers_begin(&writers, server.port, 1000000 + round);
		wait_for_a_moment();
		assert_int_equal(kill(before[which], SIGKILL), 0);
		wait_for_a_moment();
		writers_end(&writers);
		daemon_workers(&server, after, 2);
		assert_int_not_equal(before[which], after[0]);
		assert_int_not_equal(before[which], after[1]);
		acknowledged += writers_check(&writers, &server);
		assert_store_is_sound(&server);
	}
	print_message("# %zu comments were acknowledged in %d rounds\n", acknowledged, count);
	assert_true(acknowledged > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("kill -9 of everything under load: what was acknowledged is there, once",
			everything),
		TEST("kill -9 of one worker under load: the same, and the server goes on",
			one_worker),
	};

	return cmocka_run_group_tests_name("crash", tests, start, fixture_end);
}
