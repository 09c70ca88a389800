/*
 * Every waiting ends: silent, slow and stalled clients, and how many there may be.
 */
#include "fixture.h"

#include <sys/socket.h>
#include <unistd.h>

#define HANDSHAKE_MS 1000
#define REQUEST_MS   2000
#define WRITE_MS     2000
#define CLOSE_MS     1000
#define PER_ADDRESS  8
#define LATE_MS      4000 /* by how much a deadline may be missed on a busy machine */

static const char request[] = "gemini://localhost/\r\n";
static const char big_request[] = DAEMON_BIG_PAGE "\r\n";

static size_t at_rest; /* sockets of the worker while nobody is connected */

static int start(void **state)
{
	/* One worker: what is counted per worker can then be told from outside. */
	static const char *const extra[] = {"--handshake-timeout", "1", "--request-timeout", "2",
		"--write-timeout", "2", "--close-timeout", "1", "--max-connections-per-address",
		"8", NULL};
	pid_t worker;

	fixture_prepare(state);
	server.workers = "1";
	server.extra = extra;
	daemon_write_big_page(&server);
	daemon_start(&server);
	daemon_workers(&server, &worker, 1);
	at_rest = program_sockets(worker);
	return 0;
}

/* Waits until the only worker has closed every connection. */
static void wait_for_rest(void)
{
	int64_t end = now_ms() + PATIENCE_MS;
	size_t sockets;
	pid_t worker;

	daemon_workers(&server, &worker, 1);
	while ((sockets = program_sockets(worker)) > at_rest) {
		if (now_ms() > end)
			fail_msg("the worker holds %zu sockets, not %zu", sockets, at_rest);
		look_again_soon();
	}
}

static void silent_tcp(void **state)
{
	struct client client;
	int64_t begun = now_ms();
	char byte;

	(void)state;
	assert_true(client_connect(&client, server.port, NULL));
	assert_int_equal(client_read(&client, &byte, 1), 0);
	assert_in_range(now_ms() - begun, HANDSHAKE_MS - 100, HANDSHAKE_MS + LATE_MS);
	client_close(&client);
}

/* A handshake that goes on and on ends as well. */
static void slow_handshake(void **state)
{
	static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
	struct client client;
	int64_t begun = now_ms();
	char byte;

	(void)state;
	assert_true(client_connect(&client, server.port, NULL));
	for (size_t i = 0; i < sizeof(hello) - 1; i++) {
		assert_true(client_send(&client, &hello[i], 1, 0));
		if (client_has_input(&client, 200))
			break;
	}
	client_read(&client, &byte, 1);
	assert_true(client.end == CLIENT_FIN || client.end == CLIENT_RESET);
	assert_in_range(now_ms() - begun, HANDSHAKE_MS - 100, HANDSHAKE_MS + LATE_MS);
	client_close(&client);
}

static void silent_tls(void **state)
{
	struct client client;
	struct answer answer;
	int64_t begun;

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	begun = now_ms();
	client_receive(&client, &answer);
	assert_int_equal(answer.status, 59);
	assert_true(answer.close_notify);
	assert_int_equal(answer.end, CLIENT_FIN);
	assert_in_range(now_ms() - begun, REQUEST_MS - 200, REQUEST_MS + LATE_MS);
	answer_free(&answer);
	client_close(&client);
}

/* A byte now and then does not move the deadline of the whole request. */
static void slow_request(void **state)
{
	struct client client;
	struct answer answer;
	int64_t begun;

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	begun = now_ms();
	do
		assert_true(client_send(&client, "g", 1, 0));
	while (!client_has_input(&client, 200) && now_ms() - begun < REQUEST_MS + LATE_MS);
	client_receive(&client, &answer);
	assert_int_equal(answer.status, 59);
	assert_in_range(now_ms() - begun, REQUEST_MS - 200, REQUEST_MS + LATE_MS);
	answer_free(&answer);
	client_close(&client);
}

static void stalled_reader(void **state)
{
	struct client client;
	char bytes[16384];
	size_t total = 0;
	ssize_t got;
	int64_t begun;

	(void)state;
	wait_for_rest();
	assert_true(client_open(&client, server.port, NULL));
	assert_true(client_send(&client, big_request, sizeof(big_request) - 1, 0));
	assert_true(client_read(&client, bytes, sizeof(bytes)) > 0);
	begun = now_ms();
	wait_for_rest();
	assert_in_range(now_ms() - begun, WRITE_MS - 500, WRITE_MS + CLOSE_MS + LATE_MS);
	client.deadline = now_ms() + PATIENCE_MS;
	while ((got = client_read(&client, bytes, sizeof(bytes))) > 0)
		total += (size_t)got;
	assert_true(total < DAEMON_BIG_SIZE);
	/* A cut answer must not look like a whole one. */
	assert_false(client.close_notify);
	client_close(&client);
}

