/*
 * The store: what may be written where, edited and deleted by whom.
 */
#include "store/comments.h"

#include "store/moderation.h"
#include "stores.h"

static enum store_result shell(enum store_act act, int64_t subject)
{
	const struct store_order order = {
		.capsule = HERE, .act = act, .subject = subject, .reason = S("test"), .now = NOON};
	return store_moderate(w.store, &order);
}

static struct store_comment read_one(int64_t id)
{
	struct store_comment comment = {0};
	assert_int_equal(store_comment_by_id(w.store, HERE, id, &w.arena, &comment), STORE_OK);
	return comment;
}

/* In a place of its own each, so that nothing is a repeat. */
static enum store_result write_held(
	int64_t person, const char *slug, enum store_hold hold, struct store_comment_added *added)
{
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = span_of(slug),
		.text = S("hello"),
		.person = person,
		.now = NOON,
		.repeat_since = NOON - 600,
		.count_since = NOON - 3600,
		.most = 100,
		.hold = hold};
	return store_comment_add(w.store, &comment, added);
}

static enum store_result edit_as(
	int64_t person, int64_t id, const char *text, enum store_hold hold, enum store_state *state)
{
	const struct store_comment_edit edit = {.capsule = HERE,
		.text = span_of(text),
		.id = id,
		.person = person,
		.now = NOON + 60,
		.hold = hold};
	return store_comment_edit(w.store, &edit, state);
}

static void an_answer_stands_below_what_it_answers(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	int64_t first = write_one(rosa, ESSAY, "hello");
	struct store_comment_added added;
	/* It belongs to the post of what it answers, whatever it says itself. */
	assert_int_equal(
		write_below(luz, S("posts/other"), first, "passed on", NOON, &added), STORE_OK);
	assert_int_equal(added.state, STORE_SHOWN);
	struct store_comment answer = read_one(added.id);
	assert_span_equal(answer.slug, "posts/essay");
	assert_int_equal(answer.parent, first);
	assert_int_equal(answer.parent_person, rosa);
	assert_span_equal(answer.parent_author, "rosa");
	assert_int_equal(answer.depth, 1);
	assert_true(answer.listed);
	struct store_comment top = read_one(first);
	assert_int_equal(top.answers, 1);
	assert_int_equal(top.depth, 0);
	assert_int_equal(top.parent, 0);
	assert_int_equal(top.parent_person, 0);
	assert_span_equal(top.parent_author, "");
	assert_int_equal(ask_file("SELECT count(*) FROM threads"), 1);
}

static void what_is_not_shown_is_not_answered(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	struct store_comment_added added, answer;
	int64_t deleted = write_one(rosa, ESSAY, "one"), hidden = write_one(rosa, ESSAY, "two");
	assert_int_equal(store_comment_delete(w.store, HERE, deleted, rosa), STORE_OK);
	assert_int_equal(shell(STORE_ACT_HIDE, hidden), STORE_OK);
	assert_int_equal(write_held(rosa, "held", STORE_HOLD_ALL, &added), STORE_OK);
	const int64_t parents[] = {deleted, hidden, added.id, 9999, -1};
	for (size_t i = 0; i < sizeof parents / sizeof parents[0]; i++)
		assert_int_equal(
			write_below(rosa, ESSAY, parents[i], "hello", NOON, &answer), STORE_GONE);
	assert_int_equal(ask_file("SELECT count(*) FROM comments"), 3);
}

static void nobody_writes_who_may_not(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz"), other = 0;
	struct store_comment_added added;
	enum store_state now;
	int64_t comment = write_one(rosa, ESSAY, "hello");
	assert_int_equal(register_at(THERE, 1, S("rosa"), S("rosa"), NOON, &other), STORE_OK);
	assert_int_equal(write_at(other, ESSAY, "hello", NOON, &added), STORE_NONE);
	assert_int_equal(write_at(9999, ESSAY, "hello", NOON, &added), STORE_NONE);

	assert_int_equal(shell(STORE_ACT_BAN, rosa), STORE_OK);
	assert_int_equal(write_at(rosa, ESSAY, "again", NOON, &added), STORE_BARRED);
	assert_int_equal(edit_as(rosa, comment, "again", STORE_HOLD_NONE, &now), STORE_BARRED);
	assert_int_equal(shell(STORE_ACT_UNBAN, rosa), STORE_OK);
	assert_int_equal(write_at(rosa, ESSAY, "again", NOON, &added), STORE_OK);

	assert_int_equal(store_person_leave(w.store, luz, false, NOON), STORE_OK);
	assert_int_equal(write_at(luz, ESSAY, "again", NOON, &added), STORE_NONE);
	/* The refused ones left not even their thread behind. */
	assert_int_equal(write_at(luz, S("posts/new"), "again", NOON, &added), STORE_NONE);
	assert_int_equal(ask_file("SELECT count(*) FROM threads"), 1);
}

