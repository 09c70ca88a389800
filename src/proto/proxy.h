/*
 * The PROXY protocol's header, versions 1 and 2 (HAProxy's proxy-protocol.txt): whom a proxy in
 * front of this server speaks for.
 */
#ifndef KINDLING_PROTO_PROXY_H
#define KINDLING_PROTO_PROXY_H

#include "base/span.h"

/* The longest header that is taken: version 2 with some 500 bytes of extensions. */
#define PROXY_HEADER_MAX 536

enum proxy_result { PROXY_MORE, PROXY_COMPLETE, PROXY_BAD };

struct proxy_header {
	unsigned family; /* 4 or 6; 0: the proxy speaks for itself, or does not know */
	unsigned char address[16];
	unsigned port; /* the one that the client connected to */
};

/* Looks at what has come so far, which may hold more than the header. MORE: all of it belongs to
 * the header, and that is not whole. COMPLETE: the header is its first *used bytes. BAD: *wrong
 * says why. */
enum proxy_result proxy_scan(
	struct span received, struct proxy_header *header, size_t *used, const char **wrong);

#endif
