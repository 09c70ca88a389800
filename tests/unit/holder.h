/*
 * A keyholder for tests: a thread of this process, with the keys of two hosts, and a server that
 * has none.
 */
#ifndef KINDLING_TESTS_UNIT_HOLDER_H
#define KINDLING_TESTS_UNIT_HOLDER_H

#include <pthread.h>

#include "tls/keyholder.h"
#include "tls/server.h"
#include "tls_client.h"

struct holder {
	struct keys *keys;
	struct keys_held held;
	int control[2];
	pthread_t thread;
	bool served;
};

static inline void *holder_main(void *memory)
{
	struct holder *holder = memory;
	struct fault fault;
	holder->served = keys_serve(holder->keys, holder->control[0], &fault);
	fd_close(&holder->control[0]);
	return NULL;
}

static inline void holder_start(
	struct holder *holder, const struct certificate_files *hosts, size_t count)
{
	struct fault fault;
	holder->keys = keys_new(count, &fault);
	assert_non_null(holder->keys);
	for (size_t i = 0; i < count; i++)
		if (!keys_read(holder->keys, i, &hosts[i], &fault))
			fail_msg("%s", fault.text);
	holder->held = keys_held(holder->keys);
	assert_true(keyholder_pair(holder->control, &fault));
	assert_int_equal(pthread_create(&holder->thread, NULL, holder_main, holder), 0);
}

/* All channels are closed by now, but for those of a test that failed: the holder would wait for
 * them, and nobody would hear of the failure. */
static inline void holder_stop(struct holder *holder)
{
	fd_close(&holder->control[1]);
	for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
		(void)shutdown(fd, SHUT_RDWR);
	assert_int_equal(pthread_join(holder->thread, NULL), 0);
	assert_true(holder->served);
	keys_free(holder->keys);
}

static inline int holder_channel(const struct holder *holder)
{
	struct fault fault;
	int fd = keyholder_channel(holder->control[1], &fault);
	if (fd < 0)
		fail_msg("%s", fault.text);
	return fd;
}

struct fixture {
	char folder[64];
	struct certificate_files hosts[2];
	EVP_PKEY *keys[2];
	struct holder holder;
	struct tls_server *server;
	int channel;
	struct fault fault;
};

static inline int find_host(void *context, struct span name)
{
	assert_non_null(context);
	return span_equal(name, S("example.org"));
}

static inline EVP_PKEY *make_any_key(const char *kind)
{
	EVP_PKEY *key = NULL;
	if (strcmp(kind, "RSA-PSS") != 0)
		return make_key(kind);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(context, 2048), 1);
	assert_int_equal(EVP_PKEY_generate(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	return key;
}

static inline void write_host(struct fixture *fixture, int host, const char *kind)
{
	static const char *const names[] = {"localhost", "example.org"};
	struct certificate_files *files = &fixture->hosts[host];
	assert_true(certificate_files_for(fixture->folder, names[host], files, &fixture->fault));
	EVP_PKEY_free(fixture->keys[host]);
	fixture->keys[host] = make_any_key(kind);
	X509 *leaf =
		make_certificate(fixture->keys[host], (struct recipe){names[host], 0, 3600, NULL});
	write_private_key(files->key, fixture->keys[host], NULL);
	write_certificates(files->certificate, leaf, NULL);
	X509_free(leaf);
}

/* A keyholder and a server for the keys that are there. */
static inline void start(struct fixture *fixture)
{
	holder_start(&fixture->holder, fixture->hosts, 2);
	fixture->channel = holder_channel(&fixture->holder);
	/* What it does not read it cannot need. */
	for (int i = 0; i < 2; i++)
		assert_int_equal(unlink(fixture->hosts[i].key), 0);
	fixture->server = tls_server_new(
		fixture->hosts, 2, find_host, fixture, &fixture->holder.held, &fixture->fault);
	if (fixture->server == NULL)
		fail_msg("%s", fixture->fault.text);
	tls_server_ask(fixture->server, fixture->channel);
}

static inline void stop(struct fixture *fixture)
{
	tls_server_free(fixture->server);
	fd_close(&fixture->channel);
	holder_stop(&fixture->holder);
}

/* Keys and certificates, and nobody who reads them yet. */
static inline int set_up_files(void **state)
{
	struct fixture *fixture = calloc(1, sizeof *fixture);
	make_folder(fixture->folder);
	write_host(fixture, 0, "P-256");
	write_host(fixture, 1, "RSA2048");
	*state = fixture;
	return 0;
}

static inline int tear_down_files(void **state)
{
	struct fixture *fixture = *state;
	remove_folder(fixture->folder);
	for (int i = 0; i < 2; i++)
		EVP_PKEY_free(fixture->keys[i]);
	free(fixture);
	return 0;
}

static inline int set_up(void **state)
{
	set_up_files(state);
	start(*state);
	return 0;
}

static inline int tear_down(void **state)
{
	stop(*state);
	return tear_down_files(state);
}

static inline void open_client(
	struct fixture *fixture, struct client *client, int version, int host, const char *wanted)
{
	client_open(client, fixture->server, client_context(version),
		host == 0 ? "localhost" : "example.org", SOCK_SEQPACKET);
	SSL_set_verify(client->ssl, SSL_VERIFY_NONE, NULL);
	if (wanted != NULL) {
		char list[64]; /* OpenSSL's macro casts const away */
		snprintf(list, sizeof list, "%s", wanted);
		assert_int_equal(SSL_set1_sigalgs_list(client->ssl, list), 1);
	}
}

/* Whether it came about; its client has then checked the signature with the host's own key. */
static inline bool shakes_hands(struct fixture *fixture, int version, int host, const char *wanted)
{
	struct client client;
	open_client(fixture, &client, version, host, wanted);
	bool done = client_handshake(&client) == TLS_DONE && SSL_is_init_finished(client.ssl);
	if (done) {
		EVP_PKEY *shown = X509_get0_pubkey(SSL_get0_peer_certificate(client.ssl));
		assert_int_equal(EVP_PKEY_eq(shown, fixture->keys[host]), 1);
		client_say(&client, "gemini://localhost/\r\n");
	}
	client_close(&client);
	return done;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
