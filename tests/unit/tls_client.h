/*
 * A TLS client in memory, joined to a tls_connection by a socket pair, for tests.
 *
 * Packets are kept apart (SOCK_SEQPACKET), so that a test can count what the server sends at once.
 */
#ifndef KINDLING_TESTS_UNIT_TLS_CLIENT_H
#define KINDLING_TESTS_UNIT_TLS_CLIENT_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "credentials.h"
#include "os/fd.h"
#include "tls/connection.h"

#define PACKET_MAX 4096
#define TURNS_MAX  20000

struct client {
	SSL_CTX *context;
	SSL *ssl;
	BIO *in, *out; /* owned by ssl */
	int fd, server_fd;
	struct tls_connection *tls;
	size_t chunk;     /* how much the client sends at once */
	unsigned packets; /* how many came from the server */
	unsigned tickets;
};

static inline int count_ticket(SSL *ssl, SSL_SESSION *session)
{
	(void)session;
	struct client *client = SSL_get_app_data(ssl);
	client->tickets++;
	return 0;
}

static inline SSL_CTX *client_context(int version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL_CTX_set_security_level(context, 0);
	SSL_CTX_set_min_proto_version(context, version);
	SSL_CTX_set_max_proto_version(context, version);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(context, count_ticket);
	return context;
}

/* With its own context, taken over. */
static inline void client_open(struct client *client, struct tls_server *server, SSL_CTX *context,
	const char *sni, int socket_type)
{
	int fds[2];
	assert_int_equal(socketpair(AF_UNIX, socket_type, 0, fds), 0);
	assert_true(fd_set_nonblocking(fds[0]) && fd_set_nonblocking(fds[1]));
	*client = (struct client){.context = context, .fd = fds[0], .server_fd = fds[1]};
	client->chunk = PACKET_MAX;
	client->tls = tls_connection_new(server, fds[1]);
	client->ssl = SSL_new(context);
	client->in = BIO_new(BIO_s_mem());
	client->out = BIO_new(BIO_s_mem());
	assert_non_null(client->tls);
	assert_non_null(client->ssl);
	BIO_set_mem_eof_return(client->in, -1);
	SSL_set_bio(client->ssl, client->in, client->out);
	SSL_set_app_data(client->ssl, client);
	SSL_set_connect_state(client->ssl);
	if (sni != NULL) {
		char name[256]; /* OpenSSL's macro casts const away */
		snprintf(name, sizeof name, "%s", sni);
		SSL_set_tlsext_host_name(client->ssl, name);
	}
}

static inline void client_close(struct client *client)
{
	tls_connection_free(client->tls);
	fd_close(&client->fd);
	fd_close(&client->server_fd);
	SSL_free(client->ssl);
	SSL_CTX_free(client->context);
	ERR_clear_error();
}

/* One packet to the server, of what the client has made. False: nothing to send. */
static inline bool client_send(struct client *client)
{
	char packet[PACKET_MAX];
	int len = BIO_read(client->out, packet, (int)client->chunk);
	if (len <= 0)
		return false;
	assert_int_equal(send(client->fd, packet, (size_t)len, MSG_NOSIGNAL), len);
	return true;
}

static inline void client_receive(struct client *client)
{
	static char packet[256 * 1024];
	ssize_t len;
	while ((len = recv(client->fd, packet, sizeof packet, 0)) > 0) {
		client->packets++;
		assert_int_equal(BIO_write(client->in, packet, (int)len), len);
	}
}

/* TLS_DONE: both sides are done; else what the server said that ended it. */
static inline enum tls_io client_handshake(struct client *client)
{
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		ERR_clear_error();
		bool done = SSL_do_handshake(client->ssl) == 1;
		client_send(client);
		enum tls_io io = tls_handshake(client->tls);
		client_receive(client);
		if ((io == TLS_DONE && done) || io == TLS_END || io == TLS_FAILED)
			return io;
	}
	fail_msg("the handshake does not end");
	return TLS_FAILED;
}

static inline void client_connect(struct client *client)
{
	if (client_handshake(client) != TLS_DONE)
		fail_msg("the handshake failed: %s", tls_failure(client->tls));
}

/* The client says `text`; the server must hear exactly that. */
static inline void client_say(struct client *client, const char *text)
{
	char heard[1024] = "";
	size_t have = 0, len = strlen(text);
	assert_int_equal(SSL_write(client->ssl, text, (int)len), len);
	for (int turn = 0; turn < TURNS_MAX && have < len; turn++) {
		size_t got;
		client_send(client);
		enum tls_io io = tls_read(client->tls, heard + have, sizeof heard - 1 - have, &got);
		if (io != TLS_DONE)
			assert_int_equal(io, TLS_WANT_READ);
		have += got;
	}
	assert_string_equal(heard, text);
}

/* Reads to the end of what has come; true where that is a close_notify. */
static inline bool client_hear(struct client *client, char *bytes, size_t size, size_t *got)
{
	size_t part;
	*got = 0;
	client_receive(client);
	ERR_clear_error();
	while (*got < size && SSL_read_ex(client->ssl, bytes + *got, size - *got, &part) == 1)
		*got += part;
	return SSL_get_shutdown(client->ssl) & SSL_RECEIVED_SHUTDOWN;
}

#endif
