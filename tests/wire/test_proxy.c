/*
 * The PROXY protocol: whom a trusted proxy speaks for is the client, and nobody else is believed.
 */
#include "crowd.h"

#include <sys/socket.h>

#define PROXY_FROM    "127.0.0.2"
#define STRANGER_FROM "127.0.0.3"
#define HANDSHAKE_MS  2000
#define LATE_MS       4000 /* by how much a deadline may be missed on a busy machine */

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define IPV4      "\xc0\0\x02\x02\x7f\0\0\x01\xdd\xd5\x07\xad" /* 192.0.2.2, port 1965 */
#define IPV6                                                                                       \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\xdd\xd5\x07" \
	"\xad"

struct bytes {
	const void *bytes;
	size_t length;
};
#define BYTES(literal) ((struct bytes){literal, sizeof(literal) - 1})

static const struct client_options from_proxy = {.source = PROXY_FROM};
static const struct client_options from_stranger = {.source = STRANGER_FROM};

static int start(void **state)
{
	static const char *const extra[] = {"--proxies", PROXY_FROM, "--log", "text", "--log-level",
		"debug", "--log-addresses", "full", "--max-connections-per-address", "2", "--deny",
		"203.0.113.0/24", "--handshake-timeout", "2", NULL};

	fixture_prepare(state);
	server.noisy = true;
	server.workers = "1";
	server.extra = extra;
	daemon_start(&server);
	return 0;
}

/* Connects, says the header and shakes hands; false where that is not wanted. */
static bool open_with(struct client *client, struct bytes header, size_t piece)
{
	return client_connect(client, server.port, &from_proxy) &&
	       client_send(client, header.bytes, header.length, piece) &&
	       client_handshake(client, NULL);
}

/* Answered, and logged under this address. */
static void assert_answered(struct client *client, const char *url, int status, const char *address)
{
	struct answer answer;
	char line[256], *errors;

	snprintf(line, sizeof(line), "%s\r\n", url);
	assert_true(client_send(client, line, strlen(line), 0));
	client_receive(client, &answer);
	assert_answer(&answer, status, url);
	answer_free(&answer);
	client_close(client);
	errors = daemon_errors(&server);
	if (address != NULL)
		assert_contains(errors, address);
	free(errors);
}

static void headers(void **state)
{
	static const struct {
		struct bytes header;
		const char *address; /* in the log */
	} rows[] = {
		{{"PROXY TCP4 192.0.2.1 127.0.0.1 56789 1965\r\n", 43}, "192.0.2.1"},
		{{"PROXY TCP6 2001:db8::7 ::1 56789 1965\r\n", 39}, "2001:db8::7"},
		{{SIGNATURE "\x21\x11\0\x0c" IPV4, 28}, "192.0.2.2"},
		{{SIGNATURE "\x21\x21\0\x24" IPV6, 52}, "2001:db8::1"},
		{{SIGNATURE "\x21\x11\0\x11" IPV4 "\x04\0\x02\0\0", 33}, "192.0.2.2"},
		{{"PROXY UNKNOWN\r\n", 15}, PROXY_FROM},
		{{SIGNATURE "\x20\0\0\0", 16}, PROXY_FROM},
	};
	struct client client;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t piece = 0; piece < 2; piece++) {
			if (!open_with(&client, rows[i].header, piece))
				fail_msg("header %zu is not taken", i);
			assert_answered(&client, "gemini://localhost/", 20, rows[i].address);
		}
}

/* What follows the header in the same packet is TLS's. */
static void in_one_packet(void **state)
{
	static const char header[] = "PROXY TCP4 192.0.2.9 127.0.0.1 56789 1965\r\n";
	struct client client;

	(void)state;
	assert_true(client_connect(&client, server.port, &from_proxy));
	assert_int_equal(send(client.fd, header, sizeof(header) - 1, MSG_MORE), sizeof(header) - 1);
	assert_true(client_handshake(&client, NULL));
	assert_answered(&client, "gemini://localhost/", 20, "192.0.2.9");
}

/* The port that counts is the proxy's. */
static void whose_port(void **state)
{
	static const char header[] = "PROXY TCP4 192.0.2.1 127.0.0.1 56789 7777\r\n";
	struct client client;

	(void)state;
	assert_true(open_with(&client, BYTES(header), 0));
	assert_answered(&client, "gemini://localhost:7777/", 20, NULL);
	assert_true(open_with(&client, BYTES(header), 0));
	assert_answered(&client, "gemini://localhost:7778/", 53, NULL);
}

