/*
 * Copies of the store's file: made while others write, looked over, and put back.
 */
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "store/migrations.h"
#include "store/steps.h"
#include "store/transfer.h"
#include "stores.h"

static const char *copy_file(void)
{
	static char path[1024];
	snprintf(path, sizeof path, "%s", tree_at(&w.tree, "copy"));
	return path;
}

static int64_t told_done, told_whole;

static void tell(void *context, int64_t done, int64_t whole)
{
	assert_ptr_equal(context, &told_done);
	told_done = done;
	told_whole = whole;
}

static void back_up(void)
{
	if (!store_backup(w.spec, copy_file(), tell, &told_done, &w.fault))
		fail_msg("%s", w.fault.text);
}

static void assert_fault(bool well, const char *words)
{
	assert_false(well);
	if (strstr(w.fault.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w.fault.text, words);
}

static bool restore(void)
{
	return store_restore(w.spec, copy_file(), NULL, NULL, &w.fault);
}

static void assert_refused(const char *words)
{
	assert_fault(restore(), words);
	assert_non_null(strstr(w.fault.text, "nothing was restored"));
}

/* Runs SQL on another file than the store's. */
static void tell_copy(const char *sql)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(copy_file(), &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static int64_t ask_copy(const char *sql)
{
	sqlite3 *db;
	sqlite3_stmt *statement;
	assert_int_equal(sqlite3_open(copy_file(), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return number;
}

static size_t recent(void)
{
	struct store_comments page;
	assert_int_equal(store_recent(w.store, HERE, 0, 50, &w.arena, &page), STORE_OK);
	return page.count;
}

static void a_copy_is_one_file_for_its_owner(void **state)
{
	(void)state;
	struct stat info;
	static char text[2000];
	memset(text, 'x', sizeof text - 1);
	int64_t rosa = person_of(1, "rosa");
	for (int i = 0; i < 600; i++)
		write_one(rosa, ESSAY, text);
	back_up();
	assert_int_equal(stat(copy_file(), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(ask_copy("SELECT count(*) FROM comments"), 600);
	/* Asking made nothing beside it: it is no WAL database any more. */
	assert_int_equal(access(tree_at(&w.tree, "copy-wal"), F_OK), -1);
	assert_int_equal(ask_copy("SELECT count(*) FROM pragma_journal_mode"
				  " WHERE journal_mode = 'delete'"),
		1);
	assert_in_range(told_done, 1, told_whole);
	assert_int_equal(told_whole, ask_copy("PRAGMA page_count"));
}

/* How many names stand in the test's folder. */
static size_t count_names(void)
{
	size_t count = 0;
	char command[1024];
	snprintf(command, sizeof command, "%s", tree_at(&w.tree, ""));
	DIR *folder = opendir(command);
	assert_non_null(folder);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
		count += entry->d_name[0] != '.';
	closedir(folder);
	return count;
}

static void a_backup_that_cannot_be_made_leaves_nothing(void **state)
{
	(void)state;
	person_of(1, "rosa");
	tree_file(&w.tree, "copy", "mine");
	assert_fault(store_backup(w.spec, copy_file(), NULL, NULL, &w.fault), "is there already");
	tree_remove(&w.tree, "copy");
	assert_fault(store_backup(w.spec, tree_at(&w.tree, "no/copy"), NULL, NULL, &w.fault),
		"No such file");
	assert_fault(store_backup(tree_at(&w.tree, "none.db"), copy_file(), NULL, NULL, &w.fault),
		"none.db");
	/* A store whose rows lead nowhere is no good copy. */
	tell_file("PRAGMA foreign_keys = OFF; INSERT INTO threads (capsule, slug) VALUES (9, 's')");
	assert_fault(store_backup(w.spec, copy_file(), NULL, NULL, &w.fault), "leads nowhere");
	assert_int_equal(count_names(), 1);
}

/* A child that writes again and again until it is killed. */
static pid_t start_writer(int64_t person)
{
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		store_begin();
		for (;; poll(NULL, 0, 2))
			write_one(person, ESSAY, "one more");
	}
	return child;
}

static void stop_writer(pid_t child)
{
	int status;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WIFSIGNALED(status) ? WTERMSIG(status) : 0, SIGKILL);
}

static void a_copy_made_while_others_write_is_of_one_moment(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	pid_t writer = start_writer(rosa);
	while (recent() == 0)
		continue;
	for (int i = 0; i < 5; i++) {
		int64_t before = ask_file("SELECT comments FROM capsules");
		back_up();
		int64_t after = ask_file("SELECT comments FROM capsules");
		int64_t count = ask_copy("SELECT count(*) FROM comments");
		assert_in_range(count, before, after);
		assert_int_equal(ask_copy("SELECT comments FROM capsules"), count);
		assert_int_equal(ask_copy("SELECT count(*) FROM comment_words"
					  " WHERE comment_words MATCH 'more'"),
			count);
		tree_remove(&w.tree, "copy");
	}
	stop_writer(writer);
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

/* As whoever is about to start a newer program ought to make it. */
static void an_older_store_can_be_copied_before_it_is_brought_up_to_date(void **state)
{
	(void)state;
	store_end();
	tree_remove(&w.tree, "var");
	tree_folder(&w.tree, "var");
	sqlite3 *db;
	assert_int_equal(sqlite3_open(store_file(), &db), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_fault(
		store_backup(w.spec, copy_file(), NULL, NULL, &w.fault), "it is empty: no store");
	tell_file(steps_sql[0]);
	tell_file("PRAGMA journal_mode = WAL; PRAGMA user_version = 1;"
		  "INSERT INTO capsules (host) VALUES ('here.example')");
	back_up();
	assert_int_equal(ask_copy("PRAGMA user_version"), 1);
	assert_int_equal(ask_copy("SELECT count(*) FROM capsules"), 1);
	assert_int_equal(ask_file("PRAGMA user_version"), 1);
}

/* The file alone, without what stands beside it, might be an empty one. */
static void a_copy_made_by_hand_is_not_restored_without_its_latest_part(void **state)
{
	(void)state;
	char wal[1024];
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
		TEST(a_copy_is_one_file_for_its_owner),
		TEST(a_backup_that_cannot_be_made_leaves_nothing),
		TEST(a_copy_made_while_others_write_is_of_one_moment),
		TEST(a_store_in_use_is_given_back_what_it_held),
		TEST(a_restore_while_others_write_takes_effect_at_once),
		TEST(a_restore_that_cannot_write_changes_nothing),
		TEST(a_store_that_is_gone_comes_back),
		TEST(a_damaged_store_has_to_be_moved_away_first),
		TEST(an_older_copy_is_brought_up_to_date),
		TEST(an_older_store_can_be_copied_before_it_is_brought_up_to_date),
		TEST(a_copy_made_by_hand_is_not_restored_without_its_latest_part),
		TEST(what_is_not_a_good_copy_is_refused),
	};
	return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
