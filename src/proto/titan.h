/*
 * Titan: uploads beside Gemini (the Titan specification).
 */
#ifndef KINDLING_PROTO_TITAN_H
#define KINDLING_PROTO_TITAN_H

#include "base/arena.h"

struct titan {
	bool present; /* the request's scheme is titan */
	bool edit;    /* ";edit": the text is asked for, in the form in which it is edited */
	uint64_t size;
	struct span mime, token; /* percent-decoded; empty where absent */
};

/*
 * Takes the parameters off the last segment of the path of a titan URI (before any query), and
 * gives in `uri` what is left, ready for uri_parse. A URI of another scheme is left as it is, and
 * is not present. NULL; else a static sentence for the answer 59: a parameter twice or unknown, no
 * size and no edit, a size that is no decimal number, size=0 (says how to delete), both size and
 * edit, a ';' in an earlier segment, or memory is out.
 */
const char *titan_parse(
	struct span text, struct arena *arena, struct titan *titan, struct span *uri);

#endif
