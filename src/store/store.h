/*
 * The store: people, their certificates, and comments. The only place that knows SQL.
 *
 * Every call may block and belongs in a job. A store may be used by several threads at once; it
 * keeps a few connections and lends one to each call. Never carry one across a fork.
 * What a write acknowledged with STORE_OK survives kill -9 and loss of power.
 */
#ifndef KINDLING_STORE_STORE_H
#define KINDLING_STORE_STORE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/fault.h"

#define STORE_KEY_SIZE 32 /* a person's key: SHA-256 of a SubjectPublicKeyInfo */

struct store;

enum store_result {
	STORE_OK,
	STORE_NONE,     /* no such row */
	STORE_TAKEN,    /* the name, or the key, belongs to somebody already */
	STORE_REPEATED, /* the same text again: the first one counts, its id is given */
	STORE_TOO_MANY, /* over the limit: how many seconds to wait is given */
	STORE_RESTING   /* busy, full, damaged or out of memory; already logged */
};

/* `generation`, where not NULL, is counted up after each committed change: memory shared by all
 * workers, so that each can tell whether what it remembers is still true. */
struct store *store_open(const char *file, _Atomic uint64_t *generation, struct fault *fault);
void store_close(struct store *store);

struct store_person {
	int64_t id;
	struct span name;
};

enum store_result store_person_by_key(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], struct arena *arena, struct store_person *person);

/* `folded` is the form in which names are compared. */
enum store_result store_person_add(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], struct span name, struct span folded, int64_t now,
	int64_t *id);

struct store_comment {
	int64_t id;
	struct span slug;
	struct span author; /* the person's name now */
	struct span text;
	int64_t written; /* seconds since 1970, like all times here */
};

struct store_comments {
	struct store_comment *items;
	size_t count;
	bool more;      /* others follow in the same order */
	uint64_t total; /* how many there are in all */
};

/* Within one transaction: the same text by the same person on the same post since `repeat_since`
 * is STORE_REPEATED (its id in *id); `most` or more comments by the person since `count_since` is
 * STORE_TOO_MANY (*wait: seconds until the oldest of them leaves that window). */
struct store_comment_new {
	struct span capsule, slug, text;
	int64_t person, now;
	int64_t repeat_since, count_since;
	unsigned most;
};
enum store_result store_comment_add(
	struct store *store, const struct store_comment_new *comment, int64_t *id, int64_t *wait);

enum store_result store_comment_by_id(struct store *store, struct span capsule, int64_t id,
	struct arena *arena, struct store_comment *comment);

/* A post's comments, oldest first, after the comment `after` (0: from the beginning). */
enum store_result store_thread_page(struct store *store, struct span capsule, struct span slug,
	int64_t after, size_t most, struct arena *arena, struct store_comments *page);

/* The latest of a post, newest first. */
enum store_result store_thread_latest(struct store *store, struct span capsule, struct span slug,
	size_t most, struct arena *arena, struct store_comments *page);

/* The latest of the whole capsule, newest first, older than the comment `before` (0: the newest).
 */
enum store_result store_recent(struct store *store, struct span capsule, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page);

/* One person's, newest first, older than `before`. */
enum store_result store_comments_of(struct store *store, int64_t person, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page);

#endif
