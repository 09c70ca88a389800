/*
 * What a page offers its reader to do: to comment, to pass on, and what leads to a guarded page.
 * Private to comments/.
 */
#ifndef KINDLING_COMMENTS_OFFER_H
#define KINDLING_COMMENTS_OFFER_H

#include "comments/visit.h"

/* Whether this reader may write on the post: to moderators it is never closed. */
bool offer_is_open(const struct visit *visit, const struct post *post);

/* How this reader leaves a comment on the post, or since when nobody does; and what waits for a
 * moderator, where that is theirs. */
void offer_comment(struct buf *page, struct visit *visit, const struct post *post);
/* The same for passing a comment on. */
void offer_answer(struct buf *page, struct visit *visit, const struct post *post, int64_t comment);

/* "=> URL" to a guarded page, with its guard for whoever showed a certificate. `path` is not
 * percent-encoded; it may be NULL, as memory was out. */
void offer_address(struct buf *page, struct visit *visit, const char *path);
/* The same, with a label, as a whole line. */
void offer_guarded(struct buf *page, struct visit *visit, const char *path, const char *label);

/* How a post's comments are followed. */
void offer_feeds(struct buf *page, const struct post *post);

#endif
