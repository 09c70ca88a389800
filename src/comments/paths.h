/*
 * The URLs under /comments/: told apart, and written. Pure. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_PATHS_H
#define KINDLING_COMMENTS_PATHS_H

#include "base/buf.h"
#include "comments/routes.h"

/* Where a reader was going before logging in: "on/SLUG/new" or "ID/reply". It travels behind
 * /comments/register as part of the path, since the answer to an input replaces any query.
 * Zeroed: nowhere. */
struct comments_way {
	struct span slug;
	int64_t id;
};

struct comments_path {
	enum comments_route route;
	struct span slug; /* of the post; empty for none */
	int64_t id;       /* of the comment or the person */
	struct span word; /* the one segment */
	struct comments_way way;
	struct span plain; /* the path without its guard */
	struct span guard; /* what follows "/~" in the last segment; empty for none */
};

/* `path` is decoded; what is given points into it. */
struct comments_path comments_path_read(struct span path);

/* False where `text` is no way. */
bool comments_way_read(struct span text, struct comments_way *way);
bool comments_way_is_given(const struct comments_way *way);

/* Writes `front`, "on/SLUG" with the slug percent-encoded, and `tail`. */
void comments_write_on(struct buf *buf, const char *front, struct span slug, const char *tail);
/* Writes the way, percent-encoded; nothing where it leads nowhere. */
void comments_write_way(struct buf *buf, const struct comments_way *way);

#endif
