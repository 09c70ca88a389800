/*
 * Listening sockets, and what accepted ones want.
 */
#ifndef KINDLING_OS_LISTEN_H
#define KINDLING_OS_LISTEN_H

#include "os/address.h"

/* False where the kernel was started without IPv6: the default addresses leave it out then. */
bool listen_has_ipv6(void);

/* Whether nobody else listens there, with a fault that says what to do. To be asked once before
 * the first listen_open: SO_REUSEPORT lets a second server of the same user take half of the
 * connections without a word. */
bool listen_is_free(const struct sockaddr_storage *address, struct fault *fault);

/* A listening, non-blocking socket with SO_REUSEPORT (each worker has its own; the kernel
 * shares the connections out), IPv6 sockets for IPv6 alone. -1 with a fault that says what to do.
 */
int listen_open(const struct sockaddr_storage *address, struct fault *fault);

/* Which address a socket is bound to: after port 0, the real one. */
bool listen_bound_address(int fd, struct sockaddr_storage *address);

/* Acknowledges at once what the client has sent, rather than with our next packet: a client that
 * leaves Nagle's algorithm on sends nothing more until then, for some 40 ms. */
void socket_acknowledge_now(int fd);

#endif
