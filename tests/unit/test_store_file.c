/*
 * The store's file: made, brought up to date, shared by processes, and lost or damaged.
 */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "store/migrations.h"
#include "stores.h"

static void a_store_is_made_from_nothing(void **state)
{
	(void)state;
	struct stat info;
	store_begin();
	assert_int_equal(stat(tree_at(&w.tree, "var"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	person_of(1, "rosa");
	static const char *const files[] = {
		"var/kindling.db", "var/kindling.db-wal", "var/kindling.db-shm"};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		assert_int_equal(stat(tree_at(&w.tree, files[i]), &info), 0);
		assert_int_equal(info.st_mode & 07777, 0600);
	}
	assert_int_equal(ask_file("PRAGMA user_version"), migrations_latest());
	assert_int_equal(ask_file("PRAGMA application_id"), MIGRATIONS_APPLICATION_ID);
	assert_int_equal(
		ask_file("SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'wal'"), 1);
}

static void preparing_again_changes_nothing(void **state)
{
	(void)state;
	struct store_person person;
	store_begin();
	int64_t rosa = person_of(1, "rosa");
	store_end();
	assert_true(store_prepare(w.spec, &w.fault));
	store_begin();
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(1), &w.arena, &person), STORE_OK);
	assert_int_equal(person.id, rosa);
}

