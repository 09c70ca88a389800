/*
 * TLS with well-behaved clients: versions, names, certificates, and how the bytes leave.
 */
#include "tls/server.h"

#include <fcntl.h>
#include <netinet/in.h>

#include "tls_client.h"

struct fixture {
	char folder[64];
	struct certificate_files hosts[2];
	struct tls_server *server;
	struct fault fault;
};

static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};

static int find_host(void *context, struct span name)
{
	assert_non_null(context);
	if (span_equal(name, S("localhost")))
		return 0;
	return span_equal(name, S("example.org")) ? 1 : -1;
}

static void restart(struct fixture *fixture)
{
	tls_server_free(fixture->server);
	fixture->server =
		tls_server_new(fixture->hosts, 2, find_host, fixture, NULL, &fixture->fault);
}

static int set_up(void **state)
{
	static const char *const names[] = {"localhost", "example.org"};
	struct fixture *fixture = calloc(1, sizeof *fixture);
	make_folder(fixture->folder);
	for (int i = 0; i < 2; i++) {
		assert_true(certificate_files_for(
			fixture->folder, names[i], &fixture->hosts[i], &fixture->fault));
		assert_true(certificate_make(&fixture->hosts[i],
			(struct certificate_names){&names[i], 1}, &fixture->fault));
	}
	restart(fixture);
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

static void open_client(struct fixture *fixture, struct client *client, int version)
{
	client_open(client, fixture->server, client_context(version), "localhost", SOCK_SEQPACKET);
}

static void transact(struct client *client)
{
	static char page[2000], heard[sizeof page + 1];
	size_t got;
	memset(page, 'x', sizeof page);
	client_connect(client);
	client_say(client, "gemini://localhost/\r\n");
	unsigned before = client->packets;
	assert_int_equal(tls_write(client->tls, page, sizeof page, true), TLS_DONE);
	assert_true(client_hear(client, heard, sizeof heard, &got));
	assert_int_equal(got, sizeof page);
	assert_memory_equal(heard, page, sizeof page);
	assert_int_equal(client->packets - before, 1);
}

static void an_answer_and_its_close_notify_leave_in_one_send(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct client client;
		open_client(*state, &client, versions[i]);
		transact(&client);
		/* The handshake takes one send in TLS 1.3, two in 1.2. */
		assert_int_equal(client.packets, versions[i] == TLS1_3_VERSION ? 2 : 3);
		struct identity identity;
		assert_true(tls_identity(client.tls, &identity));
		assert_false(identity.present);
		assert_string_equal(tls_failure(client.tls), "");
		client_close(&client);
	}
}

static void single_bytes_are_enough(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct client client;
		open_client(*state, &client, versions[i]);
		client.chunk = 1;
		transact(&client);
		client_close(&client);
	}
}

static void an_answer_may_be_empty_or_come_in_parts(void **state)
{
	struct client client;
	char heard[16];
	size_t got;
	open_client(*state, &client, TLS1_3_VERSION);
	client_connect(&client);
	assert_int_equal(tls_write(client.tls, "20 ", 3, false), TLS_DONE);
	assert_int_equal(tls_write(client.tls, "", 0, false), TLS_DONE);
	assert_int_equal(tls_write(client.tls, "text", 4, false), TLS_DONE);
	assert_false(client_hear(&client, heard, sizeof heard, &got));
	assert_int_equal(got, 7);
	assert_int_equal(tls_write(client.tls, "", 0, true), TLS_DONE);
	assert_true(client_hear(&client, heard, sizeof heard, &got));
	assert_int_equal(got, 0);
	client_close(&client);
}

/* A request, or the beginning of one, in the packet that ends the handshake, while others shake
 * hands. */
