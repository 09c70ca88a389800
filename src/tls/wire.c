/*
 * Between a TLS session and its socket: reading ahead, gathering writes into one send(2).
 */
#include "tls/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/*
 * What a client may send that is no data to anybody: the handshake, record headers, key updates,
 * refused renegotiations. So they cost no less than handshakes would. A client that sends each
 * byte in a record of its own needs 29 for one.
 */
#define IDLE_BYTES_MAX      (128 * 1024)
#define IDLE_BYTES_PER_BYTE 64

static bool acceptable(struct tls_connection *tls, const char *bytes, size_t len)
{
	/* A handshake record, whatever its version says: 22, 3 (RFC 8446, 5.1). */
	static const char beginning[] = {0x16, 0x03};

	for (size_t i = 0; i < len && tls->received + i < sizeof beginning; i++) {
		if (bytes[i] != beginning[tls->received + i]) {
			tls->failure = "not TLS";
			return false;
		}
	}
	if (tls->received + len > IDLE_BYTES_MAX + IDLE_BYTES_PER_BYTE * tls->data) {
		tls->failure = "too much that is not data";
		return false;
	}
	return true;
}

ssize_t wire_receive(struct tls_connection *tls, char *bytes, size_t size)
{
	ssize_t got;

	do
		got = recv(tls->fd, bytes, size, 0);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		/* Less than there was room for: the next read would find nothing. */
		tls->dry = (size_t)got < size;
		if (!acceptable(tls, bytes, (size_t)got))
			return -1;
		tls->received += (uint64_t)got;
	} else if (got == 0 || errno == ECONNRESET) {
		tls->eof = true;
		return 0;
	} else if (errno == EAGAIN || errno == EWOULDBLOCK) {
		tls->dry = true;
	} else {
		tls->failure = "the socket failed";
	}
	return got;
}

ssize_t wire_receive_ahead(struct tls_connection *tls)
{
	struct tls_server *server = tls->server;
	ssize_t got = wire_receive(tls, server->ahead, sizeof server->ahead);

	if (got > 0)
		tls->ahead = (struct span){server->ahead, (size_t)got};
	return got;
}

bool wire_keep_ahead(struct tls_connection *tls)
{
	if (tls->ahead.len == 0 || tls->kept != NULL)
		return true;
	tls->kept = malloc(tls->ahead.len);
	if (tls->kept == NULL)
		return false;
	memcpy(tls->kept, tls->ahead.ptr, tls->ahead.len);
	tls->ahead.ptr = tls->kept;
	return true;
}

static size_t take_ahead(struct tls_connection *tls, char *bytes, size_t size)
{
	struct span taken = span_take(tls->ahead, size);

	memcpy(bytes, taken.ptr, taken.len);
	tls->ahead = span_skip(tls->ahead, taken.len);
	if (tls->ahead.len == 0) {
		free(tls->kept);
		tls->kept = NULL;
	}
	return taken.len;
}

/* While hands are shaken, OpenSSL from 3.2 on does not read ahead by itself: it would take two
 * calls for each of the client's records. */
static ssize_t read_socket(struct tls_connection *tls, char *bytes, size_t size)
{
	if (tls->dry)
		return -1;
	if (!tls->shaking || size >= sizeof tls->server->ahead)
		return wire_receive(tls, bytes, size);

	ssize_t got = wire_receive_ahead(tls);

	return got > 0 ? (ssize_t)take_ahead(tls, bytes, size) : got;
}

static int read_wire(BIO *bio, char *bytes, int size)
{
	struct tls_connection *tls = BIO_get_data(bio);

	BIO_clear_retry_flags(bio);
	if (size <= 0 || tls->failure != NULL)
		return -1;
	if (tls->ahead.len > 0)
		return (int)take_ahead(tls, bytes, (size_t)size);

	ssize_t got = read_socket(tls, bytes, (size_t)size);

	if (got < 0 && tls->failure == NULL)
		BIO_set_retry_read(bio);
	return (int)got;
}

static int write_wire(BIO *bio, const char *bytes, int size)
{
	struct tls_connection *tls = BIO_get_data(bio);
	struct tls_server *server = tls->server;
	size_t room = sizeof server->gather - server->gathered;
	size_t len = size < 0 ? 0 : (size_t)size;

	BIO_clear_retry_flags(bio);
	if (len > room)
		len = room;
	if (len == 0) {
		BIO_set_retry_write(bio);
		return -1;
	}
	memcpy(server->gather + server->gathered, bytes, len);
	server->gathered += len;
	return (int)len;
}

static long control_wire(BIO *bio, int command, long number, void *pointer)
{
	struct tls_connection *tls = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	switch (command) {
	case BIO_CTRL_EOF:
		return tls->eof;
	case BIO_CTRL_FLUSH: /* done by wire_flush, once for the whole call */
		return 1;
	default:
		return 0;
	}
}

static int create_wire(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

BIO_METHOD *wire_method_new(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire");

	if (method == NULL || BIO_meth_set_read(method, read_wire) != 1 ||
		BIO_meth_set_write(method, write_wire) != 1 ||
		BIO_meth_set_ctrl(method, control_wire) != 1 ||
		BIO_meth_set_create(method, create_wire) != 1) {
		BIO_meth_free(method);
		return NULL;
	}
	return method;
}

/* How many bytes the socket took; `gone` where it will take no more. */
static size_t send_now(struct tls_connection *tls, const char *bytes, size_t len)
{
	ssize_t sent;

	do
		sent = send(tls->fd, bytes, len, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0) {
		tls->gone = errno != EAGAIN && errno != EWOULDBLOCK;
		return 0;
	}
	tls->sent += (uint64_t)sent;
	return (size_t)sent;
}

static void drop_output(struct tls_connection *tls)
{
	tls->server->gathered = 0;
	free(tls->pending);
	tls->pending = NULL;
	tls->pending_len = 0;
}

/* False: memory is out. */
static bool keep(struct tls_connection *tls, const char *bytes, size_t len)
{
	char *pending = realloc(tls->pending, tls->pending_len + len);

	if (pending == NULL)
		return false;
	memcpy(pending + tls->pending_len, bytes, len);
	tls->pending = pending;
	tls->pending_len += len;
	return true;
}

enum tls_io wire_flush(struct tls_connection *tls)
{
	struct tls_server *server = tls->server;

	if (tls->pending_len > 0 && !tls->gone) {
		size_t sent = send_now(tls, tls->pending, tls->pending_len);

		tls->pending_len -= sent;
		memmove(tls->pending, tls->pending + sent, tls->pending_len);
	}
	if (server->gathered > 0 && !tls->gone) {
		size_t sent =
			tls->pending_len > 0 ? 0 : send_now(tls, server->gather, server->gathered);

		if (sent < server->gathered && !tls->gone &&
			!keep(tls, server->gather + sent, server->gathered - sent)) {
			tls->failure = "out of memory";
			tls->gone = true;
		}
		server->gathered = 0;
	}
	if (tls->gone || tls->pending_len == 0)
		drop_output(tls);
	if (tls->gone)
		return tls->failure != NULL ? TLS_FAILED : TLS_END;
	return tls->pending_len > 0 ? TLS_WANT_WRITE : TLS_DONE;
}