static void assert_fault(bool well, const char *words)
{
	assert_false(well);
	if (strstr(w.fault.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w.fault.text, words);
}

static void a_newer_schema_is_refused(void **state)
{
	(void)state;
	store_begin();
	store_end();
	tell_file("PRAGMA user_version = 1000");
	assert_fault(store_prepare(w.spec, &w.fault), "start the newer program");
	assert_fault(store_open(w.spec, NULL, &w.fault) != NULL, "start the newer program");
	assert_int_equal(ask_file("PRAGMA user_version"), 1000);
}

static void what_is_not_a_store_is_refused(void **state)
{
	(void)state;
	tree_folder(&w.tree, "var");
	tree_file(&w.tree, "var/kindling.db", "This is no database, however long one looks at it.");
	assert_fault(store_prepare(w.spec, &w.fault), "not a database");
	tree_remove(&w.tree, "var/kindling.db");
	tell_file("CREATE TABLE recipes (name TEXT)");
	assert_fault(store_prepare(w.spec, &w.fault), "another program");
	tree_remove(&w.tree, "var/kindling.db");
	assert_fault(store_open(w.spec, NULL, &w.fault) != NULL, "cannot be opened");
	/* An empty file is a store that was never begun; only store_prepare begins it. */
	tree_file(&w.tree, "var/kindling.db", "");
	assert_fault(store_open(w.spec, NULL, &w.fault) != NULL, "start the server again");
	store_begin();
}

static void every_name_is_a_file(void **state)
{
	(void)state;
	tree_file(&w.tree, "plain", "");
	snprintf(w.spec, sizeof w.spec, "%s", tree_at(&w.tree, "plain/kindling.db"));
	assert_fault(store_prepare(w.spec, &w.fault), "plain");
	tree_folder(&w.tree, "folder");
	snprintf(w.spec, sizeof w.spec, "%s", tree_at(&w.tree, "folder"));
	assert_false(store_prepare(w.spec, &w.fault));
	/* What SQLite would take for a database in memory is a file like any other. */
	char before[1024];
	assert_non_null(getcwd(before, sizeof before));
	assert_int_equal(chdir(w.tree.path), 0);
	bool well = store_prepare(":memory:", &w.fault);
	assert_int_equal(chdir(before), 0);
	assert_true(well);
	struct stat info;
	assert_int_equal(stat(tree_at(&w.tree, ":memory:"), &info), 0);
}

/* What is found to be wrong, and that nothing is made on the way. */
static void a_store_is_looked_over(void **state)
{
	(void)state;
	char absent[1024];
	struct store_condition condition;
	store_begin();
	snprintf(absent, sizeof absent, "%s", tree_at(&w.tree, "deep/er/k.db"));
	assert_true(store_check(absent, &condition, &w.fault));
	assert_int_equal(access(tree_at(&w.tree, "deep"), F_OK), -1);
	assert_int_equal(condition.version, 0);
	assert_true(store_check(w.spec, &condition, &w.fault)); /* while it is open */
	assert_int_equal(condition.version, condition.newest);
	store_end();
	assert_true(store_check(w.spec, &condition, &w.fault));
	assert_int_equal(access(tree_at(&w.tree, "var/kindling.db-wal"), F_OK), -1);
	assert_int_equal(access(tree_at(&w.tree, "var/kindling.db-shm"), F_OK), -1);
	tell_file("PRAGMA user_version = 9999");
	assert_fault(store_check(w.spec, &condition, &w.fault), "start the newer program");
	tree_remove(&w.tree, "var/kindling.db");
	tree_file(&w.tree, "var/kindling.db", "This is no database, it is a letter to somebody.");
	assert_fault(store_check(w.spec, &condition, &w.fault), "not a database");
	tree_file(&w.tree, "var/kindling.db", "");
	assert_true(store_check(w.spec, &condition, &w.fault));
	tell_file("CREATE TABLE things (id INTEGER)");
	assert_fault(store_check(w.spec, &condition, &w.fault), "another program");
	tree_remove(&w.tree, "var/kindling.db");
	assert_int_equal(mkfifo(w.spec, 0600), 0);
	assert_fault(store_check(w.spec, &condition, &w.fault), "not a regular file");
	tree_remove(&w.tree, "var/kindling.db");
	assert_fault(store_check(w.tree.path, &condition, &w.fault), "is a folder");
	store_begin();
}

#define PROCESSES 4

/* How many of several processes, started at once, end with 0. */
static int count_successes(int (*work)(int number))
{
	pid_t children[PROCESSES];
	int successes = 0;
	for (int i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		assert_true(children[i] >= 0);
		if (children[i] == 0)
			_exit(work(i));
	}
	for (int i = 0; i < PROCESSES; i++) {
		int status;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		successes += WIFEXITED(status) && WEXITSTATUS(status) == 0;
	}
	return successes;
}

static int prepare(int number)
{
	(void)number;
	if (store_prepare(w.spec, &w.fault))
		return 0;
	(void)fprintf(stderr, "%s\n", w.fault.text);
	return 1;
}

static int register_rosa(int number)
{
	int64_t id;
	struct store *store = store_open(w.spec, NULL, &w.fault);
	if (store == NULL)
		return 2;
	w.store = store;
	enum store_result result =
		register_at(HERE, (unsigned char)number, S("Rosa"), S("rosa"), NOON, &id);
	return result == STORE_OK ? 0 : 1;
}

static void processes_may_prepare_at_once(void **state)
{
	(void)state;
	assert_int_equal(count_successes(prepare), PROCESSES);
	store_begin();
}

static void of_two_with_one_name_one_wins(void **state)
{
	(void)state;
	assert_true(store_prepare(w.spec, &w.fault));
	assert_int_equal(count_successes(register_rosa), 1);
	assert_int_equal(ask_file("SELECT count(*) FROM people"), 1);
	assert_int_equal(ask_file("SELECT count(*) FROM certificates"), 1);
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
	(void)state;
	struct store_comments page;
	pid_t child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		store_begin();
		write_one(person_of(1, "rosa"), ESSAY, "still here");
		kill(getpid(), SIGKILL);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WTERMSIG(status), SIGKILL);
	store_begin();
	assert_int_equal(store_recent(w.store, HERE, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 1);
	assert_span_equal(page.items[0].text, "still here");
}

static enum store_result read_recent(void)
{
	struct store_comments page;
	return store_recent(w.store, HERE, 0, 50, &w.arena, &page);
}

static void move(const char *from, const char *to)
{
	assert_int_equal(rename(tree_at(&w.tree, from), tree_at(&w.tree, to)), 0);
}

static void a_store_that_is_gone_rests_until_it_is_back(void **state)
{
	(void)state;
	struct store_comment_added added;
	store_begin();
	int64_t rosa = person_of(1, "rosa");
	move("var", "away");
	assert_int_equal(read_recent(), STORE_RESTING);
	assert_int_equal(write_at(rosa, ESSAY, "lost?", NOON, &added), STORE_RESTING);
	/* Nobody begins an empty store in its place. */
	tree_folder(&w.tree, "var");
	assert_int_equal(write_at(rosa, ESSAY, "lost?", NOON, &added), STORE_RESTING);
	tree_remove(&w.tree, "var");
	move("away", "var");
	assert_int_equal(write_at(rosa, ESSAY, "found", NOON, &added), STORE_OK);
	assert_int_equal(read_recent(), STORE_OK);
}

static void a_damaged_store_rests(void **state)
{
	(void)state;
	static char garbage[4096], text[1000];
	memset(garbage, 0xa5, sizeof garbage);
	memset(text, 'x', sizeof text - 1);
	store_begin();
	int64_t rosa = person_of(1, "rosa");
	for (int i = 0; i < 100; i++)
		write_one(rosa, ESSAY, text);
	store_end(); /* the last one to close writes all into the file */
	int fd = open(store_file(), O_RDWR);
	struct stat info;
	assert_int_equal(fstat(fd, &info), 0);
	assert_true(info.st_size > 32 * (off_t)sizeof garbage);
	for (off_t at = info.st_size / 2; at < info.st_size; at += (off_t)sizeof garbage)
		assert_int_equal(pwrite(fd, garbage, sizeof garbage, at), sizeof garbage);
	close(fd);
	w.store = store_open(w.spec, &w.generation, &w.fault);
	assert_non_null(w.store);
	assert_int_equal(read_recent(), STORE_RESTING);
	assert_int_equal(read_recent(), STORE_RESTING);
}

static void a_full_disk_rests_until_there_is_room(void **state)
{
	(void)state;
	struct store_comment_added added;
	store_begin();
	int64_t rosa = person_of(1, "rosa");
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before_action;
	struct rlimit before, none;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(sigaction(SIGXFSZ, &ignore, &before_action), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	enum store_result full = write_at(rosa, ESSAY, "no room", NOON, &added);
	enum store_result full_again = write_at(rosa, ESSAY, "no room", NOON, &added);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(sigaction(SIGXFSZ, &before_action, NULL), 0);
	assert_int_equal(full, STORE_RESTING);
	assert_int_equal(full_again, STORE_RESTING);
	assert_int_equal(w.generation, 1);
	assert_int_equal(write_at(rosa, ESSAY, "room", NOON, &added), STORE_OK);
	assert_int_equal(ask_file("SELECT count(*) FROM comments"), 1);
}

/* Takes as long as the store waits for others: three seconds, and only once. */
static void a_store_that_others_hold_rests(void **state)
{
	(void)state;
	struct store_comment_added added;
	sqlite3 *db;
	store_begin();
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(sqlite3_open(store_file(), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	int64_t begun = clock_monotonic_ms();
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON, &added), STORE_RESTING);
	int64_t waited = clock_monotonic_ms() - begun;
	assert_in_range(waited, 2900, 4500);
	assert_int_equal(read_recent(), STORE_OK);
	for (int i = 0; i < 8; i++)
		assert_int_equal(write_at(rosa, ESSAY, "hello", NOON, &added), STORE_RESTING);
	assert_in_range(clock_monotonic_ms() - begun - waited, 0, 1000);
	sqlite3_close(db);
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON, &added), STORE_OK);
}

