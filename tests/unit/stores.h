/*
 * A store of its own for each test, and a few people in it.
 */
#ifndef KINDLING_TESTS_UNIT_STORES_H
#define KINDLING_TESTS_UNIT_STORES_H

#include <sqlite3.h>

#include "base/log.h"
#include "store/comments.h"
#include "store/file.h"
#include "store/people.h"
#include "tree.h"

#define HERE  S("here.example")
#define THERE S("there.example")
#define ESSAY S("posts/essay")
#define NOON  INT64_C(1800000000)

struct world {
	struct tree tree;
	struct arena arena;
	struct fault fault;
	char spec[128];
	struct store *store;
	_Atomic uint64_t generation;
	int64_t written; /* comments by write_one and answer_one */
};

static struct world w;

static inline const char *store_file(void)
{
	return tree_at(&w.tree, "var/kindling.db");
}

static inline void store_begin(void)
{
	if (!store_prepare(w.spec, &w.fault))
		fail_msg("%s", w.fault.text);
	w.store = store_open(w.spec, &w.generation, &w.fault);
	if (w.store == NULL)
		fail_msg("%s", w.fault.text);
}

static inline void store_end(void)
{
	store_close(w.store);
	w.store = NULL;
}

/* Only the folder: the store is for the test to open. */
static inline int world_begin(void **state)
{
	(void)state;
	w = (struct world){0};
	tree_begin(&w.tree);
	snprintf(w.spec, sizeof w.spec, "%s", store_file());
	arena_init(&w.arena, 64 << 20);
	return 0;
}

static inline int world_begin_open(void **state)
{
	world_begin(state);
	store_begin();
	return 0;
}

static inline int world_end(void **state)
{
	(void)state;
	store_end();
	arena_end(&w.arena);
	tree_end(&w.tree);
	return 0;
}

/* The key of one certificate in a test. */
static inline const unsigned char *key_of(unsigned char number)
{
	static unsigned char keys[256][STORE_KEY_SIZE];
	memset(keys[number], number, STORE_KEY_SIZE);
	return keys[number];
}

static inline enum store_result register_at(struct span capsule, unsigned char number,
	struct span name, struct span folded, int64_t now, int64_t *id)
{
	const struct store_person_new person = {.capsule = capsule,
		.name = name,
		.folded = folded,
		.key = key_of(number),
		.now = now,
		.ends = now + 86400};
	return store_person_add(w.store, &person, id);
}

/* Registers a person of HERE under a name that folds to itself. */
static inline int64_t person_of(unsigned char number, const char *name)
{
	int64_t id = 0;
	assert_int_equal(
		register_at(HERE, number, span_of(name), span_of(name), NOON, &id), STORE_OK);
	assert_true(id > 0);
	return id;
}

/* Below `parent`, or where it is 0, under the post. */
static inline enum store_result write_below(int64_t person, struct span slug, int64_t parent,
	const char *text, int64_t now, struct store_comment_added *added)
{
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = slug,
		.text = span_of(text),
		.person = person,
		.parent = parent,
		.now = now,
		.repeat_since = now - 600,
		.count_since = now - 3600,
		.most = 10};
	return store_comment_add(w.store, &comment, added);
}

static inline enum store_result write_at(int64_t person, struct span slug, const char *text,
	int64_t now, struct store_comment_added *added)
{
	return write_below(person, slug, 0, text, now, added);
}

/* Each an hour and more after the one before it, so that no limit stands in its way. */
static inline int64_t answer_one(int64_t person, int64_t parent, const char *text)
{
	struct store_comment_added added = {0};
	int64_t now = NOON + 3601 * w.written++;
	assert_int_equal(write_below(person, ESSAY, parent, text, now, &added), STORE_OK);
	return added.id;
}

static inline int64_t write_one(int64_t person, struct span slug, const char *text)
{
	struct store_comment_added added = {0};
	int64_t now = NOON + 3601 * w.written++;
	assert_int_equal(write_at(person, slug, text, now, &added), STORE_OK);
	return added.id;
}

/* Around the store: what a file holds, the store's above all, and what to put there. */
static inline int64_t ask_at(const char *file, const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static inline void tell_at(const char *file, const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(file, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static inline int64_t ask_file(const char *sql)
{
	return ask_at(store_file(), sql);
}

static inline void tell_file(const char *sql)
{
	tell_at(store_file(), sql);
}

#endif
