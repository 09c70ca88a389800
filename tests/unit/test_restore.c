/*
 * Copies put back in the place of the store, also while others write; and those that are refused.
 */
#include "copies.h"
#include "store/migrations.h"
#include "store/moderation.h"
#include "store/steps.h"

static bool restore(void)
{
	return store_restore(w.spec, copy_file(), NULL, NULL, &w.fault);
}

static void assert_refused(const char *words)
{
	assert_fault(restore(), words);
	assert_non_null(strstr(w.fault.text, "nothing was restored"));
}

static void a_store_in_use_is_given_back_what_it_held(void **state)
{
	(void)state;
	struct store_person person;
	int64_t rosa = person_of(1, "rosa");
	int64_t id = write_one(rosa, ESSAY, "before");
	back_up();
	for (int i = 0; i < 30; i++)
		write_one(rosa, ESSAY, "after");
	int64_t ibrahim = person_of(2, "ibrahim");
	assert_int_equal(recent(), 31);
	if (!restore())
		fail_msg("%s", w.fault.text);
	/* The same connections, with the statements that they have prepared. */
	assert_int_equal(recent(), 1);
	assert_int_equal(store_person_by_id(w.store, HERE, ibrahim, &w.arena, &person), STORE_NONE);
	assert_int_equal(write_one(rosa, ESSAY, "later"), id + 1);
	assert_int_equal(recent(), 2);
	assert_int_equal(
		ask_file("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
	assert_int_equal(
		ask_file(
			"SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
		1);
}

/* Whoever reads or writes meanwhile gets one store or the other, whole. */
static void a_restore_while_others_write_takes_effect_at_once(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	for (int i = 0; i < 20; i++)
		write_one(rosa, ESSAY, "before");
	back_up();
	pid_t writer = start_writer(rosa);
	for (int i = 0; i < 5; i++) {
		while (ask_file("SELECT comments FROM capsules") == 20)
			continue;
		if (!restore())
			fail_msg("%s", w.fault.text);
		assert_int_equal(ask_file("SELECT comments = (SELECT count(*) FROM comments)"
					  " FROM capsules"),
			1);
	}
	stop_writer(writer);
	assert_int_equal(
		ask_file(
			"SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
		1);
}

static void a_restore_that_cannot_write_changes_nothing(void **state)
{
	(void)state;
	sqlite3 *db;
	int64_t rosa = person_of(1, "rosa");
	back_up();
	write_one(rosa, ESSAY, "after");
	assert_int_equal(sqlite3_open(store_file(), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_fault(restore(), "it is as it was");
	sqlite3_close(db);
	assert_int_equal(recent(), 1);
}

static void a_store_that_is_gone_comes_back(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), ESSAY, "before");
	back_up();
	store_end();
	tree_remove(&w.tree, "var");
	assert_true(restore());
	store_begin();
	assert_int_equal(recent(), 1);
}

static void a_damaged_store_has_to_be_moved_away_first(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), ESSAY, "before");
	back_up();
	store_end();
	tree_file(&w.tree, "var/kindling.db", "This is no database, it is a letter to somebody.");
	assert_fault(restore(), "move it away");
	tree_remove(&w.tree, "var/kindling.db");
	assert_true(restore());
	store_begin();
	assert_int_equal(recent(), 1);
}

/* An older program's copy. */
static void an_older_copy_is_brought_up_to_date(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	write_one(rosa, ESSAY, "now");
	tell_copy(steps_sql[0]);
	tell_copy("PRAGMA user_version = 1;"
		  "INSERT INTO capsules (host) VALUES ('here.example');"
		  "INSERT INTO people (capsule, name, folded, registered) VALUES (1, 'Old', 'old', "
		  "1);"
		  "INSERT INTO threads (capsule, slug) VALUES (1, 'posts/essay');"
		  "INSERT INTO comments (capsule, thread, person, text, written)"
		  " VALUES (1, 1, 1, 'first', 1), (1, 1, 1, 'second', 2)");
	if (!restore())
		fail_msg("%s", w.fault.text);
	assert_int_equal(recent(), 2);
	assert_int_equal(ask_file("PRAGMA user_version"), migrations_latest());
	assert_int_equal(ask_copy("PRAGMA user_version"), 1);
	answer_one(1, 2, "an answer");
	assert_int_equal(recent(), 3);
}

static void a_newer_store_has_to_be_moved_away_first(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), ESSAY, "before");
	back_up();
	store_end();
	tell_file("PRAGMA user_version = 99");
	assert_fault(restore(), "move it away");
	tree_remove(&w.tree, "var");
	assert_true(restore());
	store_begin();
	assert_int_equal(recent(), 1);
}

static int64_t find(const char *table, const char *word)
{
	char sql[200];
	snprintf(
		sql, sizeof sql, "SELECT count(*) FROM %s WHERE %s MATCH '%s'", table, table, word);
	return ask_file(sql);
}

