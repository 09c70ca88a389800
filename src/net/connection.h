/*
 * What the parts of a connection's way share. Private to net/.
 *
 * connection.c: from accept to close; greeting.c: a proxy's header; reading.c: the request and an
 * upload; writing.c: the answer, and leaving; missed.c: deadlines, and being sent away.
 */
#ifndef KINDLING_NET_CONNECTION_H
#define KINDLING_NET_CONNECTION_H

#include "net/exchange.h"
#include "net/loop.h"

#define CONNECTION_MAGIC 0x434f4e31u

struct connection {
	unsigned magic;
	enum connection_state state;
	struct net *net;
	struct tls_connection *tls;
	struct exchange *exchange; /* from the first byte of a request on */
	struct greeting *greeting; /* the part of a PROXY header that came without the rest */
	struct list link;
	struct deadline deadline;
	uv_poll_t poll;
	int watched; /* the events that `poll` waits for */
	int fd;
	unsigned port;
	unsigned unread;   /* bytes taken off the socket that TLS never saw */
	uint64_t accepted; /* in the loop's milliseconds */
	uint64_t moved;    /* bytes, when the window of the minimum rate began */
	struct address_peer peer;
	bool counted; /* among the connections of its client */
};

/* Changes the state and sets its deadline; nothing else does. */
void connection_enter(struct connection *connection, enum connection_state state);

/* Waits for these events of libuv's; 0 for none. */
void connection_watch(struct connection *connection, int events);

/* Waits as TLS asks; anything else ends the connection. */
void connection_wait_or_end(struct connection *connection, enum tls_io io);

/* Goes on for as long as the state changes by itself. */
void connection_run(struct connection *connection);

/* `note`: why it ends before its time; NULL where all went its way. */
void connection_end(struct connection *connection, const char *note);

/* It is owed an answer. */
bool connection_has_asked(const struct connection *connection);

/* A line in the log about the exchange. */
void connection_log(struct connection *connection, const char *note);

/* False: memory is out, and the connection closed. */
bool connection_make_exchange(struct connection *connection);

/* An answer that no page made: for what is not a request, or came too late. */
void connection_refuse(struct connection *connection, enum status status, const char *sentence);

/* True where so many bytes in all are enough for the window that is over: another one begins. */
bool connection_keeps_up(struct connection *connection, uint64_t moved);

/* The steps of the states of these names. */
void greeting_run_proxy(struct connection *connection);
void reading_run_request(struct connection *connection);
void reading_run_upload(struct connection *connection);
void writing_run_write(struct connection *connection);
void writing_run_drain(struct connection *connection);

void greeting_end(struct connection *connection);

/* The reply is whole: what comes next. */
void reading_answered(struct connection *connection);

/* Bytes of an answer that the client has acknowledged, and some before it. */
uint64_t writing_moved(const struct connection *connection);

#endif
