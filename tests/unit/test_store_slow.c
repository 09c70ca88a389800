/*
 * Searches that would take long: what bounds their work, and what is given when their time is over.
 */
#include "hits.h"
#include "slow.h"

#include "capture.h"

#define COMMENT_BYTES 65536
#define LOOKS         30 /* at the clock, of which any may be the last */

/* So often until the text has that many bytes; # stands for the number of the time. */
static const char *repeated(const char *format, size_t bytes)
{
	struct buf text;
	buf_init(&text, &w.arena, 8 << 20);
	for (size_t i = 0; text.len < bytes; i++)
		for (const char *at = format; *at != '\0'; at++)
			*at == '#' ? buf_printf(&text, "%zx", i) : buf_byte(&text, *at);
	buf_byte(&text, '\0');
	assert_false(buf_failed(&text));
	return text.data;
}

static void fill(size_t count, const char *text)
{
	sqlite3 *db;
	sqlite3_stmt *add;
	assert_int_equal(sqlite3_open(store_file(), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
			"INSERT INTO comments (capsule, thread, person, text, written)"
			" SELECT capsule, thread, person, ?1, 1 FROM comments WHERE id = 1",
			-1, &add, NULL),
		SQLITE_OK);
	for (size_t i = 0; i < count; i++) {
		sqlite3_bind_text(add, 1, text, -1, SQLITE_STATIC);
		assert_int_equal(sqlite3_step(add), SQLITE_DONE);
		sqlite3_reset(add);
	}
	sqlite3_finalize(add);
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void begin_with_one(void)
{
	write_one(person_of(1, "rosa"), ESSAY, "the first one of all");
}

/* FTS5's snippet takes half a second for each of these; all of ours together take a few ms. */
static void one_word_many_times(void **state)
{
	(void)state;
	begin_with_one();
	fill(40, repeated("a ", COMMENT_BYTES));
	fill(40, repeated("kindness ", COMMENT_BYTES));
	static const char *const typed[] = {"a", "kindness", "ki*", "kin*", "kind*", "a a a"};
	double before = cpu_seconds();
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		const bool letter = typed[i][0] == 'a';
		search_comments(HERE, typed[i]);
		assert_int_equal(hits.count, 20);
		assert_true(hits.more);
		assert_false(hits.unfinished);
		assert_int_equal(hits.items[0].id, letter ? 41 : 81);
		assert_true(span_starts_with(
			hits.items[19].context, letter ? S("a a a a") : S("kindness kind")));
	}
	assert_true(cpu_seconds() - before < 3);
}

/* What comes after the twentieth is the same to the rank. */
static void so_many_are_counted(void **state)
{
	(void)state;
	begin_with_one();
	fill(1, repeated("pear plum ", 10 * 30));
	fill(1, repeated("pear pear ", 10 * 30));
	search_comments(HERE, "pear");
	assert_int_equal(hits.count, 2);
	assert_int_equal(hits.items[0].id, 3); /* the newer one of equals */
	fill(1, repeated("pear ", 19 * 5));
	search_comments(HERE, "pear");
	assert_int_equal(hits.items[0].id, 4); /* among fewer */
}

static const char *const slow_ones[] = {
	"the",
	"the first",
	"\"the end\"",
	"\"end the\"",
	"the* en*",
	"word*",
	"word00* word1*",
	"the \"of the\" wor*",
};

static bool has(const struct store_hits *all, int64_t id)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].id == id)
			return true;
	return false;
}

/* Wherever it ends, what it gives is of what it would give, and the store is sound. */
static void ended_at(const char *typed, int64_t looks)
{
	struct store_hits all;
	assert_int_equal(
		store_search_comments(w.store, HERE, span_of(typed), 0, 100, &w.arena, &all),
		STORE_OK);
	assert_false(all.unfinished);
	slow_ms = STORE_SEARCH_MS / looks;
	enum store_result result =
		store_search_comments(w.store, HERE, span_of(typed), 0, 100, &w.arena, &hits);
	slow_ms = 0;
	if (result != STORE_OK)
		fail_msg("%s, %d: %d", typed, (int)looks, (int)result);
	assert_true(hits.count <= all.count);
	assert_true(!hits.unfinished || hits.more);
	assert_true(hits.unfinished || hits.count == all.count);
	for (size_t i = 0; i < hits.count; i++) {
		assert_true(all.more || has(&all, hits.items[i].id));
		assert_true(hits.items[i].context.len > 0);
	}
}

