/*
 * Names that a capsule answers to.
 */
#ifndef KINDLING_PROTO_HOST_H
#define KINDLING_PROTO_HOST_H

#include "base/arena.h"

/* True where `host` (as struct uri gives it) is `name`, or where `name` is "*.example.org" and
 * `host` has exactly one label more than "example.org" (RFC 6125, 6.4.3). `name` is in the form
 * that host_normalise gives. */
bool host_matches(struct span name, struct span host);

/* All the names that a capsule answers to. */
struct host_names {
	const char *const *items;
	size_t count;
};

bool host_is_among(struct host_names names, struct span host);

/* The host of a URI: a name, percent-encoded or not, an IPv4 literal, or an IPv6 literal in
 * brackets. A name that is lower case already is not copied: `out` then points into `text`.
 * False: none of these, or memory is out. */
bool host_parse(struct span text, struct arena *arena, struct span *out, bool *is_address);

/* A host name, a wildcard or an address literal, with brackets or without, as uri_parse would
 * spell it; always a copy. False: none. */
bool host_normalise(struct span text, struct arena *arena, struct span *out, bool *is_address);

#endif
