/*
 * Addresses to listen on, and the addresses of who connects.
 */
#ifndef KINDLING_OS_LISTEN_H
#define KINDLING_OS_LISTEN_H

#include <sys/socket.h>

#include "base/fault.h"
#include "base/span.h"

#define ADDRESS_TEXT_SIZE 64

/* "127.0.0.1:1965" or "[::1]:1965"; port 0 for any free one. False: `fault` says what is meant. */
bool listen_parse(const char *text, struct sockaddr_storage *address, struct fault *fault);

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

unsigned address_port(const struct sockaddr_storage *address);

/* As it is written in the configuration: "127.0.0.1:1965", "[::1]:1965". */
void address_format_with_port(const struct sockaddr_storage *address, char text[ADDRESS_TEXT_SIZE]);

/* Acknowledges at once what the client has sent, rather than with our next packet: a client that
 * leaves Nagle's algorithm on sends nothing more until then, for some 40 ms. */
void socket_acknowledge_now(int fd);

/* How much of a reader's address is written down. */
enum address_detail { ADDRESS_NONE, ADDRESS_TRUNCATED, ADDRESS_FULL };

/* Without the port. TRUNCATED: IPv4 /24, IPv6 /48; NONE: "". */
void address_format(const struct sockaddr_storage *address, enum address_detail detail,
	char text[ADDRESS_TEXT_SIZE]);

/* What counts as one client: the IPv4 address (also in its IPv6-mapped form), the IPv6 /64. The
 * returned bytes are comparable with memcmp. */
struct address_network {
	unsigned char bytes[9]; /* family, then the network */
};
struct address_network address_network_of(const struct sockaddr_storage *address);

#endif
