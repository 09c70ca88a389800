/*
 * Slow readers and writers are cut by their rate, and honest slow ones are not.
 */
#include "crowd.h"
#include "writer.h"

#include <errno.h>
#include <sys/socket.h>

#define WINDOW_MS 1000
#define LATE_MS   4000 /* by how much a deadline may be missed on a busy machine */

/* Bytes a second: what has to move, what a slow one takes, and what an honest one takes, who is to
 * the rate as a reader at 1 KiB/s is to the default. */
#define LEAST  "4096"
#define SLOW   1024
#define HONEST 16384
#define BUFFER 4096 /* a reader's, so that its pace shows at the other end */

static int start(void **state)
{
	static const char *const extra[] = {
		"--write-timeout", "1", "--upload-timeout", "1", "--min-rate", LEAST, NULL};

	fixture_prepare(state);
	server.workers = "1";
	server.extra = extra;
	crowd_make_big_file();
	daemon_start(&server);
	reader_join(&server, &writer, "Writer");
	return 0;
}

/* Takes the big file at this pace for at most so long; how long until the server hung up, or -1. */
static int64_t read_at(size_t rate, int64_t limit)
{
	const struct client_options options = {.receive_buffer = BUFFER};
	struct client client;
	char bytes[BUFFER];
	size_t total = 0;
	int64_t begun, ended = -1;

	crowd_stall(&client, &options);
	begun = now_ms();
	while (ended < 0 && now_ms() - begun < limit) {
		size_t due = rate * (size_t)(now_ms() - begun) / 1000;

		if (due < total + 64) {
			look_again_soon();
			continue;
		}
		ssize_t got = recv(client.fd, bytes,
			due - total < sizeof(bytes) ? due - total : sizeof(bytes), 0);
		if (got > 0)
			total += (size_t)got;
		else if (got == 0 || (errno != EAGAIN && errno != EINTR))
			ended = now_ms() - begun;
		else
			look_again_soon();
	}
	client_close(&client);
	return ended;
}

/* What the kernels on the way hold is still to come, so it is the server that is asked. */
static void a_slow_reader_is_cut(void **state)
{
	pid_t worker = crowd_worker();
	size_t at_rest = program_sockets(worker);
	const struct client_options options = {.receive_buffer = BUFFER};
	struct client client;
	char bytes[16];
	int64_t begun = now_ms();

	(void)state;
	crowd_stall(&client, &options);
	while (program_sockets(worker) > at_rest) {
		/* Never silent for long, and below the rate. */
		for (int64_t next = now_ms() + 1000 * (int)sizeof(bytes) / SLOW; now_ms() < next;)
			look_again_soon();
		(void)!recv(client.fd, bytes, sizeof(bytes), 0);
		assert_in_range(now_ms() - begun, 0, 3 * WINDOW_MS + LATE_MS);
	}
	client_close(&client);
}

static void an_honest_slow_reader_is_not(void **state)
{
	(void)state;
	assert_int_equal(read_at(HONEST, 3 * WINDOW_MS), -1);
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
	assert_in_range(took, WINDOW_MS - 200, WINDOW_MS + LATE_MS);
	assert_int_equal(upload_at(25000, HONEST, &took), 30);
	assert_in_range(took, WINDOW_MS + WINDOW_MS / 4, PATIENCE_MS);
}

/* With no rate to keep, who does nothing at all is cut all the same. */
static void no_rate_and_no_byte(void **state)
{
	static const char *const extra[] = {
		"--write-timeout", "1", "--upload-timeout", "1", "--min-rate", "0", NULL};
	struct client client;
	int64_t took;

	(void)state;
	daemon_stop(&server);
	server.extra = extra;
	daemon_start(&server);
	size_t at_rest = crowd_sockets(1);
	crowd_stall(&client, NULL);
	crowd_wait_for_sockets(1, at_rest);
	client_close(&client);
	assert_int_equal(upload_at(2000, SLOW, &took), 30);
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
