/*
 * Whoever speaks TLS, or something like it, only to cost time and memory: what each such client
 * costs the server is bounded, and others are served meanwhile.
 *
 * Measured with the program as people run it. The bounds are some five times what was measured on a
 * slow machine.
 */
#include "faults.h"
#include "fixture.h"
#include "usage.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#define EACH 20 /* clients of a kind */

static size_t at_rest;

static int start(void **state)
{
	static const char *const extra[] = {
		"--handshake-timeout", "2", "--request-timeout", "3", "--close-timeout", "1", NULL};

	fixture_prepare(state);
	server.workers = "1";
	server.extra = extra;
	daemon_start(&server);
	/* What is made when it is first needed is no client's fault. */
	for (int i = 0; i < 20; i++)
		expect(&server, NULL, "gemini://localhost/posts/essay.gmi", 20);
	usage_wait_for_rest(&server, usage_sockets(&server));
	at_rest = usage_sockets(&server);
	return 0;
}

/* From `before` on, `clients` have cost at most so much each, and the server serves. */
static void expect_cost(
	const char *who, const struct usage *before, long clients, long each_ms, long each_kib)
{
	struct usage after = usage_of(&server);
	const long ms = after.cpu_ms - before->cpu_ms, kib = after.kib - before->kib;

	print_message("# %s: %ld ms, %ld KiB for %ld\n", who, ms, kib, clients);
	/* One tick of the system's clock more, and one megabyte that is everybody's. */
	if (ms > clients * each_ms + 20)
		fail_msg("%s: %ld clients took %ld ms", who, clients, ms);
	if (kib > clients * each_kib + 1024)
		fail_msg("%s: %ld clients took %ld KiB", who, clients, kib);
	expect(&server, NULL, "gemini://localhost/", 20);
}

/* ---- bytes that are no handshake, or none that ends */

struct bytes {
	unsigned char *data;
	size_t length;
};

#define BYTES_MAX ((size_t)4 << 20)

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
	struct bytes bytes = {.data = malloc(BYTES_MAX)};

	(void)state;
	assert_non_null(bytes.data);
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
		expect_cost(byte_kinds[i].name, &before, EACH, byte_kinds[i].each_ms, 8);
	}
	free(bytes.data);
}

/* A hundred handshakes at once, byte by byte: each as small as it can be, none for ever. */
static void slow_handshakes(void **state)
{
	enum { CROWD = 100 };
	static struct client clients[CROWD];
	struct bytes bytes = {.data = malloc(BYTES_MAX)};
	struct usage before = usage_of(&server);
	int64_t end;
	size_t at = 0;

	(void)state;
	assert_non_null(bytes.data);
	many_extensions(&bytes);
	for (size_t i = 0; i < CROWD; i++) {
		char source[32];

		snprintf(source, sizeof(source), "127.0.4.%zu", 1 + i / 20);
		assert_true(client_connect(
			&clients[i], server.port, &(struct client_options){.source = source}));
		client_send(&clients[i], bytes.data, 16384, 0);
	}
	expect_cost("slow handshakes, half way", &before, CROWD, 5, 64);
	end = now_ms() + 1000;
	for (at = 16384; now_ms() < end; at++)
		for (size_t i = 0; i < CROWD; i++)
			client_send(&clients[i], bytes.data + at, 1, 0);
	for (size_t i = 0; i < CROWD; i++) {
		char byte;

		while (client_read(&clients[i], &byte, 1) > 0)
			;
		assert_int_not_equal(clients[i].end, CLIENT_SILENT);
		client_close(&clients[i]);
	}
	usage_wait_for_rest(&server, at_rest);
	expect_cost("slow handshakes", &before, CROWD, 40, 8);
	free(bytes.data);
}

/* ---- after the handshake */

/* Asks for another handshake, or for new keys, until the server has had enough. */
static void ask_again_and_again(int version, uint64_t most)
{
	struct client client;
	uint64_t sent;
	char bytes[256];
	size_t got;

	assert_true(
		client_open(&client, server.port, &(struct client_options){.version = version}));
	for (;;) {
		int result = version == TLS1_3_VERSION
				     ? SSL_key_update(client.ssl, SSL_KEY_UPDATE_REQUESTED)
				     : SSL_renegotiate(client.ssl);

		sent = BIO_number_written(SSL_get_wbio(client.ssl));
		if (result != 1 || sent > most || SSL_do_handshake(client.ssl) != 1)
			break;
		ERR_clear_error();
		if (SSL_read_ex(client.ssl, bytes, sizeof(bytes), &got) != 1 &&
			SSL_get_error(client.ssl, 0) != SSL_ERROR_WANT_READ)
			break;
	}
	assert_in_range(sent, 0, most);
	client_close(&client);
	ERR_clear_error();
}