/* Closed without a byte. */
static void assert_closed(struct client *client)
{
	char byte;

	assert_int_equal(client_read(client, &byte, 1), 0);
	assert_true(client->end == CLIENT_FIN || client->end == CLIENT_RESET);
	client_close(client);
}

static void wrong_ones(void **state)
{
	static const struct bytes rows[] = {
		{"PROXY TCP4 192.0.2.1 127.0.0.1 56789\r\n", 38},
		{"PROXY TCP4 localhost 127.0.0.1 1 2\r\n", 36},
		{"gemini://localhost/\r\n", 21},
		{"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11},
		{SIGNATURE "\x21\x11\xff\xff", 16},
		{SIGNATURE "\x31\x11\0\x0c" IPV4, 28},
	};
	struct client client;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t piece = 0; piece < 2; piece++) {
			int64_t begun = now_ms();

			assert_true(client_connect(&client, server.port, &from_proxy));
			/* The server may have hung up before the last byte. */
			(void)!client_send(&client, rows[i].bytes, rows[i].length, piece);
			assert_closed(&client);
			assert_in_range(now_ms() - begun, 0, HANDSHAKE_MS - 200);
		}
	/* No header at all. */
	assert_true(client_connect(&client, server.port, &from_proxy));
	assert_false(client_handshake(&client, NULL));
	client_close(&client);
}

/* From anybody else a header is bytes that are not TLS. */
static void strangers(void **state)
{
	static const char header[] = "PROXY TCP4 192.0.2.1 127.0.0.1 56789 1965\r\n";
	struct client client;

	(void)state;
	assert_true(client_connect(&client, server.port, &from_stranger));
	assert_true(client_send(&client, header, sizeof(header) - 1, 0));
	assert_closed(&client);
	assert_true(client_connect(&client, server.port, &from_stranger));
	assert_true(client_send(&client, SIGNATURE "\x21\x11\0\x0c" IPV4, 28, 0));
	assert_closed(&client);
	assert_true(client_open(&client, server.port, &from_stranger));
	assert_answered(&client, "gemini://localhost/", 20, STRANGER_FROM);
}

/* The limits are the real client's, not the proxy's. */
static void whose_limits(void **state)
{
	static const char one[] = "PROXY TCP4 198.51.100.1 127.0.0.1 56789 1965\r\n";
	static const char other[] = "PROXY TCP4 198.51.100.2 127.0.0.1 56789 1965\r\n";
	static const char denied[] = "PROXY TCP4 203.0.113.9 127.0.0.1 56789 1965\r\n";
	static const char itself[] = "PROXY UNKNOWN\r\n";
	struct client clients[8];

	(void)state;
	assert_true(open_with(&clients[0], BYTES(one), 0));
	assert_true(open_with(&clients[1], BYTES(one), 0));
	assert_false(open_with(&clients[2], BYTES(one), 0));
	client_close(&clients[2]);
	assert_true(open_with(&clients[2], BYTES(other), 0));
	assert_false(open_with(&clients[3], BYTES(denied), 0));
	client_close(&clients[3]);
	for (size_t i = 3; i < COUNT(clients); i++)
		assert_true(open_with(&clients[i], BYTES(itself), 0));
	size_t held = crowd_sockets(1);
	client_close(&clients[0]);
	crowd_wait_for_sockets(1, held - 1);
	assert_true(open_with(&clients[0], BYTES(one), 0));
	crowd_close(clients, COUNT(clients));
}

/* Part of a header: the worker rests until more comes, and hangs up at the deadline. */
static void half_a_header(void **state)
{
	static const char header[] = "PROXY TCP4 192.0.2.1 127.0.0.1";
	struct client client;
	int64_t begun = now_ms();

	(void)state;
	assert_true(client_connect(&client, server.port, &from_proxy));
	assert_true(client_send(&client, header, sizeof(header) - 1, 1));
	assert_worker_rests(crowd_worker());
	assert_closed(&client);
	assert_in_range(now_ms() - begun, HANDSHAKE_MS - 200, HANDSHAKE_MS + LATE_MS);
}

