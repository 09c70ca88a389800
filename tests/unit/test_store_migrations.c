/*
 * Stores that an older program made are brought up to date with all that is in them.
 */
#include "store/migrations.h"

#include <dlfcn.h>

#include "store/steps.h"
#include "stores.h"

/* Before this one of the store's own steps another process prepares the store; -1: never, or done.
 */
static int steps_alone = -1;

/* Stands in front of SQLite's for this program, but not for SQLite itself. */
__attribute__((visibility("hidden"))) int sqlite3_step(sqlite3_stmt *statement)
{
	static int (*real)(sqlite3_stmt *);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "sqlite3_step");
	if (steps_alone >= 0 && sqlite3_get_autocommit(sqlite3_db_handle(statement)) != 0 &&
		steps_alone-- == 0)
		assert_true(store_prepare(w.spec, &w.fault));
	return real(statement);
}

static void assert_fault(bool well, const char *words)
{
	assert_false(well);
	if (strstr(w.fault.text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", w.fault.text, words);
}

static int64_t count_words(const char *words)
{
	char sql[160];
	snprintf(sql, sizeof sql,
		"SELECT count(*) FROM comment_words WHERE comment_words MATCH '%s'", words);
	return ask_file(sql);
}

/* A store of the first version, with people and comments in it. */
static void make_first_version(void)
{
	tree_folder(&w.tree, "var");
	tell_file("PRAGMA journal_mode = WAL");
	tell_file(steps_sql[0]);
	tell_file(
		"PRAGMA user_version = 1;"
		"INSERT INTO capsules (id, host) VALUES (1, 'here.example'), (2, 'there.example');"
		"INSERT INTO people (id, capsule, name, folded, registered) VALUES"
		" (1, 1, 'Rosa', 'rosa', 1700000000), (2, 1, 'Luz', 'luz', 1700000001),"
		" (3, 2, 'Rosa', 'rosa', 1700000002);"
		"INSERT INTO certificates (capsule, key, person, added) VALUES"
		" (1, zeroblob(32), 1, 1700000000), (2, zeroblob(32), 3, 1700000002);"
		"INSERT INTO threads (id, capsule, slug) VALUES (1, 1, 'posts/essay'),"
		" (2, 1, 'posts/other'), (3, 2, 'posts/essay');"
		"INSERT INTO comments (id, capsule, thread, person, text, written) VALUES"
		" (1, 1, 1, 1, 'lemons on the wall', 1700000010),"
		" (2, 1, 1, 2, 'soup for a stranger', 1700000020),"
		" (3, 2, 3, 3, 'lemons elsewhere', 1700000030),"
		" (300, 1, 2, 1, 'lemons again', 1700000040);");
}

static void a_store_of_the_first_version_is_brought_up_to_date(void **state)
{
	(void)state;
	struct store_person person;
	struct store_comments page;
	make_first_version();
	assert_fault(store_open(w.spec, NULL, &w.fault) != NULL, "start the server again");
	store_begin();
	assert_int_equal(ask_file("PRAGMA user_version"), migrations_latest());
	assert_int_equal(ask_file("SELECT count(*) FROM pragma_foreign_key_check"), 0);

	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(0), &w.arena, &person), STORE_OK);
	assert_span_equal(person.name, "Rosa");
	assert_int_equal(person.comments, 2);
	assert_int_equal(person.held, 0);
	assert_int_equal(person.standing, STORE_ACTIVE);
	assert_int_equal(person.role, STORE_READER);
	assert_int_equal(person.used, 1700000000);

	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.total, 2);
	assert_int_equal(page.count, 2);
	assert_int_equal(page.items[0].id, 1);
	assert_span_equal(page.items[0].text, "lemons on the wall");
	assert_span_equal(page.items[1].author, "Luz");
	assert_int_equal(store_recent(w.store, HERE, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.total, 3);
	assert_int_equal(page.items[0].id, 300);
	assert_int_equal(
		ask_file("SELECT count(*) FROM comments WHERE path = 'c12c' AND id = 300"), 1);
	assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE path = 'a2' AND id = 2"), 1);
	assert_int_equal(ask_file("SELECT sum(listed) FROM comments"), 4);
	assert_int_equal(count_words("lemons"), 3);
	assert_int_equal(count_words("stranger"), 1);

	/* What comes after knows of what was there. */
	assert_true(answer_one(2, 1, "whose lemons?") > 300);
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.total, 3);
	assert_span_equal(page.items[1].text, "whose lemons?");
	assert_int_equal(count_words("lemons"), 4);
}

/* A step that fails leaves the store as it was. */
static void a_step_is_done_whole_or_not_at_all(void **state)
{
	(void)state;
	make_first_version();
	tell_file("CREATE TABLE codes (mine TEXT)");
	assert_fault(store_prepare(w.spec, &w.fault), "cannot be brought up to date");
	assert_int_equal(ask_file("PRAGMA user_version"), 1);
	assert_int_equal(
		ask_file("SELECT count(*) FROM pragma_table_info('people') WHERE name = 'held'"),
		0);
	tell_file("DROP TABLE codes");
	store_begin();
}

/* Else what is half made would be taken for another program's. */
static void two_make_it_at_once(void **state)
{
	(void)state;
	for (int step = 0; steps_alone < 0; step++) {
		struct fault fault;
		steps_alone = step;
		if (!store_prepare(w.spec, &fault))
			fail_msg("before step %d: %s", step, fault.text);
		store_begin();
		store_end();
		tree_remove(&w.tree, "var/kindling.db");
	}
	steps_alone = -1;
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_store_of_the_first_version_is_brought_up_to_date),
		TEST(a_step_is_done_whole_or_not_at_all),
		TEST(two_make_it_at_once),
	};
	return cmocka_run_group_tests_name("store migrations", tests, NULL, NULL);
}
