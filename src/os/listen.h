/*
 * Listening sockets, and what accepted ones want.
 */
#ifndef KINDLING_OS_LISTEN_H
#define KINDLING_OS_LISTEN_H

#include "os/address.h"

/* False where the kernel was started without IPv6: the default addresses leave it out then. */
bool listen_has_ipv6(void);

/* Whether nobody else listens there, with a fault that says what to do. To be asked once before
 * the first listen_bind: SO_REUSEPORT lets a second server of the same user take half of the
 * connections without a word. The socket file of a server that is gone is removed. */
bool listen_is_free(const struct sockaddr_storage *address, struct fault *fault);

/* A bound, non-blocking socket that does not listen yet, with SO_REUSEPORT (each worker has its
 * own; the kernel shares the connections out), IPv6 sockets for IPv6 alone, a Unix socket's file
 * for its owner and group. -1 with a fault that says what to do. Where one user has bound to an
 * address, another may not, not even one who has given up being that one: see listen_give. */
int listen_bind(const struct sockaddr_storage *address, struct fault *fault);

/* From here on connections are let in. Nothing happens to a socket that listens already. */
bool listen_start(int fd, const struct sockaddr_storage *address, struct fault *fault);

/* Makes a socket one of `user`, who may then bind to the same address; for root. Nothing where
 * there is no such user. */
void listen_give(int fd, const char *user);

/* Which address a socket is bound to: after port 0, the real one. */
bool listen_bound_address(int fd, struct sockaddr_storage *address);

/* Removes the file of a Unix socket; nothing for any other. */
void listen_remove(const struct sockaddr_storage *address);

/* Acknowledges at once what the client has sent, rather than with our next packet: a client that
 * leaves Nagle's algorithm on sends nothing more until then, for some 40 ms. */
void socket_acknowledge_now(int fd);

#endif
