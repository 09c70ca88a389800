/*
 * Taking one's data along, and leaving: what goes, what stays, and what becomes of the rest.
 */
#include "store/codes.h"
#include "store/moderation.h"
#include "stores.h"

/* What has been written of a person's data; it is stopped when there is no room for a piece. */
struct sheet {
	struct buf text;
	size_t room;
};

static bool write_on_sheet(void *context, struct span piece)
{
	struct sheet *sheet = context;
	if (sheet->room == 0)
		return false;
	sheet->room--;
	buf_span(&sheet->text, piece);
	return true;
}

static enum store_result write_data(int64_t person, size_t room, struct sheet *sheet)
{
	sheet->room = room;
	buf_init(&sheet->text, &w.arena, 16 << 20);
	return store_person_data(w.store, person, write_on_sheet, sheet);
}

/* What SQLite finds in the sheet, as text; ?1 is the sheet. */
static const char *read_sheet(const struct sheet *sheet, const char *what)
{
	static char answer[512];
	sqlite3 *db;
	sqlite3_stmt *statement;
	char sql[256];
	struct span text = buf_view(&sheet->text);
	snprintf(sql, sizeof sql, "SELECT %s", what);
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	sqlite3_bind_text(statement, 1, text.ptr, (int)text.len, SQLITE_STATIC);
	if (sqlite3_step(statement) != SQLITE_ROW)
		fail_msg("%s: %s", what, sqlite3_errmsg(db));
	const char *value = (const char *)sqlite3_column_text(statement, 0);
	snprintf(answer, sizeof answer, "%s", value != NULL ? value : "(null)");
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return answer;
}

#define assert_in_sheet(sheet, what, expected)                                                     \
	assert_string_equal(read_sheet(sheet, what), expected)

static const char *text_of(int64_t number)
{
	return arena_printf(&w.arena, "%lld", (long long)number);
}

static void data_is_one_object_with_all_there_is(void **state)
{
	(void)state;
	struct sheet sheet;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	const char *hostile = "\"}, {\\\n\t=> x </script> caf\xc3\xa9";
	int64_t first = write_one(luz, ESSAY, "not hers");
	int64_t own = answer_one(rosa, first, hostile);
	assert_int_equal(store_person_rename(w.store, rosa, S("Rose"), S("rose"), NOON), STORE_OK);
	assert_int_equal(store_person_set_feed(w.store, rosa, S("feedsecret")), STORE_OK);
	assert_int_equal(store_report_add(w.store, HERE, first, rosa, S("rude"), NOON), STORE_OK);
	assert_int_equal(write_data(rosa, SIZE_MAX, &sheet), STORE_OK);

	assert_in_sheet(&sheet, "json_valid(?1)", "1");
	assert_in_sheet(&sheet, "?1 ->> '$.account.name'", "Rose");
	assert_in_sheet(&sheet, "?1 ->> '$.account.capsule'", "here.example");
	assert_in_sheet(&sheet, "?1 ->> '$.account.registered'", "2027-01-15 08:00:00Z");
	assert_in_sheet(&sheet, "?1 ->> '$.account.looked'", "(null)");
	assert_in_sheet(&sheet, "?1 -> '$.account.has_feed'", "true");
	assert_in_sheet(&sheet, "?1 -> '$.account.has_recovery_code'", "false");
	assert_in_sheet(&sheet, "?1 ->> '$.names_given_up[0].compared_as'", "rosa");
	assert_in_sheet(&sheet, "?1 ->> '$.certificates[0].key'",
		"0101010101010101010101010101010101010101010101010101010101010101");
	assert_in_sheet(&sheet, "json_array_length(?1, '$.comments')", "1");
	assert_in_sheet(&sheet, "?1 ->> '$.comments[0].text'", hostile);
	assert_in_sheet(&sheet, "?1 ->> '$.comments[0].post'", "posts/essay");
	assert_in_sheet(&sheet, "?1 ->> '$.comments[0].state'", "shown");
	assert_in_sheet(&sheet, "?1 ->> '$.comments[0].id'", text_of(own));
	assert_in_sheet(&sheet, "?1 ->> '$.comments[0].answer_to'", text_of(first));
	assert_in_sheet(&sheet, "?1 ->> '$.reports[0].reason'", "rude");
	assert_in_sheet(&sheet, "instr(?1, 'feedsecret')", "0");
}

