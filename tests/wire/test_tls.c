/*
 * TLS as a client sees it: versions, names, certificates of both sides, and how it ends.
 */
#include "wire.h"

#include <time.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

static struct daemon server;
static struct person authority, chained;

static const char configuration[] =
	"capsule \"localhost\" {\n"
	"    root = \"capsule\"\n    certs = \"certs\"\n"
	"    aliases = {\"other.example\", \"*.wild.example\", \"127.0.0.1\", \"::1\"}\n"
	"}\n"
	"capsule \"second.example\" {\n    root = \"capsule\"\n    certs = \"certs\"\n}\n"
	"capsule \"chained.example\" {\n    root = \"capsule\"\n    certs = \"own\"\n}\n";

static int start(void **state)
{
	char certificate[DAEMON_PATH_SIZE], key[DAEMON_PATH_SIZE];

	daemon_prepare(&server);
	server.conf = "kindling.conf";
	daemon_write_text(&server, "kindling.conf", configuration);
	daemon_write_text(&server, "own/README", "");
	assert_true(person_make_ordinary(&authority, "an authority"));
	assert_true(person_make_issued(&chained, &authority, "chained.example"));
	assert_true(person_write(&chained, &authority,
		daemon_path(&server, "own/chained.example.crt", certificate),
		daemon_path(&server, "own/chained.example.key", key)));
	daemon_start(&server);
	*state = &server;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	daemon_end(&server);
	person_end(&authority);
	person_end(&chained);
	return 0;
}

/* The certificate that this SNI name gets; to be freed. */
static X509 *served_to(const char *sni)
{
	struct client client;
	X509 *certificate;

	assert_true(client_open(&client, server.port, &(struct client_options){.sni = sni}));
	certificate = SSL_get1_peer_certificate(client.ssl);
	assert_non_null(certificate);
	client_close(&client);
	return certificate;
}

static void expect_version(int version, bool accepted)
{
	const struct client_options options = {.version = version};
	struct client client;
	bool opened = client_open(&client, server.port, &options);

	if (opened != accepted)
		fail_msg("TLS version %x: %s", (unsigned)version, opened ? "spoken" : "refused");
	if (opened)
		assert_int_equal(SSL_version(client.ssl), version);
	client_close(&client);
}

static void versions(void **state)
{
	(void)state;
	expect_version(TLS1_3_VERSION, true);
	expect_version(TLS1_2_VERSION, true);
	expect_version(TLS1_1_VERSION, false);
	expect_version(TLS1_VERSION, false);
}

static void sni_selects(void **state)
{
	X509 *first = served_to("localhost"), *second = served_to("second.example");
	X509 *alias = served_to("other.example"), *capitals = served_to("SECOND.Example");

	(void)state;
	assert_int_not_equal(X509_cmp(first, second), 0);
	assert_int_equal(X509_cmp(first, alias), 0);
	assert_int_equal(X509_cmp(second, capitals), 0);
	assert_int_equal(X509_check_host(second, "second.example", 0, 0, NULL), 1);
	X509_free(first);
	X509_free(second);
	X509_free(alias);
	X509_free(capitals);
}

static void no_sni(void **state)
{
	X509 *first = served_to("localhost"), *nameless = served_to("");

	(void)state;
	assert_int_equal(X509_cmp(first, nameless), 0);
	X509_free(first);
	X509_free(nameless);
}

static void unknown_sni(void **state)
{
	const struct client_options options = {.sni = "unknown.example"};
	X509 *first = served_to("localhost"), *unknown = served_to("unknown.example");
	const char *const urls[] = {"gemini://unknown.example/", "gemini://localhost/"};

	(void)state;
	assert_int_equal(X509_cmp(first, unknown), 0);
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct answer answer = ask_as(&server, &options, urls[i]);

		assert_answer(&answer, 53, urls[i]);
		answer_free(&answer);
	}
	X509_free(first);
	X509_free(unknown);
}

