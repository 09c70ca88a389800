/*
 * TLS with clients that are old, confused, gone, or up to no good.
 */
#include <netinet/in.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "tls_client.h"

struct fixture {
	char folder[64];
	struct tls_server *server;
};

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static int find_host(void *context, struct span name)
{
	(void)context;
	(void)name;
	return 0;
}

static int set_up(void **state)
{
	static const char *const name = "localhost";
	struct fixture *fixture = calloc(1, sizeof *fixture);
	struct certificate_files files;
	make_folder(fixture->folder);
	assert_true(certificate_files_for(fixture->folder, name, &files, NULL));
	assert_true(certificate_make(&files, (struct certificate_names){&name, 1}, NULL));
	fixture->server = tls_server_new(&files, 1, find_host, NULL, NULL, NULL);
	assert_non_null(fixture->server);
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	tls_server_free(fixture->server);
	remove_folder(fixture->folder);
	free(fixture);
	return 0;
}

static void open_client(void **state, struct client *client, int version)
{
	struct fixture *fixture = *state;
	client_open(client, fixture->server, client_context(version), "localhost", SOCK_STREAM);
}

static void what_is_not_tls_gets_no_byte(void **state)
{
	const struct span rows[] = {S("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
		S("SSH-2.0-OpenSSH_9.2p1\r\n"), S("gemini://localhost/\r\n"), S("\n"), S("\0"),
		S("\x80\x2e\x01\x03\x01"), S("\x15\x03\x01\x00\x02\x02\x28"),
		S("\x17\x03\x03\x00\x01x"), S("\x16\x02\x00\x00\x05hello"), S("\x16GET")};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		/* At once, and byte by byte. */
		for (size_t step = rows[i].len; step > 0; step = step > 1 ? 1 : 0) {
			struct client client;
			enum tls_io io = TLS_WANT_READ;
			open_client(state, &client, TLS1_3_VERSION);
			for (size_t at = 0; at < rows[i].len && io == TLS_WANT_READ; at += step) {
				assert_int_equal(send(client.fd, rows[i].ptr + at, step, 0), step);
				io = tls_handshake(client.tls);
			}
			assert_int_equal(io, TLS_FAILED);
			assert_string_equal(tls_failure(client.tls), "not TLS");
			assert_int_equal(tls_handshake(client.tls), TLS_FAILED);
			client_receive(&client);
			assert_int_equal(client.packets, 0);
			assert_int_equal(tls_bytes_sent(client.tls), 0);
			client_close(&client);
		}
	}
}

static void old_versions_are_refused(void **state)
{
	static const int old[] = {TLS1_VERSION, TLS1_1_VERSION};
	for (size_t i = 0; i < 2; i++) {
		struct client client;
		open_client(state, &client, old[i]);
		assert_int_equal(client_handshake(&client), TLS_FAILED);
		assert_string_equal(tls_failure(client.tls), "unsupported protocol");
		assert_int_equal(tls_bytes_sent(client.tls), 7); /* an alert */
		client_close(&client);
	}
}

static const char garbage[600] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

static void a_damaged_handshake_fails(void **state)
{
	struct client client;
	open_client(state, &client, TLS1_3_VERSION);
	assert_int_equal(send(client.fd, garbage, sizeof garbage, 0), sizeof garbage);
	assert_int_equal(tls_handshake(client.tls), TLS_FAILED);
	assert_string_not_equal(tls_failure(client.tls), "");
	client_close(&client);
}

static void a_client_that_only_offers_old_ciphers_is_refused(void **state)
{
	struct client client;
	open_client(state, &client, TLS1_2_VERSION);
	assert_int_equal(SSL_set_cipher_list(client.ssl, "AES128-SHA:ECDHE-ECDSA-AES128-SHA"), 1);
	assert_int_equal(client_handshake(&client), TLS_FAILED);
	assert_string_equal(tls_failure(client.tls), "no shared cipher");
	client_close(&client);
}