/* As many as are read at once, and one fewer and one more. */
static void data_holds_each_comment_once(void **state)
{
	(void)state;
	struct sheet sheet;
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(write_data(rosa, SIZE_MAX, &sheet), STORE_OK);
	assert_in_sheet(&sheet, "json_array_length(?1, '$.comments')", "0");
	assert_in_sheet(&sheet, "json_array_length(?1, '$.reports')", "0");
	for (int64_t count = 1; count <= 129; count++) {
		write_one(rosa, ESSAY, "hello");
		if (count != 63 && count != 64 && count != 65 && count != 128 && count != 129)
			continue;
		assert_int_equal(write_data(rosa, SIZE_MAX, &sheet), STORE_OK);
		assert_in_sheet(&sheet, "json_array_length(?1, '$.comments')", text_of(count));
		assert_in_sheet(&sheet,
			"(SELECT count(DISTINCT value ->> 'id') FROM json_each(?1, '$.comments'))",
			text_of(count));
	}
}

static void data_stops_when_nobody_takes_it(void **state)
{
	(void)state;
	struct sheet sheet;
	int64_t rosa = person_of(1, "rosa");
	write_one(rosa, ESSAY, "hello");
	size_t room = 0;
	while (room < 1000 && write_data(rosa, room, &sheet) == STORE_RESTING)
		room++;
	assert_in_range(room, 8, 100);
	assert_in_sheet(&sheet, "json_valid(?1)", "1");
	/* That was the taker's doing: the store is as well as before. */
	assert_int_equal(write_data(9999, SIZE_MAX, &sheet), STORE_NONE);
	assert_int_equal(buf_view(&sheet.text).len, 0);
}

static struct store_comment comment_of(int64_t id)
{
	struct store_comment comment = {0};
	assert_int_equal(store_comment_by_id(w.store, HERE, id, &w.arena, &comment), STORE_OK);
	return comment;
}

static void who_leaves_may_leave_their_words(void **state)
{
	(void)state;
	struct store_person person;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz"), id;
	int64_t first = write_one(rosa, ESSAY, "lemons");
	int64_t answer = answer_one(luz, first, "thank you");
	assert_int_equal(store_person_leave(w.store, rosa, false, NOON), STORE_OK);

	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(1), &w.arena, &person), STORE_NONE);
	assert_int_equal(
		store_person_by_name(w.store, HERE, S("rosa"), &w.arena, &person), STORE_NONE);
	assert_int_equal(store_person_by_id(w.store, HERE, rosa, &w.arena, &person), STORE_OK);
	assert_int_equal(person.standing, STORE_LEFT);
	assert_span_equal(person.name, "");
	assert_int_equal(person.comments, 1);

	struct store_comment comment = comment_of(first);
	assert_span_equal(comment.text, "lemons");
	assert_span_equal(comment.author, "");
	comment = comment_of(answer);
	assert_int_equal(comment.parent, first);
	assert_span_equal(comment.parent_author, "");

	/* The name is kept from others; the key is free. */
	int64_t end = NOON + STORE_NAME_KEPT_SECONDS;
	assert_int_equal(register_at(HERE, 1, S("rosa"), S("rosa"), end - 1, &id), STORE_TAKEN);
	assert_int_equal(register_at(HERE, 1, S("rosa"), S("rosa"), end, &id), STORE_OK);
	assert_int_not_equal(id, rosa);
	assert_int_equal(store_person_leave(w.store, rosa, true, NOON), STORE_NONE);
	assert_int_equal(store_person_leave(w.store, 9999, true, NOON), STORE_NONE);
	assert_span_equal(comment_of(first).text, "lemons");
}