/* No pragma of SQLite looks into these. */
static void a_damaged_index_of_the_search_is_made_again(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	write_one(rosa, ESSAY, "a lemon");
	int64_t hidden = write_one(rosa, ESSAY, "a lemon that is hidden");
	tell_file("INSERT INTO posts (capsule, slug, title, stamp, text)"
		  " VALUES (1, 'posts/essay', 'Essay', 1, 'about lemon trees')");
	const struct store_order order = {.capsule = HERE,
		.act = STORE_ACT_HIDE,
		.subject = hidden,
		.reason = S("so"),
		.now = NOON};
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
	back_up();
	tell_copy("UPDATE comment_words_data SET block = zeroblob(9) WHERE id > 10;"
		  "UPDATE post_words_data SET block = zeroblob(9) WHERE id > 10");
	if (!restore())
		fail_msg("%s", w.fault.text);
	assert_int_equal(find("comment_words", "lemon"), 1);
	assert_int_equal(find("post_words", "lemon"), 1);
	/* What is hidden has not come into it. */
	assert_int_equal(find("comment_words", "hidden"), 0);
	/* One that lacks a part cannot be mended. */
	tell_copy("DROP TABLE comment_words_idx");
	assert_refused("search");
	assert_int_equal(find("comment_words", "lemon"), 1);
}

/* The file alone, without what stands beside it, might be an empty one. */
static void a_copy_made_by_hand_is_not_restored_without_its_latest_part(void **state)
{
	(void)state;
	char wal[1024 + sizeof "-wal"];
	static char bytes[1 << 20];
	write_one(person_of(1, "rosa"), ESSAY, "before");
	for (int i = 0; i < 2; i++) {
		const char *suffix = i == 0 ? "" : "-wal";
		snprintf(wal, sizeof wal, "%s%s", store_file(), suffix);
		FILE *from = fopen(wal, "rb");
		snprintf(wal, sizeof wal, "%s%s", copy_file(), suffix);
		FILE *to = fopen(wal, "wb");
		assert_non_null(from);
		assert_non_null(to);
		size_t size = fread(bytes, 1, sizeof bytes, from);
		assert_in_range(size, 1, sizeof bytes - 1);
		assert_int_equal(fwrite(bytes, 1, size, to), size);
		fclose(from);
		fclose(to);
	}
	assert_refused("copied by hand");
	assert_int_equal(recent(), 1);
	/* What the fault says to do. */
	char whole[1024];
	snprintf(whole, sizeof whole, "%s", tree_at(&w.tree, "whole"));
	assert_true(store_backup(copy_file(), whole, NULL, NULL, &w.fault));
	write_one(1, ESSAY, "after");
	if (!store_restore(w.spec, whole, NULL, NULL, &w.fault))
		fail_msg("%s", w.fault.text);
	assert_int_equal(recent(), 1);
}

static void what_is_not_a_good_copy_is_refused(void **state)
{
	(void)state;
	static char garbage[4096], text[1000];
	memset(garbage, 0xa5, sizeof garbage);
	memset(text, 'x', sizeof text - 1);
	int64_t rosa = person_of(1, "rosa");
	for (int i = 0; i < 100; i++)
		write_one(rosa, ESSAY, text);
	assert_fault(restore(), "No such file");
	tree_file(&w.tree, "copy", "");
	assert_refused("empty");
	tree_file(&w.tree, "copy", "This is no database, it is a letter to somebody.");
	assert_refused("not a database");
	tree_remove(&w.tree, "copy");
	tell_copy("CREATE TABLE recipes (name TEXT)");
	assert_refused("another program");
	tree_remove(&w.tree, "copy");
	tree_folder(&w.tree, "copy");
	assert_fault(restore(), "not a regular file");
	tree_remove(&w.tree, "copy");
	back_up();
	tell_copy("PRAGMA user_version = 99");
	assert_refused("start the newer program");
	tell_copy("PRAGMA user_version = 2; PRAGMA foreign_keys = OFF; DELETE FROM threads");
	assert_refused("leads nowhere");
	tree_remove(&w.tree, "copy");
	back_up();
	/* An index that does not say what its table says is found only by looking thoroughly. */
	tell_copy("PRAGMA writable_schema = ON;"
		  "UPDATE sqlite_master SET sql = replace(sql, '(person, written)',"
		  " '(written, person)') WHERE name = 'comments_person_written'");
	assert_refused("damaged");
	tree_remove(&w.tree, "copy");
	back_up();
	int fd = open(copy_file(), O_RDWR);
	struct stat info;
	assert_int_equal(fstat(fd, &info), 0);
	for (off_t at = info.st_size / 2; at < info.st_size; at += 4096)
		assert_int_equal(pwrite(fd, garbage, sizeof garbage, at), sizeof garbage);
	close(fd);
	assert_refused("damaged");
	assert_int_equal(truncate(copy_file(), 8 * 4096), 0);
	assert_refused("");
	assert_int_equal(recent(), 50);
	assert_int_equal(ask_file("SELECT comments FROM capsules"), 100);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_store_in_use_is_given_back_what_it_held),
		TEST(a_restore_while_others_write_takes_effect_at_once),
		TEST(a_restore_that_cannot_write_changes_nothing),
		TEST(a_store_that_is_gone_comes_back),
		TEST(a_damaged_store_has_to_be_moved_away_first),
		TEST(a_newer_store_has_to_be_moved_away_first),
		TEST(an_older_copy_is_brought_up_to_date),
		TEST(a_damaged_index_of_the_search_is_made_again),
		TEST(a_copy_made_by_hand_is_not_restored_without_its_latest_part),
		TEST(what_is_not_a_good_copy_is_refused),
	};
	return cmocka_run_group_tests_name("restore", tests, NULL, NULL);
}