static void the_same_text_is_a_repeat_in_the_same_place(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	struct store_comment_added first, second, again;
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON, &first), STORE_OK);
	assert_int_equal(write_at(rosa, ESSAY, "hello", NOON + 600, &again), STORE_REPEATED);
	assert_int_equal(again.id, first.id);
	assert_int_equal(again.state, STORE_SHOWN);
	/* Below a comment it is another thing to say. */
	assert_int_equal(write_below(rosa, ESSAY, first.id, "hello", NOON, &second), STORE_OK);
	assert_int_equal(write_below(rosa, ESSAY, first.id, "hello", NOON, &again), STORE_REPEATED);
	assert_int_equal(again.id, second.id);
	/* What was taken back may be said again. */
	assert_int_equal(store_comment_delete(w.store, HERE, second.id, rosa), STORE_OK);
	assert_int_equal(write_below(rosa, ESSAY, first.id, "hello", NOON, &again), STORE_OK);
}

static void comments_are_held_as_it_is_asked(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	struct store_comment_added first, added;
	assert_int_equal(write_held(rosa, "a", STORE_HOLD_FIRST, &first), STORE_OK);
	assert_int_equal(first.state, STORE_HELD);
	assert_false(read_one(first.id).listed);
	/* Nobody has seen one of theirs yet, so the next is held, too; and a repeat says so. */
	assert_int_equal(write_held(rosa, "b", STORE_HOLD_FIRST, &added), STORE_OK);
	assert_int_equal(added.state, STORE_HELD);
	assert_int_equal(write_held(rosa, "b", STORE_HOLD_NONE, &added), STORE_REPEATED);
	assert_int_equal(added.state, STORE_HELD);

	assert_int_equal(shell(STORE_ACT_APPROVE, first.id), STORE_OK);
	assert_true(read_one(first.id).listed);
	assert_int_equal(write_held(rosa, "c", STORE_HOLD_FIRST, &added), STORE_OK);
	assert_int_equal(added.state, STORE_SHOWN);
	assert_int_equal(write_held(rosa, "d", STORE_HOLD_ALL, &added), STORE_OK);
	assert_int_equal(added.state, STORE_HELD);
	assert_int_equal(write_held(rosa, "e", STORE_HOLD_NONE, &added), STORE_OK);
	assert_int_equal(added.state, STORE_SHOWN);
}

static void a_held_answer_does_not_count(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	struct store_comment_added added;
	int64_t first = write_one(rosa, ESSAY, "hello");
	const struct store_comment_new comment = {.capsule = HERE,
		.text = S("answer"),
		.person = rosa,
		.parent = first,
		.now = NOON,
		.most = 10,
		.hold = STORE_HOLD_ALL};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	assert_int_equal(read_one(first).answers, 0);
	assert_int_equal(shell(STORE_ACT_APPROVE, added.id), STORE_OK);
	assert_int_equal(read_one(first).answers, 1);
	assert_int_equal(shell(STORE_ACT_HIDE, added.id), STORE_OK);
	assert_int_equal(read_one(first).answers, 0);
}

static void an_edit_is_marked(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	enum store_state now = STORE_REMOVED;
	int64_t id = write_one(rosa, ESSAY, "hello");
	/* The same again is no edit. */
	assert_int_equal(edit_as(rosa, id, "hello", STORE_HOLD_ALL, &now), STORE_OK);
	assert_int_equal(now, STORE_SHOWN);
	assert_int_equal(read_one(id).edited, 0);
	assert_int_equal(edit_as(rosa, id, "hello there", STORE_HOLD_NONE, &now), STORE_OK);
	assert_int_equal(now, STORE_SHOWN);
	struct store_comment comment = read_one(id);
	assert_span_equal(comment.text, "hello there");
	assert_int_equal(comment.edited, NOON + 60);
	assert_int_equal(comment.written, NOON);

	assert_int_equal(edit_as(luz, id, "mine", STORE_HOLD_NONE, &now), STORE_BARRED);
	assert_int_equal(edit_as(rosa, 9999, "mine", STORE_HOLD_NONE, &now), STORE_NONE);
	assert_int_equal(shell(STORE_ACT_HIDE, id), STORE_OK);
	assert_int_equal(edit_as(rosa, id, "back", STORE_HOLD_NONE, &now), STORE_GONE);
	assert_int_equal(edit_as(luz, id, "mine", STORE_HOLD_NONE, &now), STORE_BARRED);
	assert_int_equal(shell(STORE_ACT_UNHIDE, id), STORE_OK);
	assert_span_equal(read_one(id).text, "hello there");
	assert_int_equal(store_comment_delete(w.store, HERE, id, rosa), STORE_OK);
	assert_int_equal(edit_as(rosa, id, "back", STORE_HOLD_NONE, &now), STORE_GONE);
}

