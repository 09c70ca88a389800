/*
 * The URLs under /comments/: told apart, and written. Pure. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_PATHS_H
#define KINDLING_COMMENTS_PATHS_H

#include "base/buf.h"

enum comments_route {
	ROUTE_NONE,
	ROUTE_TOP,          /* /comments */
	ROUTE_HOME,         /* /comments/ */
	ROUTE_REGISTER,     /* /comments/register, with a way or without */
	ROUTE_WELCOME,      /* /comments/welcome, likewise */
	ROUTE_HELP,         /* /comments/help */
	ROUTE_RECENT,       /* /comments/recent */
	ROUTE_THREAD,       /* /comments/on/SLUG/ */
	ROUTE_THREAD_SHORT, /* /comments/on/SLUG */
	ROUTE_NEW,          /* /comments/on/SLUG/new */
	ROUTE_COMMENT       /* /comments/ID */
};

/*
 * A way is where a reader was going before logging in: "on/SLUG/new". It travels behind
 * /comments/register as part of the path, since the answer to an input replaces any query.
 */
struct comments_path {
	enum comments_route route;
	struct span slug; /* of the post or the way; empty for none */
	int64_t id;
};

/* `path` is decoded. */
struct comments_path comments_path_read(struct span path);

/* "on/SLUG/new": the slug. False where `text` is no way. */
bool comments_way_read(struct span text, struct span *slug);

/* Writes `front`, "on/SLUG" with the slug percent-encoded, and `tail`. */
void comments_write_on(struct buf *buf, const char *front, struct span slug, const char *tail);

#endif
