/*
 * The conversation: everything under /comments/, the search, and the section under each post.
 */
#ifndef KINDLING_COMMENTS_COMMENTS_H
#define KINDLING_COMMENTS_COMMENTS_H

#include "base/counters.h"
#include "base/rates.h"
#include "page/reply.h"
#include "store/store.h"
#include "tls/secret.h"

struct comments;

/* What all capsules and workers share; made before the fork. `generation` as for store_open. */
struct comments_shared {
	_Atomic uint64_t *generation;
	struct rates *rates;
	unsigned char secret[SECRET_SIZE]; /* random, of this run: keys what must not be guessed */
};

/* One per capsule and worker; nothing is owned. `counting` is told of comments that were stored.
 * NULL: memory is out. */
struct comments *comments_new(const struct conf_capsule *capsule, struct store *store,
	const struct comments_shared *shared, struct counting counting);
void comments_free(struct comments *comments);

/* Every URL under /comments/, and /search. A job. */
page_handler comments_answer;

/* How many bytes at the end of a decoded path no log may hold: from a feed's secret on, from what
 * shows a code, from the name of whoever has lost a certificate, or from a guard. 0: none. */
size_t comments_path_private(struct span path);

/*
 * The section under a post, as gemtext that follows the post's own text.
 *
 * comments_section_known runs in the loop: true when the section for this reader (one without a
 * certificate) is remembered and still true; *section is then a copy in the request's arena.
 * comments_section is a job: asks the store, and remembers. Where the store rests, the section says
 * so and the post is served all the same.
 */
bool comments_section_known(struct comments *comments, struct request *request,
	const struct post *post, struct span *section);
struct span comments_section(
	struct comments *comments, struct request *request, const struct post *post);

#endif