static void a_silent_client_is_waited_for(void **state)
{
	struct client client;
	struct identity identity;
	open_client(state, &client, TLS1_3_VERSION);
	assert_int_equal(tls_handshake(client.tls), TLS_WANT_READ);
	assert_int_equal(tls_handshake(client.tls), TLS_WANT_READ);
	assert_span_equal(tls_sni(client.tls), "");
	assert_true(tls_identity(client.tls, &identity));
	assert_false(identity.present);
	fd_close(&client.fd);
	assert_int_equal(tls_handshake(client.tls), TLS_END);
	client_close(&client);
}

static void a_client_may_leave_in_the_handshake(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct client client;
		open_client(state, &client, versions[i]);
		SSL_do_handshake(client.ssl);
		client_send(&client);
		assert_int_equal(tls_handshake(client.tls), TLS_WANT_READ);
		fd_close(&client.fd);
		assert_int_equal(tls_handshake(client.tls), TLS_END);
		assert_string_equal(tls_failure(client.tls), "");
		client_close(&client);
	}
}

static void who_is_gone_before_the_server_speaks_raises_no_signal(void **state)
{
	struct client client;
	open_client(state, &client, TLS1_3_VERSION);
	SSL_do_handshake(client.ssl);
	client_send(&client);
	fd_close(&client.fd);
	assert_int_equal(tls_handshake(client.tls), TLS_END);
	assert_int_equal(tls_handshake(client.tls), TLS_END);
	client_close(&client);
}

static void who_is_gone_before_the_answer_raises_no_signal(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct client client;
		char bytes[64];
		size_t got;
		open_client(state, &client, versions[i]);
		client_connect(&client);
		fd_close(&client.fd);
		assert_int_equal(tls_write(client.tls, "20 text\r\n", 9, true), TLS_END);
		assert_int_equal(tls_flush(client.tls), TLS_END);
		assert_int_equal(tls_read(client.tls, bytes, sizeof bytes, &got), TLS_END);
		client_close(&client);
	}
}

static void a_reset_is_an_end(void **state)
{
	/* Only a network socket is reset: by closing it with a linger time of nothing. */
	struct fixture *fixture = *state;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr *any = (struct sockaddr *)&address;
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM, 0), peer = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(listener, any, size), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(getsockname(listener, any, &size), 0);
	assert_int_equal(connect(peer, any, size), 0);
	int fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	struct tls_connection *tls = tls_connection_new(fixture->server, fd);
	struct linger linger = {.l_onoff = 1};
	assert_int_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
	close(peer);
	assert_int_equal(tls_handshake(tls), TLS_END);
	tls_connection_free(tls);
	close(fd);
	close(listener);
}

static void a_socket_that_fails_is_a_failure_for_good(void **state)
{
	struct fixture *fixture = *state;
	char byte;
	size_t got;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	struct tls_connection *tls = tls_connection_new(fixture->server, ends[0]);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tls_handshake(tls), TLS_FAILED);
		assert_string_equal(tls_failure(tls), "the socket failed");
	}
	assert_int_equal(tls_read(tls, &byte, 1, &got), TLS_FAILED);
	assert_int_equal(tls_write(tls, "x", 1, false), TLS_FAILED);
	tls_connection_free(tls);
	tls_connection_free(NULL);
	close(ends[0]);
	close(ends[1]);
}

static void half_a_close_still_gets_an_answer(void **state)
{
	for (int i = 0; i < 4; i++) {
		struct client client;
		char bytes[64];
		size_t got;
		open_client(state, &client, versions[i % 2]);
		client_connect(&client);
		client_say(&client, "gemini://localhost/\r\n");
		if (i >= 2) {
			SSL_shutdown(client.ssl);
			client_send(&client);
		}
		shutdown(client.fd, SHUT_WR);
		assert_int_equal(tls_read(client.tls, bytes, sizeof bytes, &got), TLS_END);
		assert_int_equal(tls_read(client.tls, bytes, sizeof bytes, &got), TLS_END);
		assert_int_equal(tls_write(client.tls, "20 text\r\n", 9, true), TLS_DONE);
		if (i < 2) {
			assert_true(client_hear(&client, bytes, sizeof bytes, &got));
			assert_int_equal(got, 9);
		} else { /* after its own close_notify a client of OpenSSL reads no data */
			client_receive(&client);
			assert_true(BIO_ctrl_pending(client.in) > 9);
		}
		client_close(&client);
	}
}

