/*
 * The capsule's own files: found beneath the root, typed, and sent.
 *
 * Answering takes one or two steps. site_open runs in the loop and does what cannot block for
 * long; where it says that more is needed, site_finish does that in a job.
 */
#ifndef KINDLING_SITE_SITE_H
#define KINDLING_SITE_SITE_H

#include <sys/stat.h>

#include "page/reply.h"

struct site;

/* One per capsule and worker; `conf` must outlive it. */
struct site *site_new(const struct conf_capsule *conf, struct fault *fault);
void site_free(struct site *site); /* NULL: nothing */

enum site_step {
	SITE_ANSWERED,   /* the reply is whole */
	SITE_NEEDS_TYPE, /* a file whose type is not known yet: site_finish reads it */
	SITE_NEEDS_LIST  /* a folder to be listed */
};

/* What was found, between the two steps; site_open fills all of it. */
struct site_visit {
	struct span path; /* relative to the root */
	int fd;           /* owned by the visit until the reply takes it; -1 for none */
	struct stat info;
};

/*
 * Answers request->uri.path: the file, 31 to a folder's path with the slash, a folder's index.gmi,
 * 51. Only for the loop's thread.
 */
enum site_step site_open(
	struct site *site, struct request *request, struct reply *reply, struct site_visit *visit);

/* Safe on any thread. Takes the visit's descriptor over in every case. */
void site_finish(struct site *site, struct request *request, struct reply *reply,
	struct site_visit *visit, enum site_step step);

/* A visit that will not be finished. */
void site_abandon(struct site_visit *visit);

/* The posts: dated links of the feed page to .gmi files of this capsule. Read again when the feed
 * page has changed (looked at once a second at most). Safe on any thread. */
bool site_post_by_slug(
	struct site *site, struct request *request, struct span slug, struct post *post);
bool site_post_by_path(
	struct site *site, struct request *request, struct span path, struct post *post);

/* The same for pages elsewhere, with the site as what these functions take first. */
extern const struct request_posts site_posts;

/* The newest posts as an Atom feed: 20, or 40 where memory is out. Safe on any thread. */
void site_atom(struct site *site, struct request *request, struct reply *reply);

#endif