static void again_and_again(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct usage before = usage_of(&server);

		for (int j = 0; j < EACH; j++)
			ask_again_and_again(versions[i], 1 << 20);
		usage_wait_for_rest(&server, at_rest);
		expect_cost(
			i == 0 ? "renegotiation" : "new keys", &before, EACH, i == 0 ? 20 : 200, 8);
	}
}

/* ---- certificates */

/* A certificate with a key of 16384 bits: the product of small primes is as good for this, and made
 * in a moment. Its exponent is the largest that OpenSSL takes for so long a key. */
static EVP_PKEY *make_huge_key(void)
{
	enum { PRIMES = 16, BITS = 1024 };
	BN_CTX *context = BN_CTX_new();
	BIGNUM *n = BN_new(), *phi = BN_new(), *e = BN_new(), *d = BN_new(), *p = BN_new();
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;

	BN_one(n);
	BN_one(phi);
	BN_hex2bn(&e, "FFFFFFFFFFFFFFC5"); /* a prime */
	for (int i = 0; i < PRIMES; i++) {
		assert_int_equal(BN_generate_prime_ex(p, BITS, 0, NULL, NULL, NULL), 1);
		BN_mul(n, n, p, context);
		BN_sub_word(p, 1);
		BN_mul(phi, phi, p, context);
	}
	assert_non_null(BN_mod_inverse(d, e, phi, context));
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, n);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, e);
	OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_D, d);
	parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_fromdata_init(maker);
	assert_int_equal(EVP_PKEY_fromdata(maker, &key, EVP_PKEY_KEYPAIR, parameters), 1);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	EVP_PKEY_CTX_free(maker);
	BN_free(n);
	BN_free(phi);
	BN_free(e);
	BN_free(d);
	BN_free(p);
	BN_CTX_free(context);
	return key;
}

/* The person's certificate again, for another key or with so many bytes of a comment in it, signed
 * by another. */
static void change(struct person *person, EVP_PKEY *key, size_t comment)
{
	EVP_PKEY *signer = EVP_EC_gen("P-256");
	char *text = malloc(comment + 1);

	assert_true(signer != NULL && text != NULL);
	memset(text, 'x', comment);
	text[comment] = '\0';
	if (comment > 0) {
		X509_EXTENSION *extension =
			X509V3_EXT_conf_nid(NULL, NULL, NID_netscape_comment, text);

		assert_non_null(extension);
		assert_int_equal(X509_add_ext(person->certificate, extension, -1), 1);
		X509_EXTENSION_free(extension);
	}
	if (key != NULL) {
		EVP_PKEY_free(person->key);
		person->key = key;
		assert_int_equal(X509_set_pubkey(person->certificate, key), 1);
	}
	assert_true(X509_sign(person->certificate, signer, EVP_sha256()) > 0);
	EVP_PKEY_free(signer);
	free(text);
}

static void certificates(void **state)
{
	static const struct {
		const char *name;
		size_t comment;
		unsigned chain;
		bool huge;
		int clients;
		long each_ms;
	} kinds[] = {
		{"an ordinary certificate", 0, 0, false, EACH, 20},
		{"a certificate of 20 kB", 20000, 0, false, EACH, 20},
		{"a certificate of 100 kB", 100000, 0, false, EACH, 20},
		{"a chain of 100", 0, 99, false, EACH, 40},
		{"a chain of 400", 0, 399, false, EACH, 40},
		{"a key of 16384 bits", 0, 0, true, 2, 100},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct client_options options = {.chain = kinds[i].chain};
		struct person person;
		struct usage before;

		assert_true(person_make_ordinary(&person, "somebody"));
		change(&person, kinds[i].huge ? make_huge_key() : NULL, kinds[i].comment);
		options.person = &person;
		before = usage_of(&server);
		for (int j = 0; j < kinds[i].clients; j++) {
			struct answer answer;

			/* Refused or answered: what counts here is the price. */
			client_fetch(server.port, &options, "gemini://localhost/", &answer);
			assert_int_not_equal(answer.end, CLIENT_SILENT);
			answer_free(&answer);
			ERR_clear_error();
		}
		usage_wait_for_rest(&server, at_rest);
		expect_cost(kinds[i].name, &before, kinds[i].clients, kinds[i].each_ms, 8);
		person_end(&person);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("bytes that are no handshake, or none that ends", no_handshake),
		TEST("slow handshakes", slow_handshakes),
		TEST("renegotiation and new keys, again and again", again_and_again),
		TEST("certificates, chains and keys of any size", certificates),
	};

	if (!faults_plain())
		return faults_skip("hostile_tls");
	return cmocka_run_group_tests_name("hostile_tls", tests, start, fixture_end);
}