static void memory_that_is_out_rests(void **state)
{
	(void)state;
	struct arena small;
	struct store_comments page;
	store_begin();
	write_one(person_of(1, "rosa"), ESSAY, "hello");
	arena_init(&small, 64);
	assert_int_equal(store_recent(w.store, HERE, 0, 50, &small, &page), STORE_RESTING);
	arena_end(&small);
	arena_init(&small, sizeof(struct store_comment) + 16);
	assert_int_equal(store_recent(w.store, HERE, 0, 1, &small, &page), STORE_RESTING);
	arena_end(&small);
	assert_int_equal(read_recent(), STORE_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_store_is_made_from_nothing),
		TEST(preparing_again_changes_nothing),
		TEST(a_newer_schema_is_refused),
		TEST(what_is_not_a_store_is_refused),
		TEST(every_name_is_a_file),
		TEST(a_store_is_looked_over),
		TEST(processes_may_prepare_at_once),
		TEST(of_two_with_one_name_one_wins),
		TEST(what_was_acknowledged_survives_a_kill),
		TEST(a_store_that_is_gone_rests_until_it_is_back),
		TEST(a_damaged_store_rests),
		TEST(a_full_disk_rests_until_there_is_room),
		TEST(a_store_that_others_hold_rests),
		TEST(memory_that_is_out_rests),
	};
	return cmocka_run_group_tests_name("store file", tests, NULL, NULL);
}
