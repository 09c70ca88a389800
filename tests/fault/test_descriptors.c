/*
 * No descriptors left: the server neither dies nor spins, and answers again when the pressure ends.
 */
#include "fixture.h"

#include <sys/resource.h>

#define CROWD      200
#define FEW        40
#define WATCHED_MS 1000

static int start(void **state)
{
	static const char *const extra[] = {"--max-connections-per-address", "1000", NULL};

	fixture_prepare(state);
	server.noisy = true;
	server.workers = "1";
	server.extra = extra;
	daemon_start(&server);
	return 0;
}

static void exhausted(void **state)
{
	static struct client clients[CROWD];
	const struct client_options impatient = {.timeout_ms = 500};
	struct rlimit limit;
	struct answer answer;
	pid_t worker, same;
	long before, spent;
	int64_t watched;

	(void)state;
	expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
	daemon_workers(&server, &worker, 1);
	assert_int_equal(prlimit(worker, RLIMIT_NOFILE, NULL, &limit), 0);
	limit.rlim_cur = FEW;
	assert_int_equal(prlimit(worker, RLIMIT_NOFILE, &limit, NULL), 0);
	for (size_t i = 0; i < COUNT(clients); i++)
		assert_true(client_connect(&clients[i], server.port, NULL));
	/* What it answers now, if anything, is a refusal of the moment and not "no such page". */
	if (client_fetch(server.port, &impatient, "gemini://localhost/", &answer))
		assert_int_not_equal(answer.status, 51);
	answer_free(&answer);
	before = program_cpu_ms(worker);
	for (watched = now_ms() + WATCHED_MS; now_ms() < watched;)
		look_again_soon();
	spent = program_cpu_ms(worker) - before;
	assert_in_range(spent, 0, WATCHED_MS / 2);
	for (size_t i = 0; i < COUNT(clients); i++)
		client_close(&clients[i]);
	/* Still under the same limit, with nobody else there. */
	for (int i = 0; i < 5; i++)
		expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
	daemon_workers(&server, &same, 1);
	assert_int_equal(same, worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("no descriptors: it goes on, does not spin, and answers again", exhausted),
	};

	return cmocka_run_group_tests_name("descriptors", tests, start, fixture_end);
}