static void steady_reader(void **state)
{
	static char bytes[1 << 20];
	struct client client;
	size_t total = 0;
	ssize_t got;
	int64_t begun = now_ms(), slept_until = begun;

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	assert_true(client_send(&client, big_request, sizeof(big_request) - 1, 0));
	while ((got = client_read(&client, bytes, sizeof(bytes))) > 0) {
		total += (size_t)got;
		/* For twice the time that a stalled one is given, some half a MiB a second. */
		slept_until = now_ms() + 40;
		while (now_ms() < slept_until && now_ms() - begun < 2 * WRITE_MS)
			look_again_soon();
	}
	assert_true(client.close_notify);
	assert_true(total > DAEMON_BIG_SIZE);
	client_close(&client);
}

/* Who has its answer and does not hang up is hung up on. */
static void never_closes(void **state)
{
	struct client client;
	struct answer answer;
	int64_t begun;

	(void)state;
	wait_for_rest();
	assert_true(client_open(&client, server.port, NULL));
	assert_true(client_send(&client, request, sizeof(request) - 1, 0));
	client_receive(&client, &answer);
	assert_int_equal(answer.status, 20);
	assert_int_equal(answer.end, CLIENT_FIN);
	answer_free(&answer);
	begun = now_ms();
	wait_for_rest();
	assert_in_range(now_ms() - begun, 0, CLOSE_MS + LATE_MS);
	client_close(&client);
}

/* True where it is closed without a byte, before any handshake. */
static bool is_refused(const char *source)
{
	const struct client_options options = {.source = source, .timeout_ms = HANDSHAKE_MS / 2};
	struct client client;
	char byte;
	bool refused = !client_connect(&client, server.port, &options) ||
		       client_read(&client, &byte, 1) == 0;

	client_close(&client);
	return refused;
}

static void too_many_from_one_address(void **state)
{
	const struct client_options other = {.source = "127.0.0.9"};
	const struct client_options same = {.source = "127.0.0.8"};
	struct client clients[PER_ADDRESS];
	struct answer answer;

	(void)state;
	wait_for_rest();
	for (size_t i = 0; i < COUNT(clients); i++)
		assert_true(client_open(&clients[i], server.port, &same));
	assert_true(is_refused("127.0.0.8"));
	assert_true(client_fetch(server.port, &other, "gemini://localhost/", &answer));
	assert_int_equal(answer.status, 20);
	answer_free(&answer);
	for (size_t i = 0; i < COUNT(clients); i++)
		client_abort(&clients[i]);
	wait_for_rest();
	assert_true(client_fetch(server.port, &same, "gemini://localhost/", &answer));
	assert_int_equal(answer.status, 20);
	answer_free(&answer);
}

/* Connections that say nothing, from many addresses: others are answered meanwhile, and all of
 * them are closed on time. */
static void many_silent(void **state)
{
	enum { EACH = 8, ADDRESSES = 25 };
	static struct client clients[EACH * ADDRESSES];
	char source[32], byte;
	struct answer answer;
	int64_t begun;

	(void)state;
	wait_for_rest();
	begun = now_ms();
	for (size_t i = 0; i < COUNT(clients); i++) {
		snprintf(source, sizeof(source), "127.0.1.%zu", 1 + i / EACH);
		assert_true(client_connect(
			&clients[i], server.port, &(struct client_options){.source = source}));
	}
	assert_true(client_fetch(server.port, NULL, "gemini://localhost/", &answer));
	assert_int_equal(answer.status, 20);
	assert_in_range(now_ms() - begun, 0, HANDSHAKE_MS);
	answer_free(&answer);
	for (size_t i = 0; i < COUNT(clients); i++) {
		assert_int_equal(client_read(&clients[i], &byte, 1), 0);
		client_close(&clients[i]);
	}
	assert_in_range(now_ms() - begun, HANDSHAKE_MS - 100, 2 * HANDSHAKE_MS + LATE_MS);
	wait_for_rest();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a client that says nothing is closed on at the handshake's deadline",
			silent_tcp),
		TEST("a handshake byte by byte ends at the same deadline", slow_handshake),
		TEST("TLS and no request: 59 at the request's deadline", silent_tls),
		TEST("a request byte by byte does not move its deadline", slow_request),
		TEST("a reader who stalls is cut, and can tell", stalled_reader),
		TEST("a slow but steady reader gets everything", steady_reader),
		TEST("who never closes is closed on", never_closes),
		TEST("too many connections of one address are refused, others answered",
			too_many_from_one_address),
		TEST("two hundred silent connections: others are answered at once", many_silent),
	};

	return cmocka_run_group_tests_name("deadlines", tests, start, fixture_end);
}
