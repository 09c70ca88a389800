/*
 * No descriptors left: the server neither dies nor spins, and answers again when the pressure ends.
 */
#include "fixture.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

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

/* The lowest number that is free: no descriptor above it is given under this limit. */
static rlim_t first_free(pid_t pid)
{
	char path[64];
	rlim_t number = 0;

	do
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)pid, (int)number);
	while (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && number++ < 10000);
	return number;
}

/* Not even for one connection, and nobody is there who could be sent away for it. */
static void none_at_all(void **state)
{
	struct rlimit before, limit;
	struct client client;
	pid_t worker, same;
	int64_t end;
	long spent;

	(void)state;
	daemon_workers(&server, &worker, 1);
	assert_int_equal(prlimit(worker, RLIMIT_NOFILE, NULL, &before), 0);
	limit = before;
	limit.rlim_cur = first_free(worker);
	assert_int_equal(prlimit(worker, RLIMIT_NOFILE, &limit, NULL), 0);
	spent = program_cpu_ms(worker);
	assert_true(client_connect(&client, server.port, NULL));
	for (end = now_ms() + WATCHED_MS; now_ms() < end;)
		look_again_soon();
	assert_in_range(program_cpu_ms(worker) - spent, 0, WATCHED_MS / 4);
	/* It has waited for that long, and is served at last. */
	assert_int_equal(prlimit(worker, RLIMIT_NOFILE, &before, NULL), 0);
	assert_true(client_handshake(&client, NULL));
	client_close(&client);
	expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
	daemon_workers(&server, &same, 1);
	assert_int_equal(same, worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("few descriptors: it goes on, does not spin, and answers again", exhausted),
		TEST("none at all: it does not spin, and whoever waits is served in the end",
			none_at_all),
	};

	return cmocka_run_group_tests_name("descriptors", tests, start, fixture_end);
}
