/*
 * What a page is given: who asks for what.
 */
#ifndef KINDLING_PAGE_REQUEST_H
#define KINDLING_PAGE_REQUEST_H

#include "base/arena.h"
#include "conf/conf.h"
#include "proto/titan.h"
#include "proto/uri.h"
#include "tls/identity.h"

/* A post of the capsule's feed page. */
struct post {
	struct span slug; /* its path without the first slash and without ".gmi" */
	struct span path; /* decoded: "/posts/kindness-spreads.gmi" */
	struct span title;
	int64_t published; /* the first second of its day in UTC */
};

struct request;

/* How pages ask which posts there are: answered by site/, handed in by the routes. What is given
 * lives in the request's arena. All are safe on any thread. */
struct request_posts {
	/* False: no such post. */
	bool (*find)(void *posts, struct request *request, struct span slug, struct post *post);
	/* All of them, newest first. False: memory is out. */
	bool (*list)(void *posts, struct request *request, struct post **items, size_t *count);
	/* What its file holds, up to `max` bytes, and a number that changes with the file; 0 for
	 * one that has just changed, and may do so again unseen. Where that is *stamp already, and
	 * not 0, nothing is read and the text is empty. False: it cannot be read. May block. */
	bool (*read)(void *posts, struct request *request, const struct post *post, size_t max,
		int64_t *stamp, struct span *text);
};

struct request {
	struct arena *arena; /* ends when the answer has left */
	const struct conf_capsule *capsule;
	struct uri uri;
	struct titan titan; /* of an upload; its URI is in `uri`, without the parameters */
	bool has_body;      /* all of the upload is here: see reply.wants_body */
	struct span body;
	struct identity identity;
	uint64_t visitor;      /* the network that it came from, hashed with a key of this run */
	int64_t now;           /* seconds since 1970 */
	bool query_is_private; /* never to be logged: so until a page says otherwise */
	size_t path_private;   /* bytes at the end of the path that are never to be logged */
	unsigned counted_as;   /* the capsule's number among the counters; 0: another's */
	const struct request_posts *posts;
	void *posts_of; /* what these functions take first */
};

#endif
