/*
 * Bytes that are no TLS handshake, or none that ends: what each client that sends them costs the
 * server is bounded, and others are served meanwhile.
 *
 * Measured with the program as people run it. The bounds are several times what was measured on a
 * slow machine.
 */
#include "faults.h"
#include "fixture.h"
#include "usage.h"

#include <openssl/rand.h>

#define EACH 20 /* clients of a kind */

static size_t at_rest;

static int start(void **state)
{
	static const char *const extra[] = {
		"--handshake-timeout", "1", "--request-timeout", "3", "--close-timeout", "1", NULL};

	fixture_prepare(state);
	at_rest = usage_start(&server, extra);
	return 0;
}

struct bytes {
	unsigned char *data;
	size_t length;
};

#define BYTES_MAX ((size_t)4 << 20)
static unsigned char sent[BYTES_MAX];

static void put(struct bytes *bytes, const void *data, size_t length)
{
	assert_true(bytes->length + length <= BYTES_MAX);
	memcpy(bytes->data + bytes->length, data, length);
	bytes->length += length;
}

static void put_record(struct bytes *bytes, int type, const void *data, size_t length)
{
	const unsigned char head[] = {(unsigned char)type, 3, 1, (unsigned char)(length >> 8),
		(unsigned char)(length & 255)};

	put(bytes, head, sizeof(head));
	put(bytes, data, length);
}

static void garbage(struct bytes *bytes)
{
	bytes->length = 16384;
	assert_int_equal(RAND_bytes(bytes->data, (int)bytes->length), 1);
}

static void oversized_record(struct bytes *bytes)
{
	static unsigned char data[65535];

	put_record(bytes, 22, data, sizeof(data));
}

static void empty_records(struct bytes *bytes)
{
	while (bytes->length < 1 << 20)
		put_record(bytes, 22, "", 0);
}

static void cipher_changes(struct bytes *bytes)
{
	while (bytes->length < 1 << 20)
		put_record(bytes, 20, "\1", 1);
}

static void alerts(struct bytes *bytes)
{
	while (bytes->length < 1 << 20)
		put_record(bytes, 21, "\1\144", 2);
}

/* A ClientHello of 16 MiB, of which four are sent. */
static void endless_hello(struct bytes *bytes)
{
	static unsigned char data[16384] = {1, 0xff, 0xff, 0xff, 3, 3};

	put_record(bytes, 22, data, sizeof(data));
	memset(data, 0, 6);
	while (bytes->length + sizeof(data) + 5 < BYTES_MAX)
		put_record(bytes, 22, data, sizeof(data));
}

/* A good ClientHello but for 15,000 extensions that nobody knows. */
static void many_extensions(struct bytes *bytes)
{
	enum { COUNT_OF = 15000, EXTENSIONS = COUNT_OF * 4, BODY = 2 + 32 + 1 + 4 + 2 + 2 };
	static unsigned char hello[4 + BODY + EXTENSIONS];
	const size_t body = BODY + EXTENSIONS;
	const unsigned char head[] = {1, (unsigned char)(body >> 16), (unsigned char)(body >> 8),
		(unsigned char)body, 3, 3};
	unsigned char *at = hello + 4 + 2 + 32;

	memcpy(hello, head, sizeof(head));
	memcpy(at, "\0\0\2\x13\x01\1\0", 7); /* no session; one cipher suite; no compression */
	at += 7;
	*at++ = EXTENSIONS >> 8;
	*at++ = EXTENSIONS & 255;
	for (unsigned i = 0; i < COUNT_OF; i++, at += 4) {
		at[0] = (unsigned char)((20000 + i) >> 8);
		at[1] = (unsigned char)(20000 + i);
	}
	assert_ptr_equal(at, hello + sizeof(hello));
	for (size_t done = 0; done < sizeof(hello); done += 16384)
		put_record(bytes, 22, hello + done,
			sizeof(hello) - done < 16384 ? sizeof(hello) - done : 16384);
}

static const struct {
	const char *name;
	void (*make)(struct bytes *bytes);
	long each_ms;
} byte_kinds[] = {
	{"garbage", garbage, 5},
	{"an oversized record", oversized_record, 5},
	{"empty records", empty_records, 10},
	{"changes of the cipher", cipher_changes, 10},
	{"alerts", alerts, 10},
	{"an endless hello", endless_hello, 20},
	{"many extensions", many_extensions, 20},
};

static void no_handshake(void **state)
{
	struct bytes bytes = {.data = sent};

	(void)state;
	for (size_t i = 0; i < COUNT(byte_kinds); i++) {
		struct usage before = usage_of(&server);

		for (int j = 0; j < EACH; j++) {
			struct client client;
			char answer[4096];

			bytes.length = 0;
			byte_kinds[i].make(&bytes);
			assert_true(client_connect(&client, server.port, NULL));
			/* Mostly it hangs up before all is sent. */
			client_send(&client, bytes.data, bytes.length, 0);
			while (client_read(&client, answer, sizeof(answer)) > 0)
				;
			assert_int_not_equal(client.end, CLIENT_SILENT);
			client_close(&client);
		}
		usage_wait_for_rest(&server, at_rest);
		usage_expect(&server, byte_kinds[i].name, &before, EACH, byte_kinds[i].each_ms, 8);
	}
}

/* A hundred handshakes at once, byte by byte: each as small as it can be, none for ever. */
static void crowd_of_slow(const struct bytes *bytes)
{
	enum { CROWD = 100 };
	static struct client clients[CROWD];
	struct usage before = usage_of(&server);
	int64_t end;

	for (size_t i = 0; i < CROWD; i++) {
		char source[32];

		snprintf(source, sizeof(source), "127.0.4.%zu", 1 + i / 20);
		assert_true(client_connect(
			&clients[i], server.port, &(struct client_options){.source = source}));
		client_send(&clients[i], bytes->data, 16384, 0);
	}
	usage_expect(&server, "slow handshakes, a quarter there", &before, CROWD, 5, 80);
	end = now_ms() + 500;
	for (size_t at = 16384; now_ms() < end; at++)
		for (size_t i = 0; i < CROWD; i++)
			client_send(&clients[i], bytes->data + at, 1, 0);
	for (size_t i = 0; i < CROWD; i++) {
		char byte;

		while (client_read(&clients[i], &byte, 1) > 0)
			;
		assert_int_not_equal(clients[i].end, CLIENT_SILENT);
		client_close(&clients[i]);
	}
	usage_wait_for_rest(&server, at_rest);
	usage_expect(&server, "slow handshakes", &before, CROWD, 30, 80);
}

/* What the first crowd has left behind, as memory is kept for the next, serves the second: all but
 * what lies between the blocks of others, which levels off at some 12 KiB each after the fourth. */
static void slow_handshakes(void **state)
{
	struct bytes bytes = {.data = sent};
	struct usage before;

	(void)state;
	many_extensions(&bytes);
	crowd_of_slow(&bytes);
	before = usage_of(&server);
	crowd_of_slow(&bytes);
	usage_expect(&server, "another crowd", &before, 100, 30, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("bytes that are no handshake, or none that ends", no_handshake),
		TEST("slow handshakes", slow_handshakes),
	};

	if (!faults_plain())
		return faults_skip("hostile_bytes");
	return cmocka_run_group_tests_name("hostile_bytes", tests, start, fixture_end);
}
