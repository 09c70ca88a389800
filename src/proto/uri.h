/*
 * URIs as requests and links carry them (RFC 3986, RFC 3987; protocol 0.24.1, section 2).
 */
#ifndef KINDLING_PROTO_URI_H
#define KINDLING_PROTO_URI_H

#include "base/buf.h"

#define URI_DEFAULT_PORT 1965

enum uri_scheme { URI_GEMINI, URI_TITAN, URI_OTHER };

/* Everything points into the arena that uri_parse was given, or into its text. */
struct uri {
	enum uri_scheme scheme;
	struct span host;     /* lower case, ASCII (IDN as punycode), no final dot, no brackets */
	bool host_is_address; /* an IPv4 or IPv6 literal, in inet_ntop's spelling */
	unsigned port;        /* URI_DEFAULT_PORT where none is written */
	struct span path; /* decoded, dot segments and empty segments resolved; begins with '/' */
	bool has_query;
	struct span query; /* as sent: still percent-encoded */
};

/*
 * Parses the URI of a request line. NULL when it is one; else a static sentence for the
 * answer 59: what is wrong with it and how it ought to look. Wrong are: no scheme, userinfo, a
 * fragment, a bare space, bad percent-encoding, %00, a bad host or port; in the path also other
 * encoded control characters, an encoded slash, climbing above the root, and bytes that are not
 * UTF-8 once decoded. A scheme other than gemini and titan gives URI_OTHER and nothing else is
 * looked at.
 */
const char *uri_parse(struct span text, struct arena *arena, struct uri *out);

/* Appends a decoded path percent-encoded, ready for a link or a redirect. */
void uri_append_path(struct buf *buf, struct span path);

/* Decodes a query that a client sent in answer to a status 10 or 11: %XX, CRLF and lone CR
 * as LF, plus stays plus. False: bad encoding, NUL, not UTF-8, or memory is out. */
bool uri_decode_query(struct span query, struct arena *arena, struct span *out);

/*
 * Resolves the URL of a link line against the page it stands on, whose decoded path is `base_path`;
 * its fragment is dropped. NULL; else what is wrong with it, as uri_parse says it. A relative one
 * gets no host, and loses its query; of an absolute one all that uri_parse gives is there.
 */
const char *uri_resolve(
	struct span reference, struct span base_path, struct arena *arena, struct uri *out);

/* True when it leads to a path of the same capsule: relative, or absolute with this scheme, `host`
 * and the default port. */
bool uri_resolve_local(struct span reference, struct span host, struct span base_path,
	struct arena *arena, struct span *path);

#endif
