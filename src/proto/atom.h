/*
 * Atom feeds (RFC 4287): writing them. Every text may be hostile: it is escaped, and what XML 1.0
 * does not allow (section 2.2) is left out, and so are the characters that act without being seen.
 */
#ifndef KINDLING_PROTO_ATOM_H
#define KINDLING_PROTO_ATOM_H

#include "base/buf.h"

#define ATOM_TYPE "application/atom+xml"

struct atom_feed {
	struct span title;
	struct span id;     /* an absolute URI that never changes; also the feed's own address */
	struct span page;   /* the absolute URI of what it is a feed of */
	struct span author; /* empty: each entry has its own */
	int64_t updated;    /* seconds since 1970 */
};

struct atom_entry {
	struct span title, id; /* the id is the absolute URI of the entry, too */
	struct span author;    /* empty: the feed's */
	int64_t published, updated;
	struct span text; /* type="text"; empty: no content, only the link */
};

void atom_begin(struct buf *buf, const struct atom_feed *feed);
void atom_entry(struct buf *buf, const struct atom_entry *entry);
void atom_end(struct buf *buf);

#endif
