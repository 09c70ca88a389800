/*
 * Network addresses: as text, as what counts as one client, and as ranges of them.
 */
#ifndef KINDLING_OS_ADDRESS_H
#define KINDLING_OS_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/fault.h"
#include "base/span.h"

/* A Unix socket's path (108 bytes on Linux), too. */
#define ADDRESS_TEXT_SIZE 128

/* "127.0.0.1:1965", "[::1]:1965" (port 0 for any free one) or "unix:/path". False: `fault` says
 * what is meant. */
bool address_parse(const char *text, struct sockaddr_storage *address, struct fault *fault);

/* How many bytes of it bind and connect want. */
socklen_t address_size(const struct sockaddr_storage *address);

bool address_is_unix(const struct sockaddr_storage *address);
/* Whether it is every address of its family: 0.0.0.0 or [::]. */
bool address_is_any(const struct sockaddr_storage *address);
/* 0 for a Unix socket. */
unsigned address_port(const struct sockaddr_storage *address);

/* As it is written in the configuration. */
void address_format_with_port(const struct sockaddr_storage *address, char text[ADDRESS_TEXT_SIZE]);

/* Who is at the other end: an address without its port, an IPv4 one in its IPv6-mapped form taken
 * for what it is. `family` is 4 or 6, or 0 for whoever comes by a Unix socket. */
struct address_peer {
	unsigned char family;
	unsigned char bytes[16];
};
struct address_peer address_peer_of(const struct sockaddr_storage *address);
struct address_peer address_peer_made(unsigned family, const unsigned char bytes[16]);

/* How much of a reader's address is written down. */
enum address_detail { ADDRESS_NONE, ADDRESS_TRUNCATED, ADDRESS_FULL };

/* Without the port. TRUNCATED: IPv4 /24, IPv6 /48; NONE, and whoever comes by a Unix socket: "". */
void address_peer_format(
	struct address_peer peer, enum address_detail detail, char text[ADDRESS_TEXT_SIZE]);
void address_format(const struct sockaddr_storage *address, enum address_detail detail,
	char text[ADDRESS_TEXT_SIZE]);

/* What counts as one client (the IPv4 address, the IPv6 /64), or as one network (IPv4 /24, IPv6
 * /48). The bytes are comparable with memcmp; the first is the peer's family. */
struct address_network {
	unsigned char bytes[9]; /* family, then the network */
};
struct address_network address_client_of(struct address_peer peer);
struct address_network address_network_of(struct address_peer peer);

/* "203.0.113.0/24", "2001:db8::/32", an address alone, or "unix" for all who come by a Unix socket
 * (RFC 4632, RFC 4291). */
struct address_range {
	int family; /* AF_INET, AF_INET6 or AF_UNIX */
	unsigned bits;
	unsigned char bytes[16];
};
bool address_range_parse(const char *text, struct address_range *range, struct fault *fault);
bool address_range_holds(const struct address_range *range, struct address_peer peer);

#endif
