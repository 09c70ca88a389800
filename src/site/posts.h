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

/* The newest `most` posts, by date and then by their place on the page, and the page's title (empty
 * where it has none); copied into `arena`. False: memory is out. Otherwise as above. */
bool posts_newest(struct posts *posts, size_t most, struct arena *arena, struct post **items,
	size_t *count, struct span *title);

/* The first `max` bytes of a post's file, and a number that changes with the file: 0 where it
 * changed just now, and may do so again unseen. Where *known is that number already, and not 0, the
 * text is empty and nothing is read. False: it cannot be read, or memory is out. Safe on any
 * thread. */
bool posts_read(struct posts *posts, const struct post *post, size_t max, struct arena *arena,
	int64_t *known, struct span *text);

/* The slug of a path: false for one that can be no post's. */
bool posts_slug_of(struct span path, struct span *slug);

#endif