static void who_leaves_takes_all_keys_along(void **state)
{
	(void)state;
	struct store_person person;
	unsigned char salt[STORE_KEY_SIZE];
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz"), linked;
	const struct store_code_new code = {.capsule = HERE,
		.kind = STORE_CODE_LINK,
		.person = rosa,
		.now = NOON,
		.expires = NOON + 900,
		.hash = key_of(100)};
	struct store_reveal reveal = {.person = rosa, .expires = NOON + 900};
	assert_int_equal(store_code_make(w.store, &code), STORE_OK);
	assert_int_equal(store_recovery_set(w.store, rosa, key_of(3), key_of(4)), STORE_OK);
	assert_int_equal(store_reveal_set(w.store, &reveal), STORE_OK);
	assert_int_equal(store_person_set_feed(w.store, rosa, S("secret")), STORE_OK);
	assert_int_equal(
		store_person_look(w.store, &(struct store_person){.id = rosa}, NOON), STORE_OK);
	tell_file("UPDATE people SET role = 2 WHERE name = 'rosa';"
		  "INSERT INTO actions (capsule, act, actor, actor_name, person, person_name,"
		  " reason, made) VALUES (1, 7, 1, 'rosa', 2, 'luz', '', 0),"
		  " (1, 8, 2, 'luz', 1, 'rosa', '', 0)");
	assert_int_equal(store_person_leave(w.store, rosa, false, NOON), STORE_OK);

	const struct store_redeemed redeemed = {
		.capsule = HERE, .hash = key_of(100), .key = key_of(5), .now = NOON};
	assert_int_equal(store_code_link(w.store, &redeemed, &linked), STORE_NONE);
	assert_int_equal(store_recovery_salt(w.store, HERE, S("rosa"), salt), STORE_NONE);
	assert_int_equal(store_reveal_take(w.store, &reveal, NOON), STORE_NONE);
	assert_int_equal(
		store_person_by_feed(w.store, HERE, S("secret"), &w.arena, &person), STORE_NONE);
	assert_int_equal(store_person_set_feed(w.store, rosa, S("again")), STORE_NONE);
	assert_int_equal(store_recovery_set(w.store, rosa, key_of(3), key_of(4)), STORE_NONE);
	assert_int_equal(store_reveal_set(w.store, &reveal), STORE_NONE);
	assert_int_equal(store_person_rename(w.store, rosa, S("x"), S("x"), NOON), STORE_NONE);
	assert_int_equal(store_person_by_id(w.store, HERE, rosa, &w.arena, &person), STORE_OK);
	assert_int_equal(person.role, STORE_READER);
	assert_int_equal(person.looked, 0);
	assert_int_equal(ask_file("SELECT count(*) FROM certificates"), 1);
	/* The log names luz alone. */
	assert_int_equal(ask_file("SELECT count(*) FROM actions"
				  " WHERE 'rosa' IN (actor_name, person_name)"),
		0);
	assert_int_equal(ask_file("SELECT count(*) FROM actions"
				  " WHERE 'luz' IN (actor_name, person_name)"),
		2);
	assert_int_equal(store_person_leave(w.store, luz, false, NOON), STORE_OK);
}

static void who_leaves_may_take_their_words_along(void **state)
{
	(void)state;
	struct store_comments page;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	int64_t first = write_one(rosa, ESSAY, "lemons on the wall");
	int64_t answer = answer_one(luz, first, "thank you");
	int64_t alone = write_one(rosa, ESSAY, "lemons again");
	int64_t herself = answer_one(rosa, alone, "lemons to myself");
	int64_t removed = write_one(rosa, ESSAY, "spam");
	int64_t below = answer_one(rosa, answer, "you are welcome to lemons");
	const struct store_order order = {
		.capsule = HERE, .act = STORE_ACT_REMOVE, .subject = removed, .now = NOON};
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
	assert_int_equal(store_report_add(w.store, HERE, alone, luz, S("why"), NOON), STORE_OK);
	assert_int_equal(store_report_add(w.store, HERE, answer, rosa, S("who"), NOON), STORE_OK);
	assert_int_equal(store_person_leave(w.store, rosa, true, NOON + 9), STORE_OK);

	/* What was answered keeps its place; what only she herself answered does not. */
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 2);
	assert_int_equal(page.total, 1);
	assert_int_equal(page.items[0].id, first);
	assert_int_equal(page.items[0].state, STORE_DELETED);
	assert_int_equal(page.items[0].answers, 1);
	assert_int_equal(page.items[1].id, answer);
	assert_int_equal(page.items[1].answers, 0);
	assert_false(comment_of(herself).listed);
	assert_false(comment_of(below).listed);
	assert_int_equal(comment_of(removed).state, STORE_REMOVED);
	assert_int_equal(
		ask_file("SELECT count(*) FROM comments WHERE person = 1 AND text <> ''"), 0);
	assert_int_equal(
		ask_file("SELECT count(*) FROM comment_words WHERE comment_words MATCH 'lemons'"),
		0);
	assert_int_equal(ask_file("SELECT comments FROM capsules WHERE id = 1"), 1);
	assert_int_equal(ask_file("SELECT comments FROM people WHERE id = 1"), 0);

	assert_int_equal(ask_file("SELECT count(*) FROM reports WHERE settled = 0"), 0);
	assert_int_equal(ask_file("SELECT count(*) FROM reports WHERE reason = 'who'"), 0);
	assert_int_equal(ask_file("SELECT count(*) FROM reports WHERE reason = 'why'"), 1);

	/* Once the last answer is gone, no placeholder is left either. */
	assert_int_equal(store_person_leave(w.store, luz, true, NOON + 9), STORE_OK);
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 10, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
}

