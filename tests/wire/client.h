/*
 * A small Gemini client that can also misbehave: over TLS, or below it over TCP.
 *
 * Nothing here fails a test: results are returned, so that threads and tests of refusals can use
 * it; ask.h holds the assertions. Every call ends by the client's deadline.
 */
#ifndef KINDLING_TESTS_WIRE_CLIENT_H
#define KINDLING_TESTS_WIRE_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <openssl/ssl.h>

#include "person.h"

struct client_options {
	const char *sni;             /* NULL: "localhost"; "": none is sent */
	const char *source;          /* the address to come from; NULL: any */
	bool ipv6;                   /* to ::1 instead of 127.0.0.1 */
	const char *path;            /* to this Unix socket instead; NULL: none */
	int receive_buffer;          /* bytes that the system keeps for it; 0: as usual */
	int version;                 /* TLS1_2_VERSION and the like, that one alone; 0: any */
	const struct person *person; /* the client certificate; NULL: none */
	unsigned chain;              /* how often it follows itself, as if others had signed it */
	SSL_SESSION *session;        /* to be resumed; NULL: none */
	int timeout_ms;              /* 0: PATIENCE_MS */
};

enum client_end {
	CLIENT_OPEN,   /* still open */
	CLIENT_FIN,    /* the server closed in order */
	CLIENT_RESET,  /* the server tore the connection */
	CLIENT_SILENT, /* nothing came until the deadline */
	CLIENT_BROKEN  /* TLS failed: an alert, or bytes that are none */
};

struct client {
	int fd;
	SSL_CTX *context;
	SSL *ssl;
	int64_t deadline;
	unsigned tickets;    /* session tickets that the server sent */
	unsigned asked;      /* how often it asked for a certificate */
	bool close_notify;   /* has come */
	enum client_end end; /* of the TCP connection */
};

/* TCP alone. */
bool client_connect(struct client *client, unsigned port, const struct client_options *options);

/* TCP and TLS. Where it fails, client->end says how; close it in any case. */
bool client_open(struct client *client, unsigned port, const struct client_options *options);

/* The handshake on a connection that client_connect made. */
bool client_handshake(struct client *client, const struct client_options *options);

void client_close(struct client *client);

/* Closes with a reset instead of in order. */
void client_abort(struct client *client);

/* Over TLS where there is TLS, else as raw bytes. `piece` bytes at a time, each in its own
 * packet; 0: all at once. */
bool client_send(struct client *client, const void *bytes, size_t length, size_t piece);

/* The next bytes: their number, 0 at the end (client->end and ->close_notify say which), and -1
 * where the deadline passed. After a close_notify, what follows is read until the TCP end. */
ssize_t client_read(struct client *client, char *bytes, size_t size);

/* True where bytes or the end of the connection come within so many milliseconds. */
bool client_has_input(const struct client *client, int timeout_ms);

#define ANSWER_META_MAX 1024

struct answer {
	int status; /* 0: nothing came */
	char meta[ANSWER_META_MAX + 1];
	char *body; /* malloc'd, a NUL behind it; NULL where nothing came */
	size_t length;
	bool close_notify;
	enum client_end end;
	const char *wrong; /* what is wrong with the header; NULL: nothing */
	char *whole;       /* the memory that `body` points into */
};

/* Reads to the end of the connection. */
void client_receive(struct client *client, struct answer *answer);
void answer_free(struct answer *answer);

/* A whole transaction: true where an answer with a good header came and ended with close_notify.
 * The URL gets its CRLF here. */
bool client_fetch(unsigned port, const struct client_options *options, const char *url,
	struct answer *answer);

#endif
