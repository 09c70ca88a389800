/*
 * The store: people, comments, limits and pages.
 */
#include <pthread.h>

#include "store/rank.h"
#include "store/statements.h"
#include "stores.h"

static void a_person_is_found_by_key(void **state)
{
	(void)state;
	struct store_person person;
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(1), &w.arena, &person), STORE_NONE);
	int64_t id = 0;
	assert_int_equal(register_at(HERE, 1, S("Rosa"), S("rosa"), NOON, &id), STORE_OK);
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(1), &w.arena, &person), STORE_OK);
	assert_int_equal(person.id, id);
	assert_span_equal(person.name, "Rosa");
}

static void a_name_or_a_key_is_taken_once(void **state)
{
	(void)state;
	struct store_person person;
	int64_t rosa = person_of(1, "rosa"), id = -1;
	assert_int_equal(register_at(HERE, 2, S("ROSA"), S("rosa"), NOON, &id), STORE_TAKEN);
	assert_int_equal(register_at(HERE, 1, S("Luz"), S("luz"), NOON, &id), STORE_TAKEN);
	assert_int_equal(id, -1);
	/* The refused registration left nothing behind: the name is free, the key as it was. */
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(1), &w.arena, &person), STORE_OK);
	assert_int_equal(person.id, rosa);
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(2), &w.arena, &person), STORE_NONE);
	assert_true(person_of(2, "luz") > rosa);
}

static void capsules_do_not_know_of_each_other(void **state)
{
	(void)state;
	struct store_person person;
	struct store_comment comment;
	struct store_comments page;
	struct store_comment_added added;
	int64_t rosa = person_of(1, "rosa"), other = 0;
	assert_int_equal(
		store_person_by_key(w.store, THERE, key_of(1), &w.arena, &person), STORE_NONE);
	assert_int_equal(register_at(THERE, 1, S("rosa"), S("rosa"), NOON, &other), STORE_OK);
	assert_int_not_equal(other, rosa);

	int64_t written = write_one(rosa, ESSAY, "hello");
	assert_int_equal(
		store_comment_by_id(w.store, THERE, written, &w.arena, &comment), STORE_NONE);
	assert_int_equal(store_recent(w.store, THERE, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	assert_int_equal(
		store_thread_page(w.store, THERE, ESSAY, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	/* Nobody writes here who is registered there. */
	assert_int_equal(write_at(other, ESSAY, "hello", NOON, &added), STORE_NONE);
	assert_int_equal(write_at(9999, ESSAY, "hello", NOON, &added), STORE_NONE);
}

static void a_comment_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct store_comment comment;
	struct store_comment_added added = {0};
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(
		write_at(rosa, ESSAY, "caf\xc3\xa9\n\n=> x '; DROP TABLE", NOON, &added), STORE_OK);
	assert_int_equal(
		store_comment_by_id(w.store, HERE, added.id, &w.arena, &comment), STORE_OK);
	assert_int_equal(comment.id, added.id);
	assert_int_equal(comment.written, NOON);
	assert_span_equal(comment.slug, "posts/essay");
	assert_span_equal(comment.author, "rosa");
	assert_span_equal(comment.text, "caf\xc3\xa9\n\n=> x '; DROP TABLE");
	assert_int_equal(
		store_comment_by_id(w.store, HERE, added.id + 1, &w.arena, &comment), STORE_NONE);
}

static void the_same_text_counts_once(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	struct store_comment_added first = {0}, added = {0};
	struct store_comments page;
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON, &first), STORE_OK);
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON + 600, &added), STORE_REPEATED);
	assert_int_equal(added.id, first.id);
	assert_int_equal(write_at(rosa, S("posts/other"), "hello", NOON, &added), STORE_OK);
	assert_int_equal(write_at(luz, ESSAY, "hello", NOON, &added), STORE_OK);
	assert_int_equal(write_at(rosa, ESSAY, "hello!", NOON, &added), STORE_OK);
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON + 601, &added), STORE_OK);
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.total, 4);
}

