/*
 * What server, connection and wire know of each other: for this folder alone.
 */
#ifndef KINDLING_TLS_INTERNAL_H
#define KINDLING_TLS_INTERNAL_H

#include <openssl/ssl.h>

#include "tls/connection.h"
#include "tls/provider.h"

/* What TLS adds to TLS_WRITE_MAX bytes: 29 a record, and records may be as short as 512 bytes
 * where the client wants that (RFC 6066, 4); the rest is for alerts and key updates. */
#define WIRE_OVERHEAD 8192

#define SNI_NAME_MAX 255 /* RFC 6066, 3: a host name; OpenSSL refuses longer ones */

struct tls_server {
	unsigned magic;
	SSL_CTX **contexts; /* one per capsule */
	size_t count;
	tls_find_host *find;
	void *find_context;
	BIO_METHOD *method;
	EVP_MD *sha256;
	struct provider *provider; /* NULL: the keys are here */
	struct channel channel;    /* to the keyholder */
	/* Both are empty whenever no tls_… call is being made. */
	size_t gathered;
	char gather[TLS_WRITE_MAX + WIRE_OVERHEAD]; /* what goes out at the end of the call */
	char ahead[4096];                           /* what comes while hands are shaken */
};

struct tls_connection {
	unsigned magic;
	int fd;
	struct tls_server *server;
	SSL *ssl; /* NULL until the first bytes are there and look like TLS */
	const char *failure;
	uint64_t received, data,
		sent;      /* bytes: from the socket, read by the caller, to the socket */
	struct span ahead; /* received, not yet taken by the session */
	char *kept;        /* holds it between two calls; NULL where there is none */
	char *pending;     /* what the socket did not take */
	size_t pending_len;
	bool shaking; /* hands are being shaken in this call */
	bool dry;     /* the socket had no more when it was last read in this call */
	bool eof;     /* the client sends no more */
	bool gone;    /* nothing can be sent any more */
	unsigned char sni_len;
	char *sni; /* the name that the client asked for; NULL where sni_len is 0 */
};

/* The BIO through which a session reads and writes; its data is the connection. */
BIO_METHOD *wire_method_new(void);

/* Reads from the socket: how many bytes, 0 at the end, -1 where there are none now (`dry`) or the
 * connection is of no use (`failure` or `eof`). */
ssize_t wire_receive(struct tls_connection *tls, char *bytes, size_t size);

/* The same, into `ahead`, which was empty. */
ssize_t wire_receive_ahead(struct tls_connection *tls);

/* At the end of a call: what the session has not taken goes out of the server's buffer. False:
 * memory is out. */
bool wire_keep_ahead(struct tls_connection *tls);

/* Sends what was gathered, after what is pending. TLS_DONE: all has left. */
enum tls_io wire_flush(struct tls_connection *tls);

#endif
