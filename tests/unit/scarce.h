/*
 * Asking for one page again and again: with a little more memory each time until it is enough, and
 * with each step of the store failing in turn.
 */
#ifndef KINDLING_TESTS_UNIT_SCARCE_H
#define KINDLING_TESTS_UNIT_SCARCE_H

#include <dlfcn.h>
#include <unistd.h>

#include "comments/visit.h"
#include "members.h"

struct scarce_ask {
	const char *path, *typed; /* typed: at a guarded page; NULL: nothing */
	unsigned char who;
	bool guarded;
};

/* ---- the store */

#define STEPS_ALL INT64_MAX

static int64_t steps_left = STEPS_ALL; /* of the store, before one fails; less than 0: it has */
static bool steps_failed;
static void (*steps_meanwhile)(void); /* called there instead, where nothing is written just then */

/* Stands in front of SQLite's for this program, but not for SQLite itself. */
__attribute__((visibility("hidden"))) int sqlite3_step(sqlite3_stmt *statement)
{
	static int (*real)(sqlite3_stmt *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_step");
	if (steps_left == STEPS_ALL || steps_left-- != 0)
		return real(statement);
	if (steps_meanwhile == NULL)
		return SQLITE_IOERR;
	if (sqlite3_get_autocommit(sqlite3_db_handle(statement)) != 0)
		steps_meanwhile();
	return real(statement);
}

static inline const char *kept_file(void)
{
	static char path[1024];
	snprintf(path, sizeof path, "%s", tree_at(&w.tree, "kept"));
	return path;
}

static inline void scarce_close(void)
{
	comments_free(comments);
	comments = NULL;
	store_end();
}

static inline void scarce_open(void)
{
	store_begin();
	comments = comments_new(&capsule, w.store, &shared, (struct counting){NULL, 0});
	assert_non_null(comments);
}

static inline void scarce_copy(const char *from, const char *to)
{
	static char bytes[4 << 20];
	FILE *file = fopen(from, "rb");
	assert_non_null(file);
	size_t len = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	assert_in_range(len, 1, sizeof bytes - 1);
	file = fopen(to, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* What the store holds now is what scarce_restore brings back. */
static inline void scarce_keep(void)
{
	scarce_close();
	scarce_copy(store_file(), kept_file());
	scarce_open();
}

static inline void scarce_restore(void)
{
	scarce_close();
	scarce_copy(kept_file(), store_file());
	/* A connection that has failed leaves what it wrote beside the store. */
	(void)unlink(tree_at(&w.tree, "var/kindling.db-wal"));
	(void)unlink(tree_at(&w.tree, "var/kindling.db-shm"));
	scarce_open();
}

/* ---- asking */

static inline bool list_posts_or_not(
	void *posts, struct request *asking, struct post **items, size_t *count)
{
	*count = 0;
	*items = arena_alloc(asking->arena, sizeof **items);
	if (*items == NULL)
		return false;
	*count = 1;
	return find_post(posts, asking, span_of(known_posts[0].slug), *items);
}

static const struct request_posts scarce_posts = {find_post, list_posts_or_not, read_post};

/* The request, ready to be made as often as one likes. */
static inline struct request scarce_request(const struct scarce_ask *ask)
{
	const char *path = ask->guarded ? guard_of(ask->path, ask->who) : ask->path;
	prepare_request(arena_printf(&w.arena, BASE "%s%s%s", path, ask->typed != NULL ? "?" : "",
				ask->typed != NULL ? ask->typed : ""),
		ask->who);
	request.posts = &scarce_posts;
	return request;
}

/* Makes it, with so much memory, and as many steps of the store before one that fails; steps_failed
 * tells afterwards whether it came to that. */
static inline void scarce_answer(const struct request *ready, struct arena *arena, size_t room,
	int64_t steps, const struct scarce_ask *ask)
{
	memset(rates_memory, 0, sizeof rates_memory);
	atomic_store(&comments->posts_indexed, 0);
	arena_init(arena, room);
	request = *ready;
	request.arena = arena;
	reply = (struct reply){.status = 0};
	steps_left = steps;
	comments_answer(comments, &request, &reply);
	steps_failed = steps_left < 0;
	steps_left = STEPS_ALL;
	if (reply.status < 10 || reply.status > 62)
		fail_msg("%s by %d: status %d", ask->path, ask->who, (int)reply.status);
}

static inline void scarce_done(struct arena *arena)
{
	body_close(&reply.body);
	arena_end(arena);
}

#endif