static void ten_comments_an_hour_are_taken(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	struct store_comment_added added = {0};
	char text[32];
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof text, "number %d", i);
		assert_int_equal(write_at(rosa, ESSAY, text, NOON + i * 60, &added), STORE_OK);
	}
	assert_int_equal(write_at(rosa, ESSAY, "one more", NOON + 600, &added), STORE_TOO_MANY);
	assert_int_equal(added.wait, 3000);
	assert_int_equal(write_at(rosa, ESSAY, "one more", NOON + 3599, &added), STORE_TOO_MANY);
	assert_int_equal(added.wait, 1);
	assert_int_equal(write_at(luz, ESSAY, "one more", NOON + 3599, &added), STORE_OK);
	/* A repeat is told before the limit: it stores nothing. */
	assert_int_equal(write_at(rosa, ESSAY, "number 9", NOON + 600, &added), STORE_REPEATED);
	assert_int_equal(write_at(rosa, ESSAY, "one more", NOON + 3600, &added), STORE_OK);
	/* The clock was set back by a day: the wait is still an hour at most. */
	assert_int_equal(write_at(rosa, ESSAY, "another", NOON - 86400, &added), STORE_TOO_MANY);
	assert_int_equal(added.wait, 3600);
}

static void threads_are_read_in_pages(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), ids[7];
	struct store_comments page;
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 3, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	assert_int_equal(page.total, 0);
	for (size_t i = 0; i < 7; i++) {
		ids[i] = write_one(rosa, ESSAY, "hello");
		write_one(rosa, S("posts/other"), "elsewhere");
	}
	int64_t after = 0;
	for (size_t start = 0; start < 7; start += 3) {
		assert_int_equal(store_thread_page(w.store, HERE, ESSAY, after, 3, &w.arena, &page),
			STORE_OK);
		assert_int_equal(page.count, start < 6 ? 3 : 1);
		assert_int_equal(page.more, start < 6);
		assert_int_equal(page.total, 7);
		for (size_t i = 0; i < page.count; i++)
			assert_int_equal(page.items[i].id, ids[start + i]);
		after = page.items[page.count - 1].id;
	}
	/* Behind the last one there are none, but the total is still known. */
	assert_int_equal(
		store_thread_page(w.store, HERE, ESSAY, after, 3, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	assert_int_equal(page.total, 7);
	assert_false(page.more);
	/* A page that holds exactly the rest has nothing more. */
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 7, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 7);
	assert_false(page.more);
}