static void own_certificate(void **state)
{
	static const char *const names[] = {"localhost", "other.example", "a.wild.example"};
	X509 *certificate = served_to("localhost");
	struct tm end;
	struct stat info;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	assert_int_equal(X509_get_version(certificate), X509_VERSION_3);
	assert_true(EVP_PKEY_is_a(X509_get0_pubkey(certificate), "EC"));
	assert_int_equal(EVP_PKEY_get_bits(X509_get0_pubkey(certificate)), 256);
	for (size_t i = 0; i < COUNT(names); i++)
		if (X509_check_host(certificate, names[i], 0, 0, NULL) != 1)
			fail_msg("the certificate does not name %s", names[i]);
	assert_int_equal(X509_check_ip_asc(certificate, "127.0.0.1", 0), 1);
	assert_int_equal(X509_check_ip_asc(certificate, "::1", 0), 1);
	assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end), 1);
	assert_int_equal(end.tm_year, 9999 - 1900);
	assert_int_equal(end.tm_mon, 11);
	assert_int_equal(end.tm_mday, 31);
	assert_true(X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0);
	assert_int_equal(X509_self_signed(certificate, 1), 1);
	assert_int_equal(stat(daemon_path(&server, "certs/localhost.key", path), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	X509_free(certificate);
}

static void existing_chain(void **state)
{
	const struct client_options options = {.sni = "chained.example"};
	struct client client;
	STACK_OF(X509) * chain;

	(void)state;
	assert_true(client_open(&client, server.port, &options));
	chain = SSL_get_peer_cert_chain(client.ssl);
	assert_int_equal(sk_X509_num(chain), 2);
	assert_int_equal(X509_cmp(sk_X509_value(chain, 0), chained.certificate), 0);
	assert_int_equal(X509_cmp(sk_X509_value(chain, 1), authority.certificate), 0);
	client_close(&client);
}

static void asks_everybody(void **state)
{
	static const int known[] = {TLS1_2_VERSION, TLS1_3_VERSION};

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		struct client client;
		const struct client_options options = {.version = known[i]};

		assert_true(client_open(&client, server.port, &options));
		assert_int_equal(client.asked, 1);
		/* No names of authorities: they would keep clients from offering their own. */
		assert_true(sk_X509_NAME_num(SSL_get_client_CA_list(client.ssl)) <= 0);
		client_close(&client);
	}
}

static void accepts_any(void **state)
{
	static const struct {
		enum person_key key;
		int from, to; /* days */
		const char *name;
	} kinds[] = {
		{PERSON_P256, -1, 1, "P-256"},
		{PERSON_RSA, -1, 1, "RSA"},
		{PERSON_ED25519, -1, 1, "Ed25519"},
		{PERSON_P256, -400, -30, "expired"},
		{PERSON_P256, 30, 400, "not yet valid"},
		{PERSON_P256, -1, 2900000, "to the year 9965"},
	};
	static const int known[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	struct person person;

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(kinds); i++) {
		const size_t kind = i / 2;
		struct client_options options = {.person = &person, .version = known[i % 2]};
		struct answer answer;

		assert_true(person_make(&person, kinds[kind].key, kinds[kind].name,
			kinds[kind].from, kinds[kind].to));
		answer = ask_as(&server, &options, "gemini://localhost/");
		assert_answer(&answer, 20, kinds[kind].name);
		answer_free(&answer);
		person_end(&person);
	}
	assert_true(person_make_issued(&person, &authority, "issued by somebody"));
	expect(&server, &person, "gemini://localhost/", 20);
	person_end(&person);
}

static void nothing_resumed(void **state)
{
	static const int known[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	static const char request[] = "gemini://localhost/\r\n";

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		struct client_options options = {.version = known[i]};
		struct client client;
		struct answer answer;

		assert_true(client_open(&client, server.port, &options));
		assert_true(client_send(&client, request, sizeof(request) - 1, 0));
		client_receive(&client, &answer);
		assert_int_equal(answer.status, 20);
		answer_free(&answer);
		options.session = SSL_get1_session(client.ssl);
		assert_false(SSL_SESSION_has_ticket(options.session));
		if (known[i] == TLS1_3_VERSION)
			assert_int_equal(client.tickets, 0);
		client_close(&client);
		assert_true(client_open(&client, server.port, &options));
		assert_false(SSL_session_reused(client.ssl));
		client_close(&client);
		SSL_SESSION_free(options.session);
	}
}