static void its_time_is_over(void **state)
{
	size_t ended = 0, found_some = 0;
	(void)state;
	begin_with_one();
	fill(60, repeated("word# and the first of words, the end; ", 3000));
	fill(60, "the first line and the end of it: word00 word11 of the");
	capture_begin();
	for (size_t i = 0; i < sizeof slow_ones / sizeof slow_ones[0]; i++) {
		for (int64_t looks = 1; looks <= LOOKS; looks++) {
			arena_end(&w.arena);
			ended_at(slow_ones[i], looks);
			ended += hits.unfinished;
			found_some += hits.unfinished && hits.count > 0;
		}
	}
	assert_string_equal(capture_end(), "");
	assert_in_range(ended, 80, sizeof slow_ones / sizeof slow_ones[0] * LOOKS - 1);
	assert_in_range(found_some, 20, ended - 20);
}

/* The newest are those that it has looked at by then. */
static void the_newest_are_found_in_time(void **state)
{
	(void)state;
	begin_with_one();
	fill(500, "the end");
	slow_ms = STORE_SEARCH_MS / 10;
	search_comments(HERE, "the end");
	slow_ms = 0;
	assert_true(hits.unfinished && hits.more);
	assert_int_equal(hits.count, 20);
	for (size_t i = 0; i < hits.count; i++)
		assert_int_equal(hits.items[i].id, 501 - (int64_t)i);
	/* Neither the next search nor a change ends. */
	slow_ms = STORE_SEARCH_MS;
	const struct store_post post = {.slug = ESSAY, .title = S("The end"), .stamp = 1};
	const char *text = repeated("word# ", 100000);
	assert_int_equal(store_post_put(w.store, HERE, &post, span_of(text)), STORE_OK);
	struct store_post *items;
	size_t count;
	assert_int_equal(store_posts(w.store, HERE, &w.arena, &items, &count), STORE_OK);
	assert_int_equal(count, 1);
	slow_ms = 0;
	search_comments(HERE, "the end");
	assert_false(hits.unfinished);
}

static void posts_end_as_well(void **state)
{
	bool found_some = false;
	(void)state;
	for (int i = 0; i < 60; i++) {
		const struct store_post post = {
			.slug = span_of(arena_printf(&w.arena, "posts/%d", i)),
			.title = S("A title"),
			.stamp = 1};
		assert_int_equal(
			store_post_put(w.store, HERE, &post, S("a text of words")), STORE_OK);
	}
	for (int looks = 1; looks <= LOOKS; looks++) {
		slow_ms = STORE_SEARCH_MS / looks;
		assert_int_equal(
			store_search_posts(w.store, HERE, S("a text"), 0, 20, &w.arena, &hits),
			STORE_OK);
		slow_ms = 0;
		assert_true(hits.more && hits.count <= 20);
		found_some |= hits.unfinished && hits.count > 0;
	}
	assert_true(found_some);
	assert_int_equal(
		store_search_posts(w.store, HERE, S("a text"), 0, 100, &w.arena, &hits), STORE_OK);
	assert_false(hits.unfinished || hits.more);
	assert_int_equal(hits.count, 60);
}

static void so_many_search_at_once(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < STORE_SEARCHES; i++)
			assert_true(store_search_begin(w.store));
		assert_false(store_search_begin(w.store));
		assert_false(store_search_begin(w.store));
		store_search_end(w.store);
		assert_true(store_search_begin(w.store));
		assert_false(store_search_begin(w.store));
		for (int i = 0; i < STORE_SEARCHES; i++)
			store_search_end(w.store);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_word_many_times),
		TEST(so_many_are_counted),
		TEST(its_time_is_over),
		TEST(the_newest_are_found_in_time),
		TEST(posts_end_as_well),
		TEST(so_many_search_at_once),
	};
	return cmocka_run_group_tests_name("store_slow", tests, NULL, NULL);
}