static void an_edited_comment_is_held_again(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	enum store_state now;
	int64_t first = write_one(rosa, ESSAY, "one");
	/* The only one that anybody has looked at is a first one still. */
	assert_int_equal(edit_as(rosa, first, "one more", STORE_HOLD_FIRST, &now), STORE_OK);
	assert_int_equal(now, STORE_HELD);
	assert_span_equal(read_one(first).text, "one more");
	/* A held one stays so, whatever holds now. */
	assert_int_equal(edit_as(rosa, first, "one", STORE_HOLD_NONE, &now), STORE_OK);
	assert_int_equal(now, STORE_HELD);
	assert_int_equal(shell(STORE_ACT_APPROVE, first), STORE_OK);

	int64_t answer = answer_one(rosa, first, "two");
	assert_int_equal(edit_as(rosa, first, "one!", STORE_HOLD_FIRST, &now), STORE_OK);
	assert_int_equal(now, STORE_SHOWN);
	assert_int_equal(edit_as(rosa, first, "one?", STORE_HOLD_ALL, &now), STORE_OK);
	assert_int_equal(now, STORE_HELD);
	/* Its place stays, as it was answered. */
	assert_true(read_one(first).listed);
	assert_int_equal(read_one(first).state, STORE_HELD);
	assert_int_equal(read_one(answer).state, STORE_SHOWN);
}

static void what_is_deleted_is_gone(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	struct store_comments page;
	int64_t first = write_one(rosa, ESSAY, "secret"), answer = answer_one(luz, first, "why");
	assert_int_equal(store_comment_delete(w.store, HERE, first, luz), STORE_BARRED);
	assert_int_equal(store_comment_delete(w.store, THERE, first, rosa), STORE_NONE);
	assert_int_equal(store_comment_delete(w.store, HERE, 9999, rosa), STORE_NONE);
	assert_int_equal(store_comment_delete(w.store, HERE, first, rosa), STORE_OK);
	assert_int_equal(store_comment_delete(w.store, HERE, first, rosa), STORE_GONE);

	/* Its place is kept while it is answered, and its text nowhere. */
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 9, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 2);
	assert_int_equal(page.total, 1);
	assert_int_equal(page.items[0].state, STORE_DELETED);
	assert_span_equal(page.items[0].text, "");
	assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE text = 'secret'"), 0);
	assert_int_equal(store_comment_delete(w.store, HERE, answer, luz), STORE_OK);
	assert_int_equal(store_thread_page(w.store, HERE, ESSAY, 0, 9, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	assert_int_equal(page.total, 0);
	assert_false(read_one(first).listed);
}

/* What a moderator has hidden, and what a banned person wrote, is still theirs to take back. */
static void anything_of_ones_own_is_deleted(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	int64_t hidden = write_one(rosa, ESSAY, "one"), other = write_one(rosa, ESSAY, "two");
	int64_t removed = write_one(rosa, ESSAY, "three");
	assert_int_equal(shell(STORE_ACT_HIDE, hidden), STORE_OK);
	assert_int_equal(shell(STORE_ACT_REMOVE, removed), STORE_OK);
	assert_int_equal(store_comment_delete(w.store, HERE, hidden, rosa), STORE_OK);
	assert_int_equal(read_one(hidden).state, STORE_DELETED);
	assert_int_equal(store_comment_delete(w.store, HERE, removed, rosa), STORE_GONE);
	assert_int_equal(read_one(removed).state, STORE_REMOVED);
	assert_int_equal(shell(STORE_ACT_BAN, rosa), STORE_OK);
	assert_int_equal(store_comment_delete(w.store, HERE, other, rosa), STORE_OK);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_stands_below_what_it_answers),
		TEST(what_is_not_shown_is_not_answered),
		TEST(nobody_writes_who_may_not),
		TEST(the_same_text_is_a_repeat_in_the_same_place),
		TEST(comments_are_held_as_it_is_asked),
		TEST(a_held_answer_does_not_count),
		TEST(an_edit_is_marked),
		TEST(an_edited_comment_is_held_again),
		TEST(what_is_deleted_is_gone),
		TEST(anything_of_ones_own_is_deleted),
	};
	return cmocka_run_group_tests_name("store comments", tests, NULL, NULL);
}