static void what_comes_with_the_end_of_a_handshake_is_kept(void **state)
{
	static const char request[] = "gemini://localhost/\r\n";
	for (size_t missing = 0; missing < sizeof request + 20; missing += 7) {
		struct client client, another;
		char heard[sizeof request] = "";
		size_t got;
		open_client(*state, &client, TLS1_3_VERSION);
		open_client(*state, &another, TLS1_3_VERSION);
		assert_int_not_equal(SSL_do_handshake(client.ssl), 1);
		assert_true(client_send(&client));
		assert_int_equal(tls_handshake(client.tls), TLS_WANT_READ);
		client_receive(&client);
		assert_int_equal(SSL_do_handshake(client.ssl), 1);
		assert_int_equal(
			SSL_write(client.ssl, request, sizeof request - 1), sizeof request - 1);
		client.chunk = BIO_ctrl_pending(client.out) - missing;
		assert_true(client_send(&client));
		assert_int_equal(tls_handshake(client.tls), TLS_DONE);
		client_connect(&another);
		client_close(&another);
		if (missing > 0) {
			assert_int_equal(
				tls_read(client.tls, heard, sizeof heard, &got), TLS_WANT_READ);
			assert_true(client_send(&client));
		}
		assert_int_equal(tls_read(client.tls, heard, sizeof heard, &got), TLS_DONE);
		assert_string_equal(heard, request);
		client_close(&client);
	}
}

static void names_choose_certificates(void **state)
{
	static const struct {
		const char *sni, *heard;
		int host;
	} rows[] = {{"localhost", "localhost", 0}, {"EXAMPLE.org", "example.org", 1},
		{"unknown.example", "unknown.example", 0}, {NULL, "", 0}};
	struct fixture *fixture = *state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (int j = 0; j < 2; j++) {
			struct client client;
			struct identity seen;
			struct certificate_summary own;
			unsigned len;
			client_open(&client, fixture->server, client_context(versions[j]),
				rows[i].sni, SOCK_SEQPACKET);
			client_connect(&client);
			assert_span_equal(tls_sni(client.tls), rows[i].heard);
			X509_digest(SSL_get0_peer_certificate(client.ssl), EVP_sha256(),
				seen.certificate, &len);
			assert_true(certificate_read(&fixture->hosts[rows[i].host], &own, NULL));
			assert_memory_equal(seen.certificate, own.identity.certificate, 32);
			client_close(&client);
		}
	}
}

static void nothing_can_be_resumed(void **state)
{
	for (int i = 0; i < 2; i++) {
		struct client client;
		open_client(*state, &client, versions[i]);
		transact(&client);
		SSL_SESSION *session = SSL_get1_session(client.ssl);
		assert_int_equal(client.tickets, 0);
		assert_false(SSL_SESSION_has_ticket(session));
		assert_false(SSL_SESSION_is_resumable(session));
		client_close(&client);

		open_client(*state, &client, versions[i]);
		SSL_set_session(client.ssl, session);
		transact(&client);
		assert_false(SSL_session_reused(client.ssl));
		client_close(&client);
		SSL_SESSION_free(session);
	}
}

static void present(struct fixture *fixture, int version, EVP_PKEY *key, X509 *certificate,
	struct identity *identity)
{
	struct client client;
	SSL_CTX *context = client_context(version);
	assert_int_equal(SSL_CTX_use_cert_and_key(context, certificate, key, NULL, 1), 1);
	client_open(&client, fixture->server, context, "example.org", SOCK_SEQPACKET);
	transact(&client);
	assert_true(tls_identity(client.tls, identity));
	assert_true(identity->present);
	client_close(&client);
}

static void every_kind_of_certificate_is_accepted(void **state)
{
	static const char *const kinds[] = {
		"RSA1024", "RSA2048", "RSA4096", "P-256", "P-384", "P-521", "ED25519", "ED448"};
	static const struct recipe recipes[] = {{"reader", -3600, 3600, NULL},
		{"expired", -7200, -3600, NULL}, {"not yet", 3600, 7200, NULL}, {"", 0, 3600, NULL},
		{"server only", 0, 3600, "extendedKeyUsage=critical,serverAuth"},
		{"no signing", 0, 3600, "keyUsage=critical,keyEncipherment"},
		{"authority", 0, 3600, "basicConstraints=critical,CA:TRUE,pathlen:0"},
		{"unknown", 0, 3600, "1.2.3.4.5=critical,ASN1:NULL"}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		EVP_PKEY *key = make_key(kinds[i]);
		unsigned char hash[32], before[32] = {0};
		hash_key(key, hash);
		for (size_t j = 0; j < sizeof recipes / sizeof *recipes; j++) {
			struct identity identity;
			/* Without a name there is no place for it either. */
			X509 *certificate = make_certificate(key, recipes[j]);
			for (int k = 0; k < 2; k++)
				present(*state, versions[k], key, certificate, &identity);
			assert_memory_equal(identity.key, hash, sizeof hash);
			assert_memory_not_equal(identity.certificate, before, sizeof before);
			memcpy(before, identity.certificate, sizeof before);
			int64_t now = time(NULL);
			assert_int_equal(identity_is_current(&identity, now + 1), j != 1 && j != 2);
			assert_in_range(
				identity.not_after, now + recipes[j].to - 60, now + recipes[j].to);
			X509_free(certificate);
		}
		EVP_PKEY_free(key);
	}
}

