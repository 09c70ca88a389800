/*
 * A Gemini transaction, row by row: the bytes of the request itself.
 *
 * Each test bears the words of the row that it holds the server to.
 */
#include "fixture.h"

#define REQUEST_SECONDS "2"
#define REQUEST_MS      2000

static const char home[] = "# A home page\n";
static const char page[] = "# The page in the folder\n";

static int start(void **state)
{
	static const char *const extra[] = {"--request-timeout", REQUEST_SECONDS, NULL};

	fixture_prepare(state);
	server.extra = extra;
	daemon_write_text(&server, "capsule/index.gmi", home);
	daemon_start(&server);
	return 0;
}

static void expect_bytes(const char *bytes, size_t length, int status)
{
	struct answer answer = ask_bytes(&server, NULL, bytes, length, 0);

	assert_answer(&answer, status, bytes);
	answer_free(&answer);
}

static size_t make_long(char *line, size_t length, bool ended)
{
	static const char begin[] = "gemini://localhost/?";

	memset(line, 'a', length);
	memcpy(line, begin, sizeof(begin) - 1);
	if (ended)
		memcpy(line + length, "\r\n", 2);
	return length + (ended ? 2 : 0);
}

static void uri_too_long(void **state)
{
	char line[4096];

	(void)state;
	expect_bytes(line, make_long(line, 1024, true), 20);
	expect_bytes(line, make_long(line, 1025, true), 59);
	expect_bytes(line, make_long(line, 4000, true), 59);
}

static void no_crlf(void **state)
{
	static const char *const unfinished[] = {
		"gemini://localhost/", "gemini://localhost/\n", "gemini://localhost/\r", ""};
	struct client clients[COUNT(unfinished)];
	struct answer answer;
	char line[1100];
	int64_t begun = now_ms(), took;

	(void)state;
	for (size_t i = 0; i < COUNT(unfinished); i++) {
		assert_true(client_open(&clients[i], server.port, NULL));
		assert_true(client_send(&clients[i], unfinished[i], strlen(unfinished[i]), 0));
	}
	for (size_t i = 0; i < COUNT(unfinished); i++) {
		client_receive(&clients[i], &answer);
		took = now_ms() - begun;
		assert_int_equal(answer.status, 59);
		assert_true(answer.close_notify);
		assert_int_equal(answer.end, CLIENT_FIN);
		assert_in_range(took, REQUEST_MS - 200, REQUEST_MS * 3);
		answer_free(&answer);
		client_close(&clients[i]);
	}
	begun = now_ms();
	make_long(line, 1026, false);
	expect_bytes(line, 1026, 59);
	assert_in_range(now_ms() - begun, 0, REQUEST_MS - 500);
	expect_bytes("gemini://localhost/\n\r\n", 22, 59);
}

static void control_bytes(void **state)
{
	(void)state;
#define REFUSED(text) expect_bytes(text, sizeof(text) - 1, 59)
	REFUSED("gemini://localhost/a\rb\r\n");
	REFUSED("gemini://localhost/a\0b\r\n");
	REFUSED("gemini://localhost/\x01\r\n");
	REFUSED("gemini://localhost/\x1b[31m\r\n");
	REFUSED("gemini://localhost/\x7f\r\n");
	REFUSED("gemini://localhost/\t\r\n");
	REFUSED("gemini://localhost/\xff\r\n");
	REFUSED("gemini://localhost/\xc0\xaf\r\n");
	REFUSED("gemini://localhost/\xed\xa0\x80\r\n");
	REFUSED("gemini://localhost/\xc3\r\n");
	REFUSED("\xef\xbb\xbfgemini://localhost/\r\n");
	REFUSED("gemini://localhost/%FF\r\n");
#undef REFUSED
}

static void plain_text(void **state)
{
	static const char *const texts[] = {"gemini://localhost/\r\n",
		"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n",
		"CONNECT localhost:1965 HTTP/1.0\r\n\r\n", "\r\n\r\n\r\n\r\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct client client;
		char byte;
		ssize_t got;

		assert_true(client_connect(&client, server.port, NULL));
		assert_true(client_send(&client, texts[i], strlen(texts[i]), 0));
		got = client_read(&client, &byte, 1);
		if (got != 0)
			fail_msg("%s: %zd bytes came", texts[i], got);
		client_close(&client);
	}
}

static void bytes_after_crlf(void **state)
{
	static const char request[] = "gemini://localhost/\r\n";
	char long_one[32768];
	struct answer answer;

	(void)state;
	expect_bytes("gemini://localhost/\r\nmore", 25, 20);
	expect_bytes("gemini://localhost/\r\n\0\r\n\xff", 25, 20);
	memset(long_one, 'x', sizeof(long_one));
	memcpy(long_one, request, sizeof(request) - 1);
	answer = ask_bytes(&server, NULL, long_one, sizeof(long_one), 0);
	assert_answer(&answer, 20, "a request with 32 KiB behind it");
	assert_string_equal(answer.body, home);
	answer_free(&answer);
}

static void in_packets(void **state)
{
	static const char request[] = "gemini://localhost/folder/page.gmi\r\n";

	(void)state;
	for (size_t piece = 1; piece < sizeof(request); piece += piece < 4 ? 1 : 7) {
		struct answer answer =
			ask_bytes(&server, NULL, request, sizeof(request) - 1, piece);

		assert_answer(&answer, 20, request);
		assert_string_equal(answer.body, page);
		answer_free(&answer);
	}
}

static void titan(void **state)
{
	static const char upload[] = "titan://localhost/new.gmi;size=5;mime=text/gemini\r\nhello";
	struct answer answer = ask_bytes(&server, NULL, upload, sizeof(upload) - 1, 0);

	(void)state;
	assert_answer(&answer, 50, "titan://");
	assert_true(strchr(answer.meta, ' ') != NULL);
	answer_free(&answer);
	expect(&server, NULL, "gemini://localhost/new.gmi", 51);
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		TEST("URI longer than 1024 bytes", uri_too_long),
		TEST("no CRLF yet, or a bare LF (not a terminator)", no_crlf),
		TEST("a lone CR, NUL or another control byte before the CRLF, invalid UTF-8, a "
		     "byte-order mark",
			control_bytes),
		TEST("plain text (not TLS), HTTP, SSH bytes on the port", plain_text),
		TEST("bytes after the CRLF of a gemini request", bytes_after_crlf),
		TEST("a request split into any number of packets", in_packets),
		TEST("a titan upload to where nothing takes it", titan),
	};

	return cmocka_run_group_tests_name("request", rows, start, fixture_end);
}
