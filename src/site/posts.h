/*
 * The posts of a capsule: the dated links of its feed page to its own .gmi files.
 */
#ifndef KINDLING_SITE_POSTS_H
#define KINDLING_SITE_POSTS_H

#include "page/request.h"
#include "site/folder.h"
#include "site/stamp.h"

/* How much of the feed page is searched. */
#define POSTS_PAGE_MAX (1 << 20)

struct posts_list;

struct posts {
	const struct conf_capsule *conf;
	struct folder *folder;
	pthread_mutex_t lock;    /* over what follows */
	struct posts_list *list; /* never changed once it stands here; NULL: none */
	struct stamp stamp;      /* of the page that it was read from; zeroed: read it again */
	int64_t looked;
};

/* Reads the feed page for the first time; a page that is not there has no posts. */
void posts_begin(struct posts *posts, const struct conf_capsule *conf, struct folder *folder);
void posts_end(struct posts *posts);

/* False: no such post. What is found is copied into `arena`. The page is read again when it has
 * changed, looked at once a second at most. Safe on any thread. */
bool posts_find(struct posts *posts, struct span slug, struct arena *arena, struct post *post);

/* The slug of a path: false for one that can be no post's. */
bool posts_slug_of(struct span path, struct span *slug);

#endif
