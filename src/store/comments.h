/*
 * Comments: written one by one, read in pages.
 */
#ifndef KINDLING_STORE_COMMENTS_H
#define KINDLING_STORE_COMMENTS_H

#include "store/store.h"

enum store_hold {
	STORE_HOLD_NONE,
	STORE_HOLD_FIRST /* until one of theirs was shown */,
	STORE_HOLD_ALL
};

/* Within one transaction: the same text by the same person in the same place since `repeat_since`
 * is STORE_REPEATED (its id in *id); `most` or more comments by the person since `count_since` is
 * STORE_TOO_MANY (*wait: seconds until the oldest of them leaves that window). STORE_NONE: no such
 * person here. STORE_BARRED: they are banned by now. STORE_GONE: what it answers is not shown any
 * more, or is not there. With a parent the slug is the parent's; what is given does not count. */
struct store_comment_new {
	struct span capsule, slug, text;
	int64_t person, now;
	int64_t parent; /* 0: the post itself */
	int64_t repeat_since, count_since;
	unsigned most;
	enum store_hold hold;
};
struct store_comment_added {
	int64_t id, wait;
	enum store_state state; /* STORE_SHOWN or STORE_HELD; of a repeated one too */
};
enum store_result store_comment_add(struct store *store, const struct store_comment_new *comment,
	struct store_comment_added *added);
/* Whether its person may write one more now: STORE_OK or STORE_TOO_MANY, with *wait as above. Looks
 * at `person`, `now`, `count_since` and `most` alone: asked before there is a text that could be
 * lost. */
enum store_result store_comment_may_add(
	struct store *store, const struct store_comment_new *comment, int64_t *wait);

/* By its author, who is not banned, else STORE_BARRED; what is neither shown nor held is
 * STORE_GONE. With STORE_HOLD_ALL an edited one is held again, and so is a first one with
 * STORE_HOLD_FIRST; a held one stays so. An equal text is STORE_OK and leaves no mark. */
struct store_comment_edit {
	struct span capsule, text;
	int64_t id, person, now;
	enum store_hold hold;
};
enum store_result store_comment_edit(
	struct store *store, const struct store_comment_edit *edit, enum store_state *state);

/* By its author, even a banned one; its text is gone (from the index of the search: words.h). Of
 * another: STORE_BARRED. What is deleted or removed already is STORE_GONE. */
enum store_result store_comment_delete(
	struct store *store, struct span capsule, int64_t id, int64_t person);

/* With its text in whatever state but the deleted: the caller looks who may see it. */
enum store_result store_comment_by_id(struct store *store, struct span capsule, int64_t id,
	struct arena *arena, struct store_comment *comment);

/* The lists below give the text of none but shown comments. A list "before" or "after" a comment
 * takes its id, 0 for the whole list; in a thread, one that has its place elsewhere or nowhere is
 * like 0. */

/* A post's listed comments, each before its answers, oldest first, after the comment `after`. */
enum store_result store_thread_page(struct store *store, struct span capsule, struct span slug,
	int64_t after, size_t most, struct arena *arena, struct store_comments *page);
/* The same without texts: for the picture of who passed it on to whom. */
enum store_result store_thread_tree(struct store *store, struct span capsule, struct span slug,
	int64_t after, size_t most, struct arena *arena, struct store_comments *page);
/* The listed comment with the most above it, and the first such: STORE_NONE in an empty thread. */
enum store_result store_thread_deepest(
	struct store *store, struct span capsule, struct span slug, int64_t *id, unsigned *depth);
/* The latest shown of a post, newest first. */
enum store_result store_thread_latest(struct store *store, struct span capsule, struct span slug,
	size_t most, struct arena *arena, struct store_comments *page);
/* The latest shown of the whole capsule, newest first. */
enum store_result store_recent(struct store *store, struct span capsule, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page);
/* Listed direct answers, oldest first. `total` is that of all of them. */
enum store_result store_answers(struct store *store, struct span capsule, int64_t id, int64_t after,
	size_t most, struct arena *arena, struct store_comments *page);
/* The chain above a comment, from the top down; of a long one the `most` nearest, and `more`.
 * `total` is how many it has. */
enum store_result store_chain(struct store *store, struct span capsule, int64_t id, size_t most,
	struct arena *arena, struct store_comments *page);
/* One person's shown ones, newest first. */
enum store_result store_comments_of(struct store *store, struct span capsule, int64_t person,
	int64_t before, size_t most, struct arena *arena, struct store_comments *page);
/* All of one's own but the deleted, with the texts of those that are shown, held or hidden. */
enum store_result store_comments_own(struct store *store, int64_t person, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page);
/* Shown ones of others that answer one person's, written since `since`, newest first. `total` is
 * 0 here: nothing counts them. */
enum store_result store_answers_to(struct store *store, int64_t person, int64_t since,
	int64_t before, size_t most, struct arena *arena, struct store_comments *page);

#endif
