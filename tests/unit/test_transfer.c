/*
 * The store as JSON lines, and back: nothing is lost.
 */
#include <errno.h>

#include "store/codes.h"
#include "store/moderation.h"
#include "store/search.h"
#include "transfers.h"

#define DEPTH 400 /* more than a path holds */

static const char hostile[] =
	"\x1b[2J\x01\x7f\"\\u0000\\\r\n```\n=> gemini://x\t\u202e\xc2\x85/\u2028\U0001f48c"
	"{\"kind\":\"end\"}";

static void moderate(enum store_act act, int64_t subject, const char *reason)
{
	const struct store_order order = {.capsule = HERE,
		.act = act,
		.subject = subject,
		.reason = span_of(reason),
		.now = NOON};
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
}

/* People of every standing and role, with all that can hang on them. */
static void populate_people(int64_t people[5])
{
	unsigned char salt[STORE_KEY_SIZE] = {0, 1, 2, 0xff}, code[STORE_KEY_SIZE] = {0xab};
	static const char *const names[] = {"rosa", "ibrahim", "\"\xc3\xa9\\", "mallory", "gone"};
	int64_t there;
	for (unsigned char i = 0; i < 5; i++)
		people[i] = person_of((unsigned char)(i + 1), names[i]);
	assert_int_equal(register_at(THERE, 1, S("Rosa"), S("rosa"), NOON + 7, &there), STORE_OK);
	assert_int_equal(
		store_person_rename(w.store, people[1], S("Ibi"), S("ibi"), NOON), STORE_OK);
	assert_int_equal(store_person_set_feed(w.store, people[0], S("secretfeed")), STORE_OK);
	assert_int_equal(store_recovery_set(w.store, people[0], salt, code), STORE_OK);
	moderate(STORE_ACT_APPOINT, people[2], hostile);
	moderate(STORE_ACT_BAN, people[3], "spam");
}

static void report(int64_t comment, int64_t person, const char *reason)
{
	assert_int_equal(
		store_report_add(w.store, HERE, comment, person, span_of(reason), NOON), STORE_OK);
}

/* Comments in every state, answered and not, with reports open and settled. */
static void populate_comments(const int64_t people[5])
{
	struct store_comment_added added;
	enum store_state state;
	int64_t first = write_one(people[0], ESSAY, hostile);
	int64_t second = answer_one(people[1], first, "passed on");
	int64_t third = answer_one(people[4], second, "and on");
	int64_t alone = write_one(people[1], S("posts/other"), "alone");
	int64_t held = 0;
	const struct store_comment_new waiting = {.capsule = HERE,
		.slug = ESSAY,
		.text = S("wait for me"),
		.person = people[2],
		.now = NOON,
		.most = 10,
		.hold = STORE_HOLD_ALL};
	assert_int_equal(store_comment_add(w.store, &waiting, &added), STORE_OK);
	held = added.id;
	int64_t hidden = answer_one(people[2], first, "hide me");
	int64_t removed = answer_one(people[2], hidden, "remove me");
	report(alone, people[2], hostile);
	report(hidden, people[0], "rude");
	report(alone, people[0], "I do not like it");
	moderate(STORE_ACT_HIDE, hidden, "was rude");
	moderate(STORE_ACT_REMOVE, removed, "was spam");
	assert_int_equal(store_comment_delete(w.store, HERE, second, people[1]), STORE_OK);
	const struct store_comment_edit edit = {.capsule = HERE,
		.text = S("and on, better"),
		.id = third,
		.person = people[4],
		.now = NOON + 86400};
	assert_int_equal(store_comment_edit(w.store, &edit, &state), STORE_OK);
	assert_int_equal(store_person_leave(w.store, people[4], false, NOON), STORE_OK);
	/* The greatest ids are of rows that nobody sees. */
	moderate(STORE_ACT_REMOVE, write_one(people[0], ESSAY, "the last one"), "spam");
	assert_true(held > 0);
}