static void silence(void **state)
{
	struct client client;
	int64_t begun = now_ms();

	(void)state;
	assert_true(client_connect(&client, server.port, &from_proxy));
	assert_closed(&client);
	assert_in_range(now_ms() - begun, HANDSHAKE_MS - 200, HANDSHAKE_MS + LATE_MS);
}

/* Who leaves is let go of at once. */
static void leaves(void **state)
{
	static const char header[] = "PROXY TCP4";
	struct client clients[3];
	size_t before = crowd_sockets(1);
	int64_t begun = now_ms();

	(void)state;
	crowd_connect(clients, COUNT(clients), PROXY_FROM);
	for (size_t i = 0; i < 2; i++)
		assert_true(client_send(&clients[i], header, sizeof(header) - 1, 0));
	crowd_wait_for_sockets(1, before + COUNT(clients));
	assert_int_equal(shutdown(clients[0].fd, SHUT_WR), 0);
	assert_closed(&clients[0]);
	client_abort(&clients[1]);
	client_close(&clients[2]);
	crowd_wait_for_sockets(1, before);
	assert_in_range(now_ms() - begun, 0, HANDSHAKE_MS - 200);
}

/* A daemon of its own, which listens on a socket of the file system too; its path. */
static void begin_unix(char path[DAEMON_PATH_SIZE], const char *const *extra)
{
	daemon_end(&server);
	daemon_prepare(&server);
	server.noisy = true;
	server.workers = "1";
	server.extra = extra;
	daemon_start(&server);
	daemon_path(&server, "gemini.sock", path);
}

#define UNIX_SOCKET                                                                                \
	"--listen", "unix:gemini.sock", "--max-connections-per-address", "1",                      \
		"--max-connections-per-network", "1", "--log", "text", "--log-addresses", "full"

static void over_a_unix_socket(void **state)
{
	static const char *const open[] = {UNIX_SOCKET, "--requests-per-minute", "1", NULL};
	static const char *const denied[] = {UNIX_SOCKET, "--deny", "unix", NULL};
	char path[DAEMON_PATH_SIZE];
	const struct client_options options = {.path = path};
	struct client clients[4];

	(void)state;
	begin_unix(path, open);
	/* Who has no address is bound by no limit of one. */
	for (size_t i = 0; i < COUNT(clients); i++)
		assert_true(client_open(&clients[i], 0, &options));
	for (size_t i = 0; i < COUNT(clients); i++)
		assert_answered(&clients[i], "gemini://localhost/", 20, NULL);
	begin_unix(path, denied);
	assert_true(crowd_is_refused(&options));
	expect(&server, NULL, "gemini://localhost/", 20);
}

static void a_proxy_behind_a_unix_socket(void **state)
{
	static const char *const extra[] = {UNIX_SOCKET, "--proxies", "unix", NULL};
	static const char header[] = "PROXY TCP4 192.0.2.66 127.0.0.1 56789 1965\r\n";
	char path[DAEMON_PATH_SIZE];
	const struct client_options options = {.path = path};
	struct client client, other;

	(void)state;
	begin_unix(path, extra);
	assert_true(client_connect(&client, 0, &options));
	assert_true(client_send(&client, header, sizeof(header) - 1, 1));
	assert_true(client_handshake(&client, NULL));
	assert_true(client_connect(&other, 0, &options));
	assert_true(client_send(&other, header, sizeof(header) - 1, 0));
	assert_false(client_handshake(&other, NULL));
	client_close(&other);
	assert_answered(&client, "gemini://localhost/", 20, "192.0.2.66");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a trusted proxy's header names the client, in pieces too", headers),
		TEST("the handshake may follow in the same packet", in_one_packet),
		TEST("the port asked for is the one of the proxy", whose_port),
		TEST("what is no header is closed on at once, without a byte", wrong_ones),
		TEST("who is not trusted speaks TLS, or nothing", strangers),
		TEST("limits and rules are those of the real client", whose_limits),
		TEST("half a header waits without spinning, until the deadline", half_a_header),
		TEST("a proxy that says nothing is closed on at the deadline", silence),
		TEST("a proxy that leaves is let go at once", leaves),
		TEST("over a Unix socket nobody has an address", over_a_unix_socket),
		TEST("a proxy may come by a Unix socket", a_proxy_behind_a_unix_socket),
	};

	return cmocka_run_group_tests_name("proxy", tests, start, fixture_end);
}
