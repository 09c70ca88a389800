/*
 * The states of a connection and which may follow which.
 */
#ifndef KINDLING_NET_STATE_H
#define KINDLING_NET_STATE_H

#include <stdbool.h>

/* name, what the connection is doing, the states that may follow */
#define CONNECTION_STATES(X)                                                                       \
	X(PROXY, "saying whom it speaks for", TO(HANDSHAKE) | TO(CLOSED))                          \
	X(HANDSHAKE, "shaking hands", TO(REQUEST) | TO(CLOSED))                                    \
	X(REQUEST, "sending its request", TO(ANSWER) | TO(UPLOAD) | TO(WRITE) | TO(CLOSED))        \
	X(UPLOAD, "sending its upload", TO(ANSWER) | TO(WRITE) | TO(CLOSED))                       \
	X(ANSWER, "waiting for its answer", TO(UPLOAD) | TO(WRITE) | TO(CLOSED))                   \
	X(WRITE, "taking its answer", TO(DRAIN) | TO(CLOSED))                                      \
	X(DRAIN, "closing", TO(CLOSED))                                                            \
	X(CLOSED, "closed", 0)

enum connection_state {
#define STATE_ENUM(name, doing, next) CONNECTION_##name,
	CONNECTION_STATES(STATE_ENUM)
#undef STATE_ENUM
};
#define CONNECTION_STATE_COUNT (CONNECTION_CLOSED + 1)

bool connection_state_may_follow(enum connection_state from, enum connection_state to);

/* For the log: "the client was …". */
const char *connection_state_doing(enum connection_state state);

#endif