static void populate(void)
{
	int64_t people[5];
	populate_people(people);
	populate_comments(people);
}

/* Column by column: what is worked out anew comes out as it was. */
static void assert_same_tables(const char *other)
{
	static const char *const tables[] = {"capsules", "people", "retired_names", "certificates",
		"threads", "comments", "reports", "actions", "sqlite_sequence"};
	sqlite3 *db;
	char sql[2048];
	assert_int_equal(sqlite3_open(store_file(), &db), SQLITE_OK);
	snprintf(sql, sizeof sql, "ATTACH '%s' AS other", other);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
		sqlite3_stmt *rows;
		snprintf(sql, sizeof sql,
			"SELECT (SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM"
			" other.%s)) + (SELECT count(*) FROM (SELECT * FROM other.%s EXCEPT"
			" SELECT * FROM main.%s))",
			tables[i], tables[i], tables[i], tables[i]);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
		assert_int_equal(sqlite3_step(rows), SQLITE_ROW);
		if (sqlite3_column_int(rows, 0) != 0)
			fail_msg("%s: %d rows differ", tables[i], sqlite3_column_int(rows, 0));
		sqlite3_finalize(rows);
	}
	sqlite3_close(db);
}

static void assert_round_trip(void)
{
	size_t len, len_again;
	char file[1024];
	snprintf(file, sizeof file, "%s", new_file());
	char *text = export_from(w.spec, &len);
	if (!import_into(file, text, len))
		fail_msg("%s", w.fault.text);
	char *again = export_from(file, &len_again);
	assert_string_equal(again, text);
	assert_int_equal(len_again, len);
	assert_same_tables(file);
	free(text);
	free(again);
}

static void an_import_gives_back_what_was_exported(void **state)
{
	(void)state;
	populate();
	assert_round_trip();
}

static void an_empty_store_goes_out_and_in(void **state)
{
	(void)state;
	assert_round_trip();
}

static void a_chain_of_any_depth_goes_out_and_in(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), last = write_one(rosa, ESSAY, "the top");
	for (int i = 0; i < DEPTH; i++)
		last = answer_one(rosa, last, "deeper");
	moderate(STORE_ACT_HIDE, last, "enough");
	moderate(STORE_ACT_HIDE, last - DEPTH / 2, "enough");
	assert_round_trip();
}

/* Numbers from a fixed seed: a forest in which every comment may change its state. */
static void a_forest_in_all_states_goes_out_and_in(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), ids[150];
	unsigned seed = 7;
	for (size_t i = 0; i < 150; i++) {
		seed = seed * 1103515245 + 12345;
		ids[i] = i < 5 ? write_one(rosa, ESSAY, "one")
			       : answer_one(rosa, ids[(seed >> 16) % i], "an answer");
	}
	for (size_t i = 0; i < 100; i++) {
		seed = seed * 1103515245 + 12345;
		const struct store_order order = {.capsule = HERE,
			.act = seed >> 20 & 1 ? STORE_ACT_HIDE : STORE_ACT_REMOVE,
			.subject = ids[(seed >> 16) % 150],
			.reason = S("any"),
			.now = NOON};
		enum store_result result = store_moderate(w.store, &order);
		assert_true(result == STORE_OK || result == STORE_GONE);
	}
	assert_round_trip();
}

/* The test goes on with a store that was imported from its own. */
static void move_to_new_file(void)
{
	size_t len;
	char *text = export_from(w.spec, &len);
	store_end();
	snprintf(w.spec, sizeof w.spec, "%s", new_file());
	assert_true(import_into(w.spec, text, len));
	free(text);
	store_begin();
}

static void the_next_id_is_one_that_nobody_had(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	write_one(rosa, ESSAY, "hello");
	tell_file("UPDATE sqlite_sequence SET seq = 1000 WHERE name = 'comments'");
	move_to_new_file();
	assert_int_equal(write_one(rosa, ESSAY, "hello again"), 1001);
	assert_int_equal(person_of(2, "ibrahim"), rosa + 1);
}

