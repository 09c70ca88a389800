/*
 * Clocks that jump: the calendar's, a year back and ten ahead, and the steady one, as after a
 * machine has slept. Deadlines and limits hold, dates stay sane, nobody is thrown out.
 */
#include "faults.h"
#include "trouble.h"

#include <stdatomic.h>

#define REQUEST_MS 1000
#define EARLY_MS   100
#define LATE_MS    8000 /* by how much a deadline may be missed on a busy machine */
#define YEAR       (365L * 86400)
#define HOUR_MS    3600000L

static pid_t worker;

static int start(void **state)
{
	static const char *const extra[] = {"--request-timeout", "1", NULL};

	char code[CODE_TEXT_SIZE];

	fixture_prepare(state);
	server.noisy = true;
	server.extra = extra;
	server.workers = "1";
	daemon_start(&server);
	assert_true(person_make(&writer, PERSON_P256, "writer", -730, 3650));
	reader_register(&server, &writer, "Writer", code);
	daemon_workers(&server, &worker, 1);
	return 0;
}

static int stop(void **state)
{
	trouble_end(state);
	faults_end();
	return 0;
}

static void set_wall(long seconds)
{
	atomic_store(&faults->wall_ahead, seconds);
}

/* Until so long after `begun`, by the true clock. */
static void wait_until(int64_t moment)
{
	while (now_ms() < moment)
		look_again_soon();
}

/* A client that says nothing is told so when its time is over, and not before. */
static void expect_deadline(struct client *client, int64_t begun)
{
	struct answer answer;

	client_receive(client, &answer);
	assert_answer(&answer, 59, "a client that says nothing");
	assert_in_range(now_ms() - begun, REQUEST_MS - EARLY_MS, REQUEST_MS + LATE_MS);
	answer_free(&answer);
	client_close(client);
}

static void deadlines_and_the_calendar(void **state)
{
	struct client client;
	int64_t begun = now_ms();

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	set_wall(-YEAR);
	expect(&server, NULL, "gemini://localhost/", 20);
	wait_until(begun + REQUEST_MS / 2);
	set_wall(10 * YEAR);
	expect(&server, NULL, "gemini://localhost/", 20);
	expect_deadline(&client, begun);
	set_wall(0);
}

static int write_one(const char *text, long *wait)
{
	struct answer answer = reader_send(&server, &writer, ESSAY, text);
	int status = answer.status;

	*wait = status == 44 ? strtol(answer.meta, NULL, 10) : 0;
	answer_free(&answer);
	return status;
}

/* Who has written all that may be written in an hour waits an hour at most, whatever year it is. */
static void limits_and_the_calendar(void **state)
{
	static const long jumps[] = {0, -YEAR, -1800, 1800, 0};
	char text[64];
	long wait;

	(void)state;
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "Before the jump %d.", i);
		assert_int_equal(write_one(text, &wait), 30);
	}
	for (size_t i = 0; i < COUNT(jumps); i++) {
		set_wall(jumps[i]);
		assert_int_equal(write_one("One too many.", &wait), 44);
		assert_in_range(wait, 1, 3600);
	}
	set_wall(9 * YEAR);
	assert_int_equal(write_one("Years later.", &wait), 30);
	set_wall(0);
	assert_int_equal(write_one("And back.", &wait), 44);
	assert_in_range(wait, 1, 3600);
}

/* Whatever has been written in years to come is of today, and every page of it can be read. */
static void dates(void **state)
{
	static const long jumps[] = {0, -YEAR, 20 * YEAR, 0};
	static const char *const urls[] = {"gemini://localhost/comments/on/" ESSAY "/",
		"gemini://localhost/comments/recent", "gemini://localhost/posts/essay.gmi",
		"gemini://localhost/comments/atom.xml", "gemini://localhost/atom.xml"};
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(jumps); i++) {
		set_wall(jumps[i]);
		expect_each(&server, urls, COUNT(urls), 20);
	}
	answer = ask(&server, NULL, urls[0]);
	assert_contains(answer.body, "Years later.");
	assert_contains(answer.body, "today");
	assert_lacks(answer.body, " -");
	answer_free(&answer);
}

/* What lies outside its dates is refused while it does, and not for good. */
static void certificates(void **state)
{
	(void)state;
	set_wall(11 * YEAR);
	expect(&server, &writer, "gemini://localhost/comments/on/" ESSAY "/new", 62);
	expect(&server, &writer, "gemini://localhost/comments/on/" ESSAY "/", 20);
	set_wall(-3 * YEAR);
	expect(&server, &writer, "gemini://localhost/comments/on/" ESSAY "/new", 62);
	set_wall(0);
	expect(&server, &writer, "gemini://localhost/comments/on/" ESSAY "/new", 30);
}

/* After a sleep whoever was connected has waited long enough; everybody else is served, by the same
 * workers, and for as long as ever. */
static void sleeping(void **state)
{
	static const long slept[] = {HOUR_MS, 240 * HOUR_MS};
	struct client client;
	struct answer answer;
	int64_t begun;
	pid_t same;

	(void)state;
	for (size_t i = 0; i < COUNT(slept); i++) {
		begun = now_ms();
		assert_true(client_open(&client, server.port, NULL));
		/* Its handshake is over for the worker as well, when that has answered another. */
		expect(&server, NULL, "gemini://localhost/", 20);
		atomic_store(&faults->steady_ahead, slept[i]);
		for (int j = 0; j < 20; j++)
			expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
		client_receive(&client, &answer);
		assert_answer(&answer, 59, "who was connected while it slept");
		assert_in_range(now_ms() - begun, 0, REQUEST_MS + LATE_MS);
		answer_free(&answer);
		client_close(&client);
		begun = now_ms();
		assert_true(client_open(&client, server.port, NULL));
		expect_deadline(&client, begun);
	}
	daemon_workers(&server, &same, 1);
	assert_int_equal(same, worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("the calendar jumps: deadlines hold", deadlines_and_the_calendar),
		TEST("the calendar jumps: limits hold", limits_and_the_calendar),
		TEST("the calendar jumps: dates stay sane", dates),
		TEST("the calendar jumps: certificates are outside their dates for as long as that",
			certificates),
		TEST("the steady clock jumps, as after a sleep: workers stay, deadlines hold",
			sleeping),
	};

	if (!faults_begin())
		return faults_skip("clock");
	return cmocka_run_group_tests_name("clock", tests, start, stop);
}
