/*
 * Copies of the store's file: made while others write, and looked over.
 */
#include <dirent.h>

#include "copies.h"
#include "store/steps.h"

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

/* What a backup that was killed has left, and what a stranger might. */
static void what_a_killed_backup_left_is_replaced(void **state)
{
	(void)state;
	static const char *const left[] = {"copy.kindling-new", "copy.kindling-new-journal",
		"copy.kindling-new-wal", "copy.kindling-new-shm"};
	write_one(person_of(1, "rosa"), ESSAY, "hello");
	for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
		tree_file(&w.tree, left[i], "half of a copy");
	back_up();
	assert_int_equal(ask_copy("SELECT count(*) FROM comments"), 1);
	assert_int_equal(count_names(), 2); /* the store's folder, the copy */
	tree_remove(&w.tree, "copy");
	tree_file(&w.tree, "mine", "mine");
	tree_link(&w.tree, left[0], "mine");
	back_up();
	assert_int_equal(ask_copy("SELECT count(*) FROM comments"), 1);
	assert_int_equal(count_names(), 3);
	struct stat info;
	assert_int_equal(stat(tree_at(&w.tree, "mine"), &info), 0);
	assert_int_equal(info.st_size, 4);
	/* What cannot be taken away is told of. */
	tree_remove(&w.tree, "copy");
	tree_folder(&w.tree, left[0]);
	assert_fault(store_backup(w.spec, copy_file(), NULL, NULL, &w.fault), left[0]);
}

/* Takes the name of what is being made, as a second backup would. */
static void take_name(void *context, int64_t done, int64_t whole)
{
	(void)context;
	(void)done;
	(void)whole;
	tree_remove(&w.tree, "copy.kindling-new");
	tree_file(&w.tree, "copy.kindling-new", "another's");
}

static void two_backups_of_one_name_do_not_mix(void **state)
{
	(void)state;
	static char text[2000];
	memset(text, 'x', sizeof text - 1);
	int64_t rosa = person_of(1, "rosa");
	for (int i = 0; i < 600; i++)
		write_one(rosa, ESSAY, text);
	assert_fault(
		store_backup(w.spec, copy_file(), take_name, NULL, &w.fault), "another backup");
	assert_int_equal(access(copy_file(), F_OK), -1);
	assert_int_equal(access(tree_at(&w.tree, "copy.kindling-new"), F_OK), 0);
}

/* Begins a second backup while the first one is at work. */
static void back_up_too(void *context, int64_t done, int64_t whole)
{
	struct fault fault;
	(void)done;
	(void)whole;
	++*(int *)context;
	assert_false(store_backup(w.spec, copy_file(), NULL, NULL, &fault));
	assert_non_null(strstr(fault.text, "another backup"));
}

static void a_second_backup_of_one_name_leaves_the_first_alone(void **state)
{
	(void)state;
	static char text[2000];
	int calls = 0;
	memset(text, 'x', sizeof text - 1);
	int64_t rosa = person_of(1, "rosa");
	for (int i = 0; i < 600; i++)
		write_one(rosa, ESSAY, text);
	assert_true(store_backup(w.spec, copy_file(), back_up_too, &calls, &w.fault));
	assert_true(calls > 0);
	assert_int_equal(ask_copy("SELECT count(*) FROM comments"), 600);
	assert_int_equal(count_names(), 2);
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

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_copy_is_one_file_for_its_owner),
		TEST(a_backup_that_cannot_be_made_leaves_nothing),
		TEST(what_a_killed_backup_left_is_replaced),
		TEST(two_backups_of_one_name_do_not_mix),
		TEST(a_second_backup_of_one_name_leaves_the_first_alone),
		TEST(a_copy_made_while_others_write_is_of_one_moment),
		TEST(an_older_store_can_be_copied_before_it_is_brought_up_to_date),
	};
	return cmocka_run_group_tests_name("backup", tests, NULL, NULL);
}