/* Not in the pages that SQLite has no use for, nor as a word that a search could find. */
static void what_was_erased_is_not_in_the_file(void **state)
{
	(void)state;
	static const char words[] = "nobody else should ever read this: zyzzyva";
	int64_t rosa = person_of(1, "rosa");
	for (int i = 0; i < 40; i++)
		write_one(rosa, ESSAY, words);
	for (int left = 0; left < 2; left++) {
		store_end(); /* the last one to close writes all into the file */
		FILE *file = fopen(store_file(), "rb");
		assert_non_null(file);
		static char bytes[4 << 20];
		size_t size = fread(bytes, 1, sizeof bytes, file);
		fclose(file);
		assert_in_range(size, 4096, sizeof bytes - 1);
		bool found = memmem(bytes, size, words, sizeof words - 1) != NULL;
		bool found_word = memmem(bytes, size, "zyzzyva", 7) != NULL;
		assert_int_equal(found, left == 0);
		assert_int_equal(found_word, left == 0);
		store_begin();
		if (left == 0)
			assert_int_equal(store_person_leave(w.store, rosa, true, NOON), STORE_OK);
	}
}

/* More than are erased at once, so that others get their turn in between; each counts as a change.
 */
static void many_words_are_taken_along_bit_by_bit(void **state)
{
	(void)state;
	enum { MANY = 512 * 2 + 1 };
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	int64_t first = write_one(rosa, ESSAY, "lemons"), last = first;
	for (int i = 1; i < MANY; i++)
		last = answer_one(rosa, last, "lemons");
	answer_one(luz, first, "thank you");
	uint64_t before = w.generation;
	assert_int_equal(store_person_leave(w.store, rosa, true, NOON), STORE_OK);
	assert_int_equal(w.generation - before, 3);
	assert_int_equal(
		ask_file("SELECT count(*) FROM comments WHERE person = 1 AND state = 3"), MANY);
	assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE listed = 1"), 2);

	/* Whoever left without their words does not come back for them. */
	for (int i = 0; i < MANY; i++)
		write_one(luz, ESSAY, "oranges");
	assert_int_equal(store_person_leave(w.store, luz, false, NOON), STORE_OK);
	assert_int_equal(store_person_leave(w.store, luz, true, NOON), STORE_NONE);
	assert_int_equal(ask_file("SELECT comments FROM people WHERE id = 2"), MANY + 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(data_is_one_object_with_all_there_is),
		TEST(data_holds_each_comment_once),
		TEST(data_stops_when_nobody_takes_it),
		TEST(who_leaves_may_leave_their_words),
		TEST(who_leaves_takes_all_keys_along),
		TEST(who_leaves_may_take_their_words_along),
		TEST(many_words_are_taken_along_bit_by_bit),
		TEST(what_was_erased_is_not_in_the_file),
	};
	return cmocka_run_group_tests_name("store leave", tests, NULL, NULL);
}