static void renegotiation_is_refused(void **state)
{
	struct client client;
	char bytes[64];
	size_t got;
	open_client(state, &client, TLS1_2_VERSION);
	client_connect(&client);
	assert_int_equal(SSL_renegotiate(client.ssl), 1);
	assert_true(SSL_do_handshake(client.ssl) <= 0);
	client_send(&client);
	assert_int_equal(tls_read(client.tls, bytes, sizeof bytes, &got), TLS_WANT_READ);
	client_receive(&client);
	ERR_clear_error();
	assert_true(SSL_do_handshake(client.ssl) <= 0);
	assert_int_equal(ERR_GET_REASON(ERR_peek_error()), SSL_R_NO_RENEGOTIATION);
	client_close(&client);
}

/* What the server says to `make`, called again and again, and how many bytes that took. */
static enum tls_io flood(struct client *client, bool (*make)(struct client *), size_t *spent)
{
	enum tls_io io = TLS_WANT_READ;
	char bytes[64];
	size_t got;
	for (*spent = 0; *spent < (1 << 20) && io == TLS_WANT_READ;) {
		assert_true(make(client));
		*spent += BIO_ctrl_pending(client->out);
		while (client_send(client) && io == TLS_WANT_READ)
			io = tls_read(client->tls, bytes, sizeof bytes, &got);
		client_receive(client);
		SSL_read_ex(client->ssl, bytes, sizeof bytes, &got);
		ERR_clear_error();
	}
	return io;
}

static bool update_key(struct client *client)
{
	return SSL_key_update(client->ssl, SSL_KEY_UPDATE_REQUESTED) == 1 &&
	       SSL_do_handshake(client->ssl) == 1;
}

static void key_updates_are_followed_but_not_for_ever(void **state)
{
	struct client client;
	char heard[16];
	size_t got, spent;
	open_client(state, &client, TLS1_3_VERSION);
	client_connect(&client);
	for (int i = 0; i < 3; i++) {
		assert_true(update_key(&client));
		client_say(&client, "after the update");
		assert_int_equal(tls_write(client.tls, "yes", 3, false), TLS_DONE);
		assert_false(client_hear(&client, heard, sizeof heard, &got));
		assert_int_equal(got, 3);
	}
	assert_int_equal(flood(&client, update_key, &spent), TLS_FAILED);
	assert_string_equal(tls_failure(client.tls), "too much that is not data");
	assert_in_range(spent, 64 * 1024, 256 * 1024);
	client_close(&client);
}

static void data_in_tiny_records_is_no_flood(void **state)
{
	struct client client;
	char heard[2];
	size_t got, wire = 0;
	open_client(state, &client, TLS1_2_VERSION);
	client_connect(&client);
	for (int i = 0; i < 20000; i++) {
		assert_int_equal(SSL_write(client.ssl, "x", 1), 1);
		wire += BIO_ctrl_pending(client.out);
		client_send(&client);
		assert_int_equal(tls_read(client.tls, heard, sizeof heard, &got), TLS_DONE);
		assert_int_equal(got, 1);
	}
	assert_true(wire > 512 * 1024);
	client_close(&client);
}