static void the_latest_come_first(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	struct store_comments page;
	int64_t first = write_one(rosa, ESSAY, "first");
	int64_t second = write_one(luz, S("posts/other"), "second");
	int64_t third = write_one(rosa, ESSAY, "third");

	assert_int_equal(store_thread_latest(w.store, HERE, ESSAY, 1, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.items[0].id, third);
	assert_true(page.more);
	assert_int_equal(page.total, 2);

	assert_int_equal(store_recent(w.store, HERE, 0, 2, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 2);
	assert_int_equal(page.items[0].id, third);
	assert_int_equal(page.items[1].id, second);
	assert_span_equal(page.items[1].slug, "posts/other");
	assert_span_equal(page.items[1].author, "luz");
	assert_true(page.more);
	assert_int_equal(page.total, 3);
	assert_int_equal(store_recent(w.store, HERE, second, 2, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 1);
	assert_int_equal(page.items[0].id, first);
	assert_false(page.more);

	assert_int_equal(store_comments_of(w.store, HERE, rosa, 0, 1, &w.arena, &page), STORE_OK);
	assert_int_equal(page.items[0].id, third);
	assert_true(page.more);
	assert_int_equal(page.total, 2);
	assert_int_equal(
		store_comments_of(w.store, HERE, rosa, third, 1, &w.arena, &page), STORE_OK);
	assert_int_equal(page.items[0].id, first);
	assert_false(page.more);
	assert_int_equal(store_comments_of(w.store, HERE, 9999, 0, 1, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
}

static void a_change_is_a_new_generation(void **state)
{
	(void)state;
	struct store_comments page;
	struct store_comment_added added;
	int64_t id;
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(w.generation, 1);
	write_one(rosa, ESSAY, "hello");
	assert_int_equal(w.generation, 2);
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON, &added), STORE_REPEATED);
	assert_int_equal(register_at(HERE, 1, S("x"), S("x"), NOON, &id), STORE_TAKEN);
	assert_int_equal(store_recent(w.store, HERE, 0, 2, &w.arena, &page), STORE_OK);
	assert_int_equal(w.generation, 2);
}

#define WRITERS          8
#define COMMENTS_OF_EACH 10

static void *write_many(void *argument)
{
	int64_t person = *(int64_t *)argument;
	struct store_comment_added added;
	char text[32];
	size_t failed = 0;
	for (int i = 0; i < COMMENTS_OF_EACH; i++) {
		snprintf(text, sizeof text, "%lld says %d", (long long)person, i);
		failed += write_at(person, ESSAY, text, NOON, &added) != STORE_OK;
	}
	return failed == 0 ? NULL : argument;
}

/* More threads than the store has connections. */
static void nothing_is_lost_among_threads(void **state)
{
	(void)state;
	pthread_t threads[WRITERS];
	int64_t people[WRITERS];
	char name[16];
	for (size_t i = 0; i < WRITERS; i++) {
		snprintf(name, sizeof name, "writer %zu", i);
		people[i] = person_of((unsigned char)i, name);
	}
	for (size_t i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_many, &people[i]), 0);
	for (size_t i = 0; i < WRITERS; i++) {
		void *failed;
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	struct store_comments page;
	const size_t all = WRITERS * COMMENTS_OF_EACH;
	assert_int_equal(
		store_thread_page(w.store, HERE, ESSAY, 0, all + 1, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, all);
	assert_int_equal(page.total, all);
	assert_int_equal(w.generation, WRITERS + all);
	for (size_t i = 1; i < all; i++)
		assert_true(page.items[i - 1].id < page.items[i].id);
}

/* However long a thread is, no statement reads all of it or sorts anything. Search has an index of
 * its own kind, which is "scanned". */
static void every_statement_begins_at_an_index(void **state)
{
	(void)state;
	static const char *const statements[] = {
#define TEXT(name, sql) (sql),
		STATEMENT_LIST(TEXT)
#undef TEXT
	};
	sqlite3 *db;
	struct rank rank;
	assert_int_equal(sqlite3_open(store_file(), &db), SQLITE_OK);
	assert_true(rank_register(db, &rank, &w.fault));
	for (size_t i = 0; i < STATEMENT_COUNT; i++) {
		char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", statements[i]);
		sqlite3_stmt *plan;
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &plan, NULL), SQLITE_OK);
		while (sqlite3_step(plan) == SQLITE_ROW) {
			const char *step = (const char *)sqlite3_column_text(plan, 3);
			bool scans = strstr(step, "SCAN") != NULL &&
				     strstr(step, "VIRTUAL TABLE INDEX") == NULL;
			if (scans || strstr(step, "TEMP") != NULL)
				fail_msg("%s: %s", statements[i], step);
		}
		sqlite3_finalize(plan);
		sqlite3_free(sql);
	}
	sqlite3_close(db);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_person_is_found_by_key),
		TEST(a_name_or_a_key_is_taken_once),
		TEST(capsules_do_not_know_of_each_other),
		TEST(a_comment_is_read_as_it_was_written),
		TEST(the_same_text_counts_once),
		TEST(ten_comments_an_hour_are_taken),
		TEST(threads_are_read_in_pages),
		TEST(the_latest_come_first),
		TEST(a_change_is_a_new_generation),
		TEST(nothing_is_lost_among_threads),
		TEST(every_statement_begins_at_an_index),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
