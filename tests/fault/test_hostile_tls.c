/*
 * Who makes a good handshake, or nearly, only to cost time and memory: what each such client costs
 * the server is bounded, and others are served meanwhile.
 *
 * Measured with the program as people run it. The bounds are several times what was measured on a
 * slow machine.
 */
#include "faults.h"
#include "fixture.h"
#include "usage.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>
#include <openssl/x509v3.h>

#define EACH 20 /* clients of a kind */
#define FEW  2  /* of those that cost the test more than the server */

static size_t at_rest;

static int start(void **state)
{
	static const char *const extra[] = {"--handshake-timeout", "20", "--request-timeout", "3",
		"--close-timeout", "1", NULL};

	fixture_prepare(state);
	at_rest = usage_start(&server, extra);
	return 0;
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

		for (int j = 0; j < FEW; j++)
			ask_again_and_again(versions[i], 1 << 20);
		usage_wait_for_rest(&server, at_rest);
		usage_expect(&server, i == 0 ? "renegotiation" : "new keys", &before, FEW,
			i == 0 ? 20 : 300, 8);
	}
}

/* ---- certificates */

/* A key of 16384 bits, all but two, that is made in a moment and signs in another: its primes are
 * k * 2^1011 + 1. Its public exponent is the largest that OpenSSL takes for so long a key. */
static EVP_PKEY *make_huge_key(void)
{
	static const unsigned ks[] = {2105, 2429, 4211, 5301, 6045, 7161, 7547, 8195, 8267, 8319,
		10635, 11585, 11631, 12801, 13665, 14015};
	BN_CTX *context = BN_CTX_new();
	BIGNUM *n = BN_new(), *order = BN_new(), *e = BN_new(), *d = BN_new(), *p = BN_new();
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *parameters;
	EVP_PKEY *key = NULL;

	BN_one(n);
	BN_one(order);
	BN_lshift(order, order, 1011);
	BN_hex2bn(&e, "FFFFFFFFFFFFFFC5"); /* a prime */
	for (size_t i = 0; i < COUNT(ks); i++) {
		BN_mul_word(order, ks[i]);
		BN_set_word(p, ks[i]);
		BN_lshift(p, p, 1011);
		BN_add_word(p, 1);
		BN_mul(n, n, p, context);
	}
	assert_non_null(BN_mod_inverse(d, e, order, context));
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
	BN_free(order);
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
		{"a key of 16384 bits", 0, 0, true, FEW, 100},
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
		usage_expect(
			&server, kinds[i].name, &before, kinds[i].clients, kinds[i].each_ms, 8);
		person_end(&person);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("renegotiation and new keys, again and again", again_and_again),
		TEST("certificates, chains and keys of any size", certificates),
	};

	if (!faults_plain())
		return faults_skip("hostile_tls");
	return cmocka_run_group_tests_name("hostile_tls", tests, start, fixture_end);
}
