/*
 * A page whose file cannot be read, or not to its end: before anything has left the client is told
 * so, and afterwards the answer is cut, so that nobody takes a part for the whole.
 */
#include "faults.h"
#include "fixture.h"

#include <errno.h>
#include <stdatomic.h>

#define PICTURE  "gemini://localhost/picture.png"
#define READABLE "gemini://localhost/posts/essay.gmi"
#define PIECES   8 /* of what is sent at once */
#define PIECE    65536

static int start(void **state)
{
	static char picture[PIECES * PIECE];

	fixture_prepare(state);
	daemon_write(&server, "capsule/picture.png", picture, sizeof(picture));
	server.noisy = true;
	server.workers = "1"; /* what it has found out about a file it remembers */
	daemon_start(&server);
	return 0;
}

static int stop(void **state)
{
	faults_stop();
	fixture_end(state);
	faults_end();
	return 0;
}

static void from_the_start(void **state)
{
	struct answer answer;

	(void)state;
	faults_fail_calls(FAULT_READ, "picture.png", EIO, 0);
	answer = ask(&server, NULL, PICTURE);
	assert_answer(&answer, 40, PICTURE);
	assert_string_equal(answer.meta, "This file cannot be read just now");
	assert_true(answer.close_notify);
	assert_true(atomic_load(&faults->calls_failed) > 0);
	answer_free(&answer);
	expect(&server, NULL, READABLE, 20);
	faults_stop();
	expect(&server, NULL, PICTURE, 20);
}

/* Gemini tells no length: all that betrays a cut answer is that TLS does not end it. */
static void in_the_middle(void **state)
{
	(void)state;
	for (int spared = 1; spared < PIECES; spared++) {
		struct answer answer;

		faults_fail_calls(FAULT_READ, "picture.png", EIO, spared);
		assert_false(client_fetch(server.port, NULL, PICTURE, &answer));
		assert_true(atomic_load(&faults->calls_failed) > 0);
		assert_int_equal(answer.status, 20);
		assert_in_range(answer.length, 1, (PIECES - 1) * PIECE);
		assert_false(answer.close_notify);
		answer_free(&answer);
		faults_stop();
	}
	expect(&server, NULL, PICTURE, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a file that cannot be read is told of", from_the_start),
		TEST("and one that cannot be read on is cut, without a close_notify",
			in_the_middle),
	};

	if (!faults_begin())
		return faults_skip("reading");
	return cmocka_run_group_tests_name("reading", tests, start, stop);
}