/* Sets both buffers as small as the system lets them be. */
static void narrow(const struct client *client)
{
	int size = 1;
	setsockopt(client->server_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	setsockopt(client->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

static void a_slow_client_gets_a_long_answer_whole(void **state)
{
	enum { SIZE = 1 << 20 };
	struct fixture *fixture = *state;
	char *body = malloc(SIZE), *heard = malloc(SIZE + 1);
	for (size_t i = 0; i < SIZE; i++)
		body[i] = (char)(i * 31 + i / 251);
	for (int i = 0; i < 2; i++) {
		struct client client;
		size_t given = 0, had = 0, got;
		unsigned waits = 0;
		bool closed = false;
		client_open(
			&client, fixture->server, client_context(versions[i]), NULL, SOCK_STREAM);
		narrow(&client);
		/* Records of 512 bytes, so that TLS adds as much as it ever does. */
		SSL_set_tlsext_max_fragment_length(
			client.ssl, i == 0 ? TLSEXT_max_fragment_length_512 : 0);
		client_connect(&client);
		client_say(&client, "x");
		for (int turn = 0; turn < TURNS_MAX && !closed; turn++) {
			uint64_t before = tls_bytes_sent(client.tls);
			enum tls_io io = tls_flush(client.tls);
			if (io == TLS_DONE && given < SIZE) {
				given += TLS_WRITE_MAX;
				io = tls_write(client.tls, body + given - TLS_WRITE_MAX,
					TLS_WRITE_MAX, given == SIZE);
			}
			waits += io == TLS_WANT_WRITE;
			if (io != TLS_DONE)
				assert_int_equal(io, TLS_WANT_WRITE);
			assert_true(tls_bytes_sent(client.tls) > before || io == TLS_DONE);
			closed = client_hear(&client, heard + had, SIZE + 1 - had, &got);
			had += got;
		}
		assert_true(closed);
		assert_true(waits > 100);
		assert_int_equal(had, SIZE);
		assert_memory_equal(heard, body, SIZE);
		assert_true(tls_bytes_sent(client.tls) > SIZE);
		client_close(&client);
	}
	free(body);
	free(heard);
}

static void a_handshake_waits_for_room_to_write(void **state)
{
	struct fixture *fixture = *state;
	struct client client;
	client_open(&client, fixture->server, client_context(TLS1_3_VERSION), NULL, SOCK_STREAM);
	narrow(&client);
	/* Fills the socket, so that the server's flight has to wait. */
	ssize_t filled = 0, sent;
	char zeros[64] = {0};
	while ((sent = send(client.server_fd, zeros, sizeof zeros, 0)) > 0)
		filled += sent;
	SSL_do_handshake(client.ssl);
	client_send(&client);
	assert_int_equal(tls_handshake(client.tls), TLS_WANT_WRITE);
	assert_int_equal(tls_bytes_sent(client.tls), 0);
	assert_int_equal(tls_handshake(client.tls), TLS_WANT_WRITE);
	while (filled > 0) {
		sent = recv(client.fd, zeros, filled < 64 ? (size_t)filled : 64, 0);
		assert_true(sent > 0);
		filled -= sent;
	}
	transact(&client);
	client_close(&client);
}

static void own_certificates_of_other_kinds_work(void **state)
{
	static const char *const kinds[] = {"RSA2048", "RSA3072", "P-384", "P-521", "ED25519"};
	struct fixture *fixture = *state;
	EVP_PKEY *authority = make_key("P-256");
	X509 *issuer = make_certificate(authority, (struct recipe){"authority", 0, 3600, NULL});
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		EVP_PKEY *key = make_key(kinds[i]);
		X509 *leaf = make_certificate(key, (struct recipe){"localhost", 0, 3600, NULL});
		write_private_key(fixture->hosts[0].key, key, NULL);
		write_certificates(fixture->hosts[0].certificate, leaf, issuer);
		restart(fixture);
		if (fixture->server == NULL)
			fail_msg("%s: %s", kinds[i], fixture->fault.text);
		for (int j = 0; j < 2; j++) {
			struct client client;
			open_client(fixture, &client, versions[j]);
			transact(&client);
			/* The chain is sent as it stands in the file. */
			assert_int_equal(sk_X509_num(SSL_get_peer_cert_chain(client.ssl)), 2);
			assert_int_equal(X509_cmp(SSL_get0_peer_certificate(client.ssl), leaf), 0);
			client_close(&client);
		}
		X509_free(leaf);
		EVP_PKEY_free(key);
	}
	X509_free(issuer);
	EVP_PKEY_free(authority);
}

/* Longer than what is gathered for one send. */
static void a_long_chain_of_its_own_is_sent_whole(void **state)
{
	struct fixture *fixture = *state;
	EVP_PKEY *key = make_key("P-256");
	X509 *leaf = make_certificate(key, (struct recipe){"localhost", 0, 3600, NULL});
	write_private_key(fixture->hosts[0].key, key, NULL);
	FILE *file = fopen(fixture->hosts[0].certificate, "w");
	assert_non_null(file);
	for (int i = 0; i < 280; i++)
		assert_int_equal(PEM_write_X509(file, leaf), 1);
	assert_int_equal(fclose(file), 0);
	restart(fixture);
	assert_non_null(fixture->server);
	for (int i = 0; i < 2; i++) {
		struct client client;
		open_client(fixture, &client, versions[i]);
		transact(&client);
		assert_int_equal(sk_X509_num(SSL_get_peer_cert_chain(client.ssl)), 280);
		client_close(&client);
	}
	X509_free(leaf);
	EVP_PKEY_free(key);
}

static void a_certificate_that_cannot_serve_is_a_fault(void **state)
{
	struct fixture *fixture = *state;
	EVP_PKEY *weak = make_key("RSA1024"), *other = make_key("P-256");
	X509 *leaf = make_certificate(weak, (struct recipe){"example.org", 0, 3600, NULL});
	write_private_key(fixture->hosts[1].key, weak, NULL);
	write_certificates(fixture->hosts[1].certificate, leaf, NULL);
	restart(fixture);
	assert_null(fixture->server);
	assert_non_null(strstr(fixture->fault.text, "key too small"));
	assert_non_null(strstr(fixture->fault.text, fixture->hosts[1].certificate));
	write_private_key(fixture->hosts[1].key, other, NULL);
	restart(fixture);
	assert_null(fixture->server);
	assert_non_null(strstr(fixture->fault.text, "does not belong to"));
	X509_free(leaf);
	EVP_PKEY_free(weak);
	EVP_PKEY_free(other);
}

static void a_key_that_others_can_read_is_warned_of(void **state)
{
	struct fixture *fixture = *state;
	char path[80], text[2048] = "";
	snprintf(path, sizeof path, "%s/log", fixture->folder);
	int saved = dup(STDERR_FILENO), file = open(path, O_CREAT | O_RDWR, 0600);
	assert_true(saved >= 0 && file >= 0);
	dup2(file, STDERR_FILENO);
	restart(fixture);
	assert_int_equal(lseek(file, 0, SEEK_CUR), 0);
	chmod(fixture->hosts[1].key, 0640);
	restart(fixture);
	dup2(saved, STDERR_FILENO);
	assert_true(pread(file, text, sizeof text - 1, 0) > 0);
	assert_non_null(strstr(text, "chmod 600"));
	assert_non_null(strstr(text, fixture->hosts[1].key));
	assert_non_null(fixture->server);
	close(saved);
	close(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_and_its_close_notify_leave_in_one_send),
		TEST(single_bytes_are_enough),
		TEST(an_answer_may_be_empty_or_come_in_parts),
		TEST(what_comes_with_the_end_of_a_handshake_is_kept),
		TEST(names_choose_certificates),
		TEST(nothing_can_be_resumed),
		TEST(every_kind_of_certificate_is_accepted),
		TEST(a_slow_client_gets_a_long_answer_whole),
		TEST(a_handshake_waits_for_room_to_write),
		TEST(own_certificates_of_other_kinds_work),
		TEST(a_long_chain_of_its_own_is_sent_whole),
		TEST(a_certificate_that_cannot_serve_is_a_fault),
		TEST(a_key_that_others_can_read_is_warned_of),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
