/*
 * What a page is given: who asks for what.
 */
#ifndef KINDLING_PAGE_REQUEST_H
#define KINDLING_PAGE_REQUEST_H

#include "base/arena.h"
#include "conf/conf.h"
#include "proto/uri.h"
#include "tls/identity.h"

/* A post of the capsule's feed page. */
struct post {
	struct span slug; /* its path without the first slash and without ".gmi" */
	struct span path; /* decoded: "/posts/kindness-spreads.gmi" */
	struct span title;
};

struct request;

/* How pages ask which posts there are: answered by site/, handed in by the routes. False: no such
 * post. The post's spans live in the request's arena. */
typedef bool request_find_post(
	void *posts, struct request *request, struct span slug, struct post *post);

struct request {
	struct arena *arena; /* ends when the answer has left */
	const struct conf_capsule *capsule;
	struct uri uri;
	struct identity identity;
	int64_t now;           /* seconds since 1970 */
	bool query_is_private; /* never to be logged: so until a page says otherwise */
	request_find_post *find_post;
	void *posts;
};

#endif
