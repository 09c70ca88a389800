/*
 * One client's TLS: the session's calls, and what each of their results means.
 */
#include "tls/connection.h"

#include <openssl/err.h>
#include <stdlib.h>

#include "base/check.h"
#include "tls/internal.h"
#include "tls/x509.h"

#define CONNECTION_MAGIC 0x746c7363u

struct tls_connection *tls_connection_new(struct tls_server *server, int fd)
{
	struct tls_connection *tls = calloc(1, sizeof *tls);

	if (tls == NULL)
		return NULL;
	tls->magic = CONNECTION_MAGIC;
	tls->server = server;
	tls->fd = fd;
	return tls;
}

void tls_connection_free(struct tls_connection *tls)
{
	if (tls == NULL)
		return;
	CHECK_MAGIC(tls, CONNECTION_MAGIC);
	tls->magic = 0;
	ERR_clear_error();
	SSL_free(tls->ssl);
	free(tls->kept);
	free(tls->pending);
	free(tls->sni);
	free(tls);
}

/* Whatever begins a call: nothing may be left of the call before, of any connection. */
static void begin(struct tls_connection *tls)
{
	CHECK_MAGIC(tls, CONNECTION_MAGIC);
	CHECK(tls->server->gathered == 0);
	tls->dry = false;
}

static enum tls_io failed(struct tls_connection *tls, const char *why)
{
	if (tls->failure == NULL)
		tls->failure = why;
	return TLS_FAILED;
}

/* The one place where OpenSSL's results become ours. */
static enum tls_io outcome(struct tls_connection *tls, int result)
{
	if (result > 0)
		return TLS_DONE;
	switch (SSL_get_error(tls->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		return TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE:
		return TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_END;
	default:
		if (tls->failure == NULL && tls->eof)
			return TLS_END;
		return failed(tls, openssl_reason());
	}
}

/* Sends what the call has made. Its own result counts, unless output waits or cannot leave. */
static enum tls_io finish(struct tls_connection *tls, enum tls_io io)
{
	enum tls_io flushed = wire_flush(tls);

	if (io == TLS_FAILED || io == TLS_END || flushed == TLS_DONE)
		return io;
	return flushed;
}

/*
 * The first bytes are read before there is a session: who says nothing, or does not speak TLS,
 * costs neither its memory nor its time.
 */
static enum tls_io start(struct tls_connection *tls)
{
	struct tls_server *server = tls->server;
	ssize_t got = wire_receive_ahead(tls);

	if (tls->failure != NULL)
		return TLS_FAILED;
	if (got <= 0)
		return tls->eof ? TLS_END : TLS_WANT_READ;
	ERR_clear_error();

	SSL *ssl = SSL_new(server->contexts[0]);
	BIO *bio = BIO_new(server->method);

	if (ssl == NULL || bio == NULL) {
		SSL_free(ssl);
		BIO_free(bio);
		return failed(tls, "out of memory");
	}
	BIO_set_data(bio, tls);
	SSL_set_bio(ssl, bio, bio);
	SSL_set_accept_state(ssl);
	tls->ssl = ssl;
	return TLS_DONE;
}

static enum tls_io shake_hands(struct tls_connection *tls)
{
	enum tls_io io = tls->ssl != NULL ? wire_flush(tls) : start(tls);

	while (io == TLS_DONE) {
		ERR_clear_error();
		io = outcome(tls, SSL_do_handshake(tls->ssl));
		if (io != TLS_WANT_WRITE)
			return finish(tls, io);
		io = wire_flush(tls); /* only the room to gather was short */
	}
	return io;
}

enum tls_io tls_handshake(struct tls_connection *tls)
{
	begin(tls);
	if (tls->failure != NULL)
		return TLS_FAILED;
	tls->shaking = true;

	enum tls_io io = shake_hands(tls);

	tls->shaking = false;
	/* The next connection overwrites the server's buffer. */
	return wire_keep_ahead(tls) ? io : failed(tls, "out of memory");
}

enum tls_io tls_read(struct tls_connection *tls, char *bytes, size_t size, size_t *got)
{
	begin(tls);
	*got = 0;
	if (tls->failure != NULL)
		return TLS_FAILED;

	/* Not while output waits: what is read may have to be answered, and that is bounded. */
	enum tls_io io = wire_flush(tls);

	while (io == TLS_DONE) {
		ERR_clear_error();
		io = outcome(tls, SSL_read_ex(tls->ssl, bytes, size, got));
		if (io == TLS_DONE) {
			tls->data += *got;
			(void)wire_flush(
				tls); /* whatever waits or failed comes up in the next call */
			return TLS_DONE;
		}
		if (io != TLS_WANT_WRITE)
			return finish(tls, io);
		io = wire_flush(tls);
	}
	return io;
}

enum tls_io tls_write(struct tls_connection *tls, const char *bytes, size_t len, bool last)
{
	begin(tls);
	CHECK(len <= TLS_WRITE_MAX && tls->pending_len <= sizeof tls->server->gather);
	if (tls->failure != NULL)
		return TLS_FAILED;
	ERR_clear_error();

	enum tls_io io = TLS_DONE;
	size_t taken;

	/* There is room for all of it, so "again" cannot be the answer. */
	if (len > 0)
		io = outcome(tls, SSL_write_ex(tls->ssl, bytes, len, &taken));
	if (io != TLS_DONE)
		return finish(tls, failed(tls, "the session cannot write"));
	if (last)
		(void)SSL_shutdown(tls->ssl); /* 0 or 1: both say that close_notify is on its way */
	return finish(tls, TLS_DONE);
}

enum tls_io tls_flush(struct tls_connection *tls)
{
	begin(tls);
	return wire_flush(tls);
}

uint64_t tls_bytes_received(const struct tls_connection *tls)
{
	return tls->received;
}

bool tls_is_1_3(const struct tls_connection *tls)
{
	return SSL_version(tls->ssl) == TLS1_3_VERSION;
}

uint64_t tls_bytes_sent(const struct tls_connection *tls)
{
	return tls->sent;
}

struct span tls_sni(const struct tls_connection *tls)
{
	return (struct span){tls->sni, tls->sni_len};
}

bool tls_identity(const struct tls_connection *tls, struct identity *identity)
{
	X509 *certificate = tls->ssl != NULL ? SSL_get0_peer_certificate(tls->ssl) : NULL;

	*identity = (struct identity){0};
	return certificate == NULL || identity_read(certificate, tls->server->sha256, identity);
}

const char *tls_failure(const struct tls_connection *tls)
{
	return tls->failure != NULL ? tls->failure : "";
}
