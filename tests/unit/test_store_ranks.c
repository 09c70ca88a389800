/*
 * What the search ranks first, and what its index keeps of texts that were erased.
 */
#include "hits.h"

#include "store/comments.h"
#include "store/moderation.h"
#include "store/words.h"

static void the_best_come_first(void **state)
{
	int64_t rosa = person_of(1, "rosa");
	struct span typed = S("lemons");
	(void)state;
	write_one(rosa, ESSAY,
		"A long story of many words about a neighbour who leaves lemons on a wall, and "
		"about a great many other things that have nothing to do with them at all.");
	write_one(rosa, ESSAY, "Lemons, lemons, lemons.");
	write_one(rosa, ESSAY, "Lemons on the wall again.");
	assert_found("lemons", "2 3 1");
	assert_int_equal(
		store_search_comments(w.store, HERE, typed, 1, 1, &w.arena, &hits), STORE_OK);
	assert_int_equal(hits.count, 1);
	assert_int_equal(hits.items[0].id, 3);
	assert_true(hits.more);
	assert_int_equal(
		store_search_comments(w.store, HERE, typed, 2, 1, &w.arena, &hits), STORE_OK);
	assert_int_equal(hits.items[0].id, 1);
	assert_false(hits.more);
	assert_int_equal(
		store_search_comments(w.store, HERE, typed, SIZE_MAX, SIZE_MAX, &w.arena, &hits),
		STORE_OK);
	assert_int_equal(hits.count, 0);
	assert_int_equal(
		store_search_comments(w.store, HERE, typed, 0, 0, &w.arena, &hits), STORE_OK);
	assert_true(hits.more);
}

static void what_makes_one_better(void **state)
{
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	write_one(rosa, ESSAY, "a door and a key");              /* 1 */
	write_one(rosa, ESSAY, "a door, a door, a door, a key"); /* 2: more often */
	write_one(rosa, ESSAY, "door key");                      /* 3: among fewer */
	write_one(rosa, ESSAY, "a door and a key");              /* 4: newer than 1 */
	assert_found("door key", "3 2 4 1");
	assert_found("\"a key\"", "4 1 2");
	/* Words that others have do not push this one's apart: nothing is counted for a rank. */
	write_one(rosa, S("posts/other"), "key key key");
	assert_found("door", "2 3 4 1");
	/* However often another capsule's number is in a text. */
	write_one(rosa, ESSAY, "window 1 1 1 1");
	write_one(rosa, ESSAY, "window 2 3 4 5");
	assert_found("window", "7 6");
}

static void of_many_the_newest_are_ranked(void **state)
{
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	write_one(rosa, ESSAY, "Pears.");
	write_one(rosa, ESSAY, "Pears, pears.");
	tell_file("WITH RECURSIVE n (i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)"
		  " INSERT INTO comments (capsule, thread, person, text, written)"
		  " SELECT capsule, thread, person, 'Pears in a sentence of some length.', i"
		  " FROM n JOIN comments c ON c.id = 1");
	search_comments(HERE, "pears");
	assert_int_equal(hits.items[0].id, 2); /* a thousand, with it */
	write_one(rosa, ESSAY, "Pears, pears, pears.");
	search_comments(HERE, "pears");
	assert_int_equal(hits.items[0].id, 1002);
	assert_int_not_equal(hits.items[1].id, 2);
	assert_true(hits.more);
}

static void put(const char *slug, const char *title, const char *text)
{
	const struct store_post post = {.slug = span_of(slug), .title = span_of(title)};
	assert_int_equal(store_post_put(w.store, HERE, &post, span_of(text)), STORE_OK);
}

static void assert_posts(const char *typed, const char *first, const char *second)
{
	assert_int_equal(store_search_posts(w.store, HERE, span_of(typed), 0, 20, &w.arena, &hits),
		STORE_OK);
	assert_int_equal(hits.count, 2);
	assert_span_equal(hits.items[0].slug, first);
	assert_span_equal(hits.items[1].slug, second);
}

static void a_title_counts_four_times(void **state)
{
	(void)state;
	put("posts/a", "Plums",
		"A text of many words about a fruit that is not named again, until the very end.");
	put("posts/b", "Fruit", "Plums.");
	put("posts/c", "Three", "quince quince quince");
	put("posts/d", "Three", "a quince there");
	assert_posts("plums", "posts/a", "posts/b");
	assert_posts("quince", "posts/c", "posts/d");
	put("posts/c", "Three", "of a good quince neighbour there");
	assert_posts("quince", "posts/d", "posts/c");
}

static int64_t index_parts(void)
{
	return ask_file("SELECT count(DISTINCT segid) FROM comment_words_idx");
}

static bool index_has(const char *word)
{
	char sql[160];
	snprintf(sql, sizeof sql,
		"SELECT count(*) FROM comment_words_data WHERE instr(block, CAST('%s' AS BLOB))",
		word);
	return ask_file(sql) > 0;
}

/* Neither as a word of its own nor as one that is noted as deleted. */
static void erased_words_leave_the_index(void **state)
{
	enum store_state after;
	int64_t rosa = person_of(1, "rosa");
	int64_t deleted = write_one(rosa, ESSAY, "zyzzyva");
	int64_t removed = write_one(rosa, ESSAY, "yttrium");
	int64_t edited = write_one(rosa, ESSAY, "xylophone");
	(void)state;
	write_one(rosa, ESSAY, "a word that stays");
	const struct store_order order = {
		.capsule = HERE, .act = STORE_ACT_REMOVE, .subject = removed, .now = NOON};
	assert_true(index_has("zyzzyva") && index_has("yttrium") && index_has("xylophone"));
	assert_int_equal(store_comment_delete(w.store, HERE, deleted, rosa), STORE_OK);
	assert_false(index_has("zyzzyva"));
	assert_true(index_has("yttrium"));
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
	assert_false(index_has("yttrium"));
	const struct store_comment_edit edit = {
		.capsule = HERE, .text = S("apple pie"), .id = edited, .person = rosa, .now = NOON};
	assert_int_equal(store_comment_edit(w.store, &edit, &after), STORE_OK);
	assert_false(index_has("xylophone"));
	assert_found("apple", "3");
	assert_found("stays", "4");
	assert_int_equal(index_parts(), 1);
}

/* What is not merged at once costs no more because of it. */
static void a_large_index_is_left_to_later_writes(void **state)
{
	int64_t rosa = person_of(1, "rosa");
	int64_t deleted = write_one(rosa, ESSAY, "zyzzyva");
	(void)state;
	tell_file("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
		  " INSERT INTO comments (capsule, thread, person, text, written)"
		  " SELECT capsule, thread, person, 'Number' || i || ' has a few words of its own'"
		  " || (i * 7), i FROM n JOIN comments c ON c.id = 1");
	const int64_t pages = ask_file("SELECT count(*) FROM comment_words_data");
	assert_in_range(pages, WORDS_PAGES_MAX + 1, INT64_MAX);
	assert_int_equal(store_comment_delete(w.store, HERE, deleted, rosa), STORE_OK);
	assert_true(index_parts() > 1);
	assert_found("zyzzyva", "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_best_come_first),
		TEST(what_makes_one_better),
		TEST(of_many_the_newest_are_ranked),
		TEST(a_title_counts_four_times),
		TEST(erased_words_leave_the_index),
		TEST(a_large_index_is_left_to_later_writes),
	};
	return cmocka_run_group_tests_name("store_ranks", tests, NULL, NULL);
}
