/*
 * The body of an upload counts whole or not at all: late, slow, cut, or while the server stops.
 */
#include "writer.h"

#include <signal.h>
#include <sys/socket.h>

#define UPLOAD_MS 2000
#define LATE_MS   4000 /* by how much a deadline may be missed on a busy machine */

static int start(void **state)
{
	static const char *const extra[] = {"--upload-timeout", "2", NULL};

	return writer_start(state, extra);
}

/* Sends the line and a part of the body; the connection stays open. */
static void begin(struct client *client, const char *part)
{
	static const char line[] = UPLOAD_NEW ";size=1000\r\n";
	struct client_options options = from_anywhere(&writer);

	assert_true(client_open(client, server.port, &options));
	assert_true(client_send(client, line, sizeof(line) - 1, 0));
	assert_true(client_send(client, part, strlen(part), 0));
}

static void assert_refused(struct client *client, const char *part)
{
	struct answer answer;

	client_receive(client, &answer);
	assert_answer(&answer, 59, part);
	assert_true(answer.close_notify);
	assert_contains(answer.meta, "nothing was stored");
	answer_free(&answer);
	client_close(client);
	assert_not_kept(&server, part);
}

static void stalls(void **state)
{
	int64_t begun = now_ms();
	struct client client;

	(void)state;
	begin(&client, "stalled");
	assert_refused(&client, "stalled");
	assert_in_range(now_ms() - begun, UPLOAD_MS - 200, UPLOAD_MS + LATE_MS);
}

/* A byte now and then does not move the deadline of the whole. */
static void trickles(void **state)
{
	int64_t begun = now_ms();
	struct client client;

	(void)state;
	begin(&client, "trickled");
	while (!client_has_input(&client, 100) && now_ms() - begun < UPLOAD_MS + LATE_MS)
		assert_true(client_send(&client, "x", 1, 0));
	assert_refused(&client, "trickled");
	assert_in_range(now_ms() - begun, UPLOAD_MS - 200, UPLOAD_MS + LATE_MS);
}

static void ends_with_close_notify(void **state)
{
	int64_t begun = now_ms();
	struct client client;

	(void)state;
	begin(&client, "cut in order");
	assert_true(SSL_shutdown(client.ssl) >= 0);
	assert_refused(&client, "cut in order");
	assert_in_range(now_ms() - begun, 0, UPLOAD_MS - 200);
}

static void ends_with_fin(void **state)
{
	int64_t begun = now_ms();
	struct client client;

	(void)state;
	begin(&client, "cut by TCP");
	assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
	assert_refused(&client, "cut by TCP");
	assert_in_range(now_ms() - begun, 0, UPLOAD_MS - 200);
}

static void torn(void **state)
{
	struct client client;

	(void)state;
	begin(&client, "torn away");
	client_abort(&client);
	expect(&server, NULL, "gemini://localhost/", 20);
	assert_not_kept(&server, "torn away");
}

/* Who began to send before the server was told to stop is answered. */
static void stopped_meanwhile(void **state)
{
	struct client client;
	struct answer answer;
	char rest[1000];

	(void)state;
	/* With more time than the waiting below takes. */
	daemon_stop(&server);
	server.extra = NULL;
	daemon_start(&server);
	begin(&client, "begun");
	/* The worker has taken the line once others are served after it. */
	expect(&server, NULL, "gemini://localhost/", 20);
	assert_int_equal(kill(server.pid, SIGTERM), 0);
	memset(rest, 'z', sizeof(rest));
	/* Until the server has closed on all who have not asked yet. */
	assert_false(client_has_input(&client, 1500));
	assert_true(client_send(&client, rest, sizeof(rest), 0));
	client_receive(&client, &answer);
	assert_answer(&answer, 30, "an upload while the server stops");
	assert_true(answer.close_notify);
	answer_free(&answer);
	client_close(&client);
	assert_int_equal(program_wait(server.pid, PATIENCE_MS), 0);
	server.pid = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("too few bytes by the time limit: 59, nothing stored", stalls),
		TEST("a byte now and then does not move that limit", trickles),
		TEST("an early end with close_notify: 59 at once, nothing stored",
			ends_with_close_notify),
		TEST("an early end with a FIN alone: 59 at once, nothing stored", ends_with_fin),
		TEST("an upload torn by a reset stores nothing", torn),
		{"a server that stops takes the upload that has begun", stopped_meanwhile, NULL,
			NULL, NULL},
	};

	return cmocka_run_group_tests_name("upload", tests, start, writer_end);
}
