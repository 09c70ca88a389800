/*
 * One client's TLS, over a non-blocking socket that somebody else owns.
 *
 * Output is gathered: what one call produces leaves in one send(2), or is kept (bounded) until the
 * socket takes it. Input is read ahead, and no further in one call once the socket was short of
 * bytes: readiness must be level-triggered, and is asked for only after TLS_WANT_…. Bytes that are
 * not TLS are never answered, not even with an alert.
 */
#ifndef KINDLING_TLS_CONNECTION_H
#define KINDLING_TLS_CONNECTION_H

#include "tls/identity.h"
#include "tls/server.h"

struct tls_connection;

enum tls_io {
	TLS_DONE,       /* what was asked for has happened */
	TLS_WANT_READ,  /* call again when the socket is readable */
	TLS_WANT_WRITE, /* call again when the socket is writable */
	TLS_END,        /* the client has closed, with or without close_notify; one that is only
			 * heard by tls_read may still wait for an answer */
	TLS_FAILED      /* not TLS, broken, or the socket failed: close it */
};

/* At most so many bytes per tls_write: bounds what is kept for a slow client. */
#define TLS_WRITE_MAX 65536

/* NULL when memory is out. The socket stays the caller's and is not closed. */
struct tls_connection *tls_connection_new(struct tls_server *server, int fd);
void tls_connection_free(struct tls_connection *tls);

enum tls_io tls_handshake(struct tls_connection *tls);

/* Reads at most `size` bytes; TLS_DONE with *got > 0. */
enum tls_io tls_read(struct tls_connection *tls, char *bytes, size_t size, size_t *got);

/* Takes all of `bytes` (at most TLS_WRITE_MAX), encrypts and sends. TLS_DONE: all has left.
 * TLS_WANT_WRITE: taken, and part of it waits; call tls_flush until TLS_DONE before more. With
 * `last`, close_notify follows in the same send. */
enum tls_io tls_write(struct tls_connection *tls, const char *bytes, size_t len, bool last);
enum tls_io tls_flush(struct tls_connection *tls);

/* Bytes on the wire so far: taken from the socket, and accepted by it. */
uint64_t tls_bytes_received(const struct tls_connection *tls);
uint64_t tls_bytes_sent(const struct tls_connection *tls);

/* After the handshake: TLS 1.3, or 1.2. */
bool tls_is_1_3(const struct tls_connection *tls);
/* After the handshake. The SNI name in lower case, or the empty span. */
struct span tls_sni(const struct tls_connection *tls);
/* Without a certificate: true, and not present. False: its key cannot be hashed. */
bool tls_identity(const struct tls_connection *tls, struct identity *identity);

/* Why a call gave TLS_FAILED, for the log: a static string, empty where none did. */
const char *tls_failure(const struct tls_connection *tls);

#endif
