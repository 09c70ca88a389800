/*
 * Slow readers and writers are cut by their rate, and honest slow ones are not.
 */
#include "crowd.h"
#include "writer.h"

#include <sys/socket.h>

#define READ_MS   2000 /* the windows in which bytes are counted */
#define UPLOAD_MS 1000
#define LATE_MS   4000 /* by how much a deadline may be missed on a busy machine */

/* Bytes a second: what has to move, what a slow one takes, and what an honest one takes: as a
 * reader at 2 KiB/s is to the default. */
#define LEAST  "2048"
#define SLOW   512
#define HONEST 16384
#define BUFFER 4096 /* a reader's, so that its pace shows at the other end */

static int start(void **state)
{
	static const char *const extra[] = {"--write-timeout", "2", "--upload-timeout", "1",
		"--min-rate", LEAST, "--log", "text", NULL};

	fixture_prepare(state);
	server.noisy = true;
	server.workers = "1";
	server.extra = extra;
	daemon_write_big_page(&server);
	daemon_start(&server);
	reader_join(&server, &writer, "Writer");
	return 0;
}

/* How many the server has given up; only its log shows that at once, as the kernels on the way
 * hold much that still comes. */
static size_t given_up(void)
{
	char *errors = daemon_errors(&server);
	size_t count = count_of(errors, "(too slow)");

	free(errors);
	return count;
}

/* Takes the big file at this pace, a little at a time, for at most so long. How long until the
 * server gave up, or -1. */
static int64_t held_for(size_t rate, int64_t limit)
{
	enum { A_LITTLE = 64 };
	const struct client_options options = {.receive_buffer = BUFFER};
	size_t before = given_up(), total = 0;
	struct client client;
	char bytes[BUFFER];
	int64_t begun, held = -1;

	crowd_stall(&client, &options);
	begun = now_ms();
	while (held < 0 && now_ms() - begun < limit) {
		size_t due = rate * (size_t)(now_ms() - begun) / 1000;

		look_again_soon();
		if (due >= total + A_LITTLE) {
			ssize_t got = recv(client.fd, bytes,
				due - total < sizeof(bytes) ? due - total : sizeof(bytes), 0);

			total += got > 0 ? (size_t)got : 0;
		}
		if (given_up() > before)
			held = now_ms() - begun;
	}
	client_close(&client);
	return held;
}

static void a_slow_reader_is_cut(void **state)
{
	(void)state;
	assert_in_range(held_for(SLOW, PATIENCE_MS), READ_MS - 200, 2 * READ_MS + LATE_MS);
}

static void an_honest_slow_reader_is_not(void **state)
{
	(void)state;
	assert_int_equal(held_for(HONEST, 2 * READ_MS + READ_MS / 4), -1);
}

/* At a pace, so that it takes `windows` of them. */
static int upload_at(size_t length, size_t rate, int64_t *took)
{
	char line[256], *body = malloc(length);
	struct client_options options = from_anywhere(&writer);
	struct client client;
	struct answer answer;
	size_t total = 0;
	int64_t begun;
	int status;

	assert_non_null(body);
	memset(body, 'a', length);
	snprintf(line, sizeof(line), "%s;size=%zu\r\n", UPLOAD_NEW, length);
	assert_true(client_open(&client, server.port, &options));
	assert_true(client_send(&client, line, strlen(line), 0));
	begun = now_ms();
	while (total < length && !client_has_input(&client, 10)) {
		size_t due = rate * (size_t)(now_ms() - begun) / 1000;

		if (due > length)
			due = length;
		assert_true(client_send(&client, body + total, due - total, 0));
		total = due;
	}
	client_receive(&client, &answer);
	*took = now_ms() - begun;
	status = answer.status;
	assert_true(answer.close_notify);
	answer_free(&answer);
	client_close(&client);
	free(body);
	return status;
}

static void an_upload_is_measured_too(void **state)
{
	int64_t took;

	(void)state;
	assert_int_equal(upload_at(40000, SLOW, &took), 59);
	assert_in_range(took, UPLOAD_MS - 200, UPLOAD_MS + LATE_MS);
	assert_int_equal(upload_at(25000, HONEST, &took), 30);
	assert_in_range(took, UPLOAD_MS + UPLOAD_MS / 4, PATIENCE_MS);
}

/* With no rate to keep, who does nothing at all is cut all the same. */
static void no_rate_and_no_byte(void **state)
{
	static const char *const extra[] = {"--write-timeout", "2", "--upload-timeout", "1",
		"--min-rate", "0", "--log", "text", NULL};
	int64_t took;

	(void)state;
	daemon_stop(&server);
	server.extra = extra;
	daemon_start(&server);
	assert_in_range(held_for(0, PATIENCE_MS), READ_MS - 200, 2 * READ_MS + LATE_MS);
	assert_int_equal(upload_at(800, SLOW, &took), 30);
	assert_int_equal(upload_at(2000, 0, &took), 59);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a reader below the rate is cut, though never silent", a_slow_reader_is_cut),
		TEST("an honest slow reader is not", an_honest_slow_reader_is_not),
		TEST("an upload below the rate: 59; above it, however long",
			an_upload_is_measured_too),
		TEST("where there is no rate, a stall ends at the window's end",
			no_rate_and_no_byte),
	};

	return cmocka_run_group_tests_name("slow", tests, start, writer_end);
}
