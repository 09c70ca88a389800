/*
 * Links that strangers wrote, made fit to be followed by others.
 */
#ifndef KINDLING_PROTO_LINK_H
#define KINDLING_PROTO_LINK_H

#include "proto/host.h"

#define LINK_BYTES_MAX 1024 /* what a Gemini request may hold (protocol 0.24.1, section 2) */

/* `untrusted` as a URL to be written on a link line, as its own label: printable ASCII alone, all
 * else percent-encoded. False: it cannot be one, or memory is out. A scheme that only shows
 * something is wanted, a host without a user name before it, and no more than LINK_BYTES_MAX.
 *
 * A Gemini URL that leads to one of the capsule's `own` names has no query: whoever follows a link
 * shows an identity without being asked, so a query could register a name or leave a comment. */
bool link_read(
	struct span untrusted, struct host_names own, struct arena *arena, struct span *link);

#endif