static void what_was_imported_is_found_and_counted(void **state)
{
	(void)state;
	struct store_hits hits;
	struct store_comments page;
	populate();
	move_to_new_file();
	assert_int_equal(
		store_search_comments(w.store, HERE, S("alone"), 0, 9, &w.arena, &hits), STORE_OK);
	assert_int_equal(hits.count, 1);
	assert_int_equal(
		store_search_comments(w.store, HERE, S("hide"), 0, 9, &w.arena, &hits), STORE_OK);
	assert_int_equal(hits.count, 0);
	assert_int_equal(store_recent(w.store, HERE, 0, 50, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 3);
	assert_int_equal(page.total, 3);
}

/* A server that never had a reader has begun a store already. */
static void a_store_that_was_only_begun_takes_an_import(void **state)
{
	(void)state;
	size_t len, len_again;
	struct store_post post = {.slug = S("posts/x"), .title = S("X"), .stamp = 1}, *posts;
	unsigned char hash[STORE_KEY_SIZE] = {1};
	populate();
	char *text = export_from(w.spec, &len);
	store_end();
	snprintf(w.spec, sizeof w.spec, "%s", new_file());
	store_begin();
	const struct store_code_new code = {.capsule = THERE,
		.kind = STORE_CODE_OWNER,
		.now = NOON,
		.expires = NOON + 9,
		.hash = hash};
	assert_int_equal(store_post_put(w.store, THERE, &post, S("words")), STORE_OK);
	assert_int_equal(store_code_make(w.store, &code), STORE_OK);
	assert_true(import_into(w.spec, text, len));
	size_t count;
	assert_int_equal(store_posts(w.store, THERE, &w.arena, &posts, &count), STORE_OK);
	assert_int_equal(count, 0);
	char *again = export_from(w.spec, &len_again);
	assert_string_equal(again, text);
	/* Now it has people, and takes none. */
	assert_false(import_into(w.spec, text, len));
	assert_non_null(strstr(w.fault.text, "import into a new one"));
	free(again);
	free(text);
}

static void progress_is_told(void **state)
{
	(void)state;
	size_t len;
	person_of(1, "rosa");
	tell_file("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
		  " INSERT INTO threads (capsule, slug) SELECT 1, 'posts/' || i FROM n");
	char *text = export_from(w.spec, &len);
	assert_int_equal(told_done, 2000);
	assert_int_equal(told_whole, 2500 + 2 + 1 + 1 + 1); /* ends, capsule, person, certificate */
	assert_true(import_into(new_file(), text, len));
	assert_in_range(told_done, len / 2, len);
	assert_int_equal(told_whole, len);
	free(text);
}

static void an_export_that_cannot_be_written_is_told(void **state)
{
	(void)state;
	FILE *full = fopen("/dev/full", "w");
	assert_non_null(full);
	person_of(1, "rosa");
	assert_false(store_export(w.spec, full, NULL, NULL, &w.fault));
	assert_non_null(strstr(w.fault.text, strerror(ENOSPC)));
	fclose(full);
	full = tmpfile();
	assert_non_null(full);
	assert_false(store_export(tree_at(&w.tree, "none.db"), full, NULL, NULL, &w.fault));
	assert_non_null(strstr(w.fault.text, "none.db"));
	fclose(full);
	assert_int_equal(access(tree_at(&w.tree, "none.db"), F_OK), -1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_import_gives_back_what_was_exported),
		TEST(an_empty_store_goes_out_and_in),
		TEST(a_chain_of_any_depth_goes_out_and_in),
		TEST(a_forest_in_all_states_goes_out_and_in),
		TEST(the_next_id_is_one_that_nobody_had),
		TEST(what_was_imported_is_found_and_counted),
		TEST(a_store_that_was_only_begun_takes_an_import),
		TEST(progress_is_told),
		TEST(an_export_that_cannot_be_written_is_told),
	};
	return cmocka_run_group_tests_name("transfer", tests, NULL, NULL);
}