static void no_renegotiation(void **state)
{
	const struct client_options options = {.version = TLS1_2_VERSION, .timeout_ms = 5000};
	struct client client;
	char byte;
	int renegotiated;

	(void)state;
	assert_true(client_open(&client, server.port, &options));
	assert_int_equal(SSL_renegotiate(client.ssl), 1);
	/* Whether this is still taken, or what is read then, is the server's choice. */
	client_send(&client, "gemini://localhost/", 19, 0);
	while (client_read(&client, &byte, 1) > 0)
		;
	renegotiated = SSL_num_renegotiations(client.ssl) > 0 && SSL_is_init_finished(client.ssl);
	assert_false(renegotiated);
	client_close(&client);
}

static void always_close_notify(void **state)
{
	/* ask() itself asserts that close_notify comes, and then the FIN. */
	static const struct {
		const char *url;
		int status;
	} cases[] = {
		{"gemini://localhost/", 20},
		{"gemini://localhost/posts/essay.gmi", 20},
		{"gemini://localhost/folder", 31},
		{"gemini://localhost/comments/on/posts/essay/new", 30},
		{"gemini://localhost/missing", 51},
		{"gemini://localhost/comments/987654321", 51},
		{"gemini://example.org/", 53},
		{"https://localhost/", 53},
		{"nonsense", 59},
		{"gemini://localhost/comments/", 60},
	};

	(void)state;
	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		struct client_options options = {
			.version = i % 2 == 0 ? TLS1_2_VERSION : TLS1_3_VERSION};
		struct answer answer = ask_as(&server, &options, cases[i / 2].url);

		assert_answer(&answer, cases[i / 2].status, cases[i / 2].url);
		answer_free(&answer);
	}
}

/* An early refusal must arrive though the client has more to say. */
static void refusal_is_not_torn(void **state)
{
	static char flood[200000];
	struct answer answer;

	(void)state;
	memset(flood, 'x', sizeof(flood));
	answer = ask_bytes(&server, NULL, flood, sizeof(flood), 0);
	assert_int_equal(answer.status, 59);
	answer_free(&answer);
}

static void leaves_without_goodbye(void **state)
{
	struct client client;

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true(client_open(&client, server.port, NULL));
		if (i % 2 == 0)
			assert_true(client_send(&client, "gemini://localhost/\r\n", 21, 0));
		if (i < 2)
			client_abort(&client);
		else
			client_close(&client);
	}
	assert_true(client_connect(&client, server.port, NULL));
	client_abort(&client);
	expect(&server, NULL, "gemini://localhost/", 20);
}

/* What does not speak TLS as it should is closed on, and the server goes on. */
static void broken_tls(void **state)
{
	static const char *const records[] = {"\x16\x03\x01\x02\x01garbage where a hello is due",
		"\x16\x03\x01\xff\xff", "\x17\x03\x03\x01\x01Xpplication data first",
		"\x80\x2e\x01\x03\x01"};

	(void)state;
	for (size_t i = 0; i < COUNT(records); i++) {
		const struct client_options options = {.timeout_ms = 1000};
		struct client client;
		char bytes[64];

		assert_true(client_connect(&client, server.port, &options));
		assert_true(client_send(&client, records[i], strlen(records[i]), 0));
		client_read(&client, bytes, sizeof(bytes));
		client_abort(&client);
		expect(&server, NULL, "gemini://localhost/", 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("TLS 1.2 and 1.3, nothing older", versions),
		TEST("SNI selects the capsule's certificate", sni_selects),
		TEST("no SNI: the first capsule", no_sni),
		TEST("an unknown SNI name: the first capsule's certificate, and 53", unknown_sni),
		TEST("the server's own certificate: P-256, v3, every name, to the end of 9999",
			own_certificate),
		TEST("an existing certificate with its chain is used", existing_chain),
		TEST("every handshake asks for a certificate, of any authority", asks_everybody),
		TEST("reading takes any client certificate, whatever its key and dates",
			accepts_any),
		TEST("no session tickets, nothing is resumed", nothing_resumed),
		TEST("no renegotiation", no_renegotiation),
		TEST("every kind of answer ends with close_notify and a FIN", always_close_notify),
		TEST("an early refusal is read whole though 200 kB were sent", refusal_is_not_torn),
		TEST("a client that goes without close_notify is normal", leaves_without_goodbye),
		TEST("broken TLS harms nobody else", broken_tls),
	};

	return cmocka_run_group_tests_name("tls", tests, start, stop);
}