static void an_endless_certificate_chain_is_refused(void **state)
{
	EVP_PKEY *key = make_key("P-256");
	X509 *certificate = make_certificate(key, (struct recipe){"reader", 0, 3600, NULL});
	for (int i = 0; i < 2; i++) {
		struct fixture *fixture = *state;
		struct client client;
		SSL_CTX *context = client_context(versions[i]);
		SSL_CTX_use_cert_and_key(context, certificate, key, NULL, 1);
		for (int j = 0; j < 150; j++)
			SSL_CTX_add1_chain_cert(context, certificate);
		client_open(&client, fixture->server, context, NULL, SOCK_STREAM);
		assert_int_equal(client_handshake(&client), TLS_FAILED);
		assert_string_equal(tls_failure(client.tls), "excessive message size");
		client_close(&client);
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
}

static void a_stolen_certificate_is_of_no_use(void **state)
{
	EVP_PKEY *key = make_key("RSA2048"), *thief = make_key("RSA2048");
	X509 *certificate = make_certificate(key, (struct recipe){"reader", 0, 3600, NULL});
	/* A key whose public half is another's: OpenSSL's check at loading compares these. */
	EVP_PKEY *forged = NULL;
	BIGNUM *n = NULL, *e = NULL, *d = NULL;
	EVP_PKEY_get_bn_param(key, "n", &n);
	EVP_PKEY_get_bn_param(key, "e", &e);
	EVP_PKEY_get_bn_param(thief, "d", &d);
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	OSSL_PARAM_BLD_push_BN(builder, "n", n);
	OSSL_PARAM_BLD_push_BN(builder, "e", e);
	OSSL_PARAM_BLD_push_BN(builder, "d", d);
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
	EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY_fromdata_init(maker);
	assert_int_equal(EVP_PKEY_fromdata(maker, &forged, EVP_PKEY_KEYPAIR, parameters), 1);
	for (int i = 0; i < 2; i++) {
		struct fixture *fixture = *state;
		struct client client;
		SSL_CTX *context = client_context(versions[i]);
		assert_int_equal(
			SSL_CTX_use_cert_and_key(context, certificate, forged, NULL, 1), 1);
		client_open(&client, fixture->server, context, NULL, SOCK_STREAM);
		assert_int_equal(client_handshake(&client), TLS_FAILED);
		assert_string_not_equal(tls_failure(client.tls), "");
		client_close(&client);
	}
	EVP_PKEY_CTX_free(maker);
	OSSL_PARAM_free(parameters);
	OSSL_PARAM_BLD_free(builder);
	BN_free(n);
	BN_free(e);
	BN_free(d);
	EVP_PKEY_free(forged);
	EVP_PKEY_free(thief);
	EVP_PKEY_free(key);
	X509_free(certificate);
}

static void connections_do_not_disturb_each_other(void **state)
{
	struct client clients[8];
	bool done[8] = {false};
	for (int i = 0; i < 8; i++) {
		open_client(state, &clients[i], versions[i % 2]);
		clients[i].chunk = 1 + (size_t)i * 7;
	}
	for (int turn = 0, left = 8; left > 0 && turn < TURNS_MAX; turn++) {
		struct client *client = &clients[turn % 8];
		if (done[turn % 8])
			continue;
		ERR_clear_error();
		bool ready = SSL_do_handshake(client->ssl) == 1;
		client_send(client);
		/* One that fails in between leaves its error behind for nobody. */
		struct client stranger;
		open_client(state, &stranger, TLS1_3_VERSION);
		assert_int_equal(send(stranger.fd, garbage, sizeof garbage, 0), sizeof garbage);
		assert_int_equal(tls_handshake(stranger.tls), TLS_FAILED);
		client_close(&stranger);
		enum tls_io io = tls_handshake(client->tls);
		client_receive(client);
		assert_true(io == TLS_DONE || io == TLS_WANT_READ);
		done[turn % 8] = ready && io == TLS_DONE;
		left -= done[turn % 8];
	}
	for (int i = 0; i < 8; i++) {
		assert_true(done[i]);
		client_say(&clients[i], "gemini://localhost/\r\n");
		client_close(&clients[i]);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_tls_gets_no_byte),
		TEST(old_versions_are_refused),
		TEST(a_damaged_handshake_fails),
		TEST(a_client_that_only_offers_old_ciphers_is_refused),
		TEST(a_silent_client_is_waited_for),
		TEST(a_client_may_leave_in_the_handshake),
		TEST(who_is_gone_before_the_server_speaks_raises_no_signal),
		TEST(who_is_gone_before_the_answer_raises_no_signal),
		TEST(a_reset_is_an_end),
		TEST(a_socket_that_fails_is_a_failure_for_good),
		TEST(half_a_close_still_gets_an_answer),
		TEST(renegotiation_is_refused),
		TEST(key_updates_are_followed_but_not_for_ever),
		TEST(data_in_tiny_records_is_no_flood),
		TEST(an_endless_certificate_chain_is_refused),
		TEST(a_stolen_certificate_is_of_no_use),
		TEST(connections_do_not_disturb_each_other),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
