/*
 * The store: comments are read in lists, page by page.
 */
#include "store/comments.h"

#include "capture.h"
#include "store/moderation.h"
#include "stores.h"

static void shell(enum store_act act, int64_t subject)
{
	const struct store_order order = {
		.capsule = HERE, .act = act, .subject = subject, .reason = S("test"), .now = NOON};
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
}

/* The ids of a page, in its order. */
static void assert_ids(const struct store_comments *page, const int64_t *ids, size_t count)
{
	assert_int_equal(page->count, count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(page->items[i].id, ids[i]);
}
#define assert_page(page, ...)                                                                     \
	assert_ids(&(page), (const int64_t[]){__VA_ARGS__},                                        \
		sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t))

static struct store_comments thread_after(int64_t after, size_t most)
{
	struct store_comments page;
	assert_int_equal(
		store_thread_page(w.store, HERE, ESSAY, after, most, &w.arena, &page), STORE_OK);
	return page;
}

/* rosa's a with luz's b and, below that, rosa's c; luz's d; and rosa's e, which answers a. */
struct thread {
	int64_t rosa, luz, a, b, c, d, e;
};

static struct thread make_thread(void)
{
	struct thread t = {.rosa = person_of(1, "rosa"), .luz = person_of(2, "luz")};
	t.a = write_one(t.rosa, ESSAY, "a");
	t.b = answer_one(t.luz, t.a, "b");
	t.c = answer_one(t.rosa, t.b, "c");
	t.d = write_one(t.luz, ESSAY, "d");
	t.e = answer_one(t.rosa, t.a, "e");
	return t;
}

static void answers_follow_what_they_answer(void **state)
{
	(void)state;
	struct thread t = make_thread();
	struct store_comments page = thread_after(0, 9);
	assert_page(page, t.a, t.b, t.c, t.e, t.d);
	assert_false(page.more);
	assert_int_equal(page.total, 5);
	assert_int_equal(page.items[2].depth, 2);
	assert_span_equal(page.items[2].parent_author, "luz");

	page = thread_after(0, 2);
	assert_page(page, t.a, t.b);
	assert_true(page.more);
	page = thread_after(t.b, 2);
	assert_page(page, t.c, t.e);
	page = thread_after(t.e, 2);
	assert_page(page, t.d);
	assert_false(page.more);
	/* Behind the last one there are none, but the total is still known. */
	page = thread_after(t.d, 2);
	assert_int_equal(page.count, 0);
	assert_int_equal(page.total, 5);

	assert_int_equal(
		store_thread_tree(w.store, HERE, ESSAY, t.b, 2, &w.arena, &page), STORE_OK);
	assert_page(page, t.c, t.e);
	assert_span_equal(page.items[0].text, "");
	assert_span_equal(page.items[0].author, "rosa");
}

/* Where a page ended stays a place to go on from, even when it is not listed any more; an id that
 * is of no comment here leads to the beginning. */
static void a_page_begins_behind_any_comment_of_the_thread(void **state)
{
	(void)state;
	struct thread t = make_thread();
	int64_t other = write_one(t.rosa, S("posts/other"), "elsewhere");
	assert_int_equal(store_comment_delete(w.store, HERE, t.c, t.rosa), STORE_OK);
	struct store_comments page = thread_after(t.c, 1);
	assert_page(page, t.e);
	const int64_t strange[] = {other, 9999, -1, INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
		page = thread_after(strange[i], 2);
		assert_page(page, t.a, t.b);
	}
}

static void an_empty_thread_has_nothing(void **state)
{
	(void)state;
	struct store_comments page = thread_after(0, 3);
	int64_t id = 0;
	unsigned depth = 0;
	assert_int_equal(page.count, 0);
	assert_int_equal(page.total, 0);
	assert_int_equal(store_thread_deepest(w.store, HERE, ESSAY, &id, &depth), STORE_NONE);
	int64_t rosa = person_of(1, "rosa"), only = write_one(rosa, ESSAY, "hello");
	assert_int_equal(store_comment_delete(w.store, HERE, only, rosa), STORE_OK);
	assert_int_equal(store_thread_deepest(w.store, HERE, ESSAY, &id, &depth), STORE_NONE);
}

static void the_deepest_is_the_first_such(void **state)
{
	(void)state;
	struct thread t = make_thread();
	int64_t id = 0;
	unsigned depth = 0;
	int64_t later = answer_one(t.luz, t.e, "as deep");
	assert_int_equal(store_thread_deepest(w.store, HERE, ESSAY, &id, &depth), STORE_OK);
	assert_int_equal(id, t.c);
	assert_int_equal(depth, 2);
	assert_int_equal(store_comment_delete(w.store, HERE, t.c, t.rosa), STORE_OK);
	assert_int_equal(store_thread_deepest(w.store, HERE, ESSAY, &id, &depth), STORE_OK);
	assert_int_equal(id, later);
}

static void answers_are_read_in_pages(void **state)
{
	(void)state;
	struct thread t = make_thread();
	struct store_comments page;
	assert_int_equal(store_answers(w.store, HERE, t.a, 0, 1, &w.arena, &page), STORE_OK);
	assert_page(page, t.b);
	assert_true(page.more);
	assert_int_equal(page.total, 2);
	assert_int_equal(store_answers(w.store, HERE, t.a, t.b, 1, &w.arena, &page), STORE_OK);
	assert_page(page, t.e);
	assert_false(page.more);
	const struct span capsules[] = {HERE, THERE};
	for (size_t i = 0; i < 2; i++) { /* one that has none, and one that is not there */
		assert_int_equal(store_answers(w.store, capsules[i], i == 0 ? t.d : t.a, 0, 9,
					 &w.arena, &page),
			STORE_OK);
		assert_int_equal(page.count, 0);
		assert_int_equal(page.total, 0);
	}
}

static void a_chain_is_read_from_the_top(void **state)
{
	(void)state;
	struct thread t = make_thread();
	struct store_comments page;
	assert_int_equal(store_chain(w.store, HERE, t.c, 9, &w.arena, &page), STORE_OK);
	assert_page(page, t.a, t.b);
	assert_false(page.more);
	assert_int_equal(page.total, 2);
	assert_int_equal(store_chain(w.store, HERE, t.c, 1, &w.arena, &page), STORE_OK);
	assert_page(page, t.b);
	assert_true(page.more);
	assert_int_equal(store_chain(w.store, HERE, t.a, 9, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	assert_int_equal(store_chain(w.store, THERE, t.c, 9, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
}

static void the_latest_are_the_shown_ones(void **state)
{
	(void)state;
	struct thread t = make_thread();
	struct store_comments page;
	int64_t other = write_one(t.luz, S("posts/other"), "elsewhere");
	shell(STORE_ACT_HIDE, t.e);
	assert_int_equal(store_thread_latest(w.store, HERE, ESSAY, 2, &w.arena, &page), STORE_OK);
	assert_page(page, t.d, t.c);
	assert_true(page.more);
	assert_int_equal(page.total, 4);
	assert_int_equal(store_recent(w.store, HERE, 0, 2, &w.arena, &page), STORE_OK);
	assert_page(page, other, t.d);
	assert_int_equal(page.total, 5);
	assert_int_equal(store_recent(w.store, HERE, t.d, 9, &w.arena, &page), STORE_OK);
	assert_page(page, t.c, t.b, t.a);
	assert_false(page.more);
	assert_int_equal(store_recent(w.store, THERE, 0, 9, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
}

static void ones_own_list_has_more_than_the_public_one(void **state)
{
	(void)state;
	struct thread t = make_thread();
	struct store_comments page;
	int64_t deleted = write_one(t.rosa, ESSAY, "f"), removed = write_one(t.rosa, ESSAY, "g");
	shell(STORE_ACT_HIDE, t.e);
	shell(STORE_ACT_REMOVE, removed);
	assert_int_equal(store_comment_delete(w.store, HERE, deleted, t.rosa), STORE_OK);

	assert_int_equal(store_comments_of(w.store, HERE, t.rosa, 0, 9, &w.arena, &page), STORE_OK);
	assert_page(page, t.c, t.a);
	assert_int_equal(page.total, 2);
	assert_int_equal(
		store_comments_of(w.store, HERE, t.rosa, t.c, 9, &w.arena, &page), STORE_OK);
	assert_page(page, t.a);
	assert_int_equal(
		store_comments_of(w.store, THERE, t.rosa, 0, 9, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);

	assert_int_equal(store_comments_own(w.store, t.rosa, 0, 3, &w.arena, &page), STORE_OK);
	assert_page(page, removed, t.e, t.c);
	assert_true(page.more);
	assert_int_equal(page.total, 2);
	assert_span_equal(page.items[0].text, "");
	assert_span_equal(page.items[1].text, "e");
	assert_int_equal(page.items[1].state, STORE_HIDDEN);
	assert_int_equal(store_comments_own(w.store, t.rosa, t.c, 3, &w.arena, &page), STORE_OK);
	assert_page(page, t.a);
}

static void answers_to_one_are_those_of_others(void **state)
{
	(void)state;
	struct thread t = make_thread(); /* e is rosa's answer to herself */
	struct store_comments page;
	int64_t f = answer_one(t.luz, t.c, "f"), g = answer_one(t.luz, t.e, "g");
	int64_t hidden = answer_one(t.luz, t.a, "h");
	shell(STORE_ACT_HIDE, hidden);
	assert_int_equal(store_answers_to(w.store, t.rosa, 0, 0, 2, &w.arena, &page), STORE_OK);
	assert_page(page, g, f);
	assert_true(page.more);
	assert_int_equal(page.total, 0);
	int64_t since = page.items[1].written;
	assert_int_equal(store_answers_to(w.store, t.rosa, 0, f, 2, &w.arena, &page), STORE_OK);
	assert_page(page, t.b);
	assert_false(page.more);
	assert_int_equal(store_answers_to(w.store, t.rosa, since, 0, 2, &w.arena, &page), STORE_OK);
	assert_page(page, g, f);
	assert_false(page.more);
	assert_int_equal(
		store_answers_to(w.store, t.rosa, since + 1, 0, 2, &w.arena, &page), STORE_OK);
	assert_page(page, g);
	assert_int_equal(store_answers_to(w.store, t.luz, 0, 0, 9, &w.arena, &page), STORE_OK);
	assert_page(page, t.c);
}

/* Whatever list it stands in as a placeholder; only by its id its text is given, for those who may
 * see it. */
static void no_list_gives_a_text_that_is_not_shown(void **state)
{
	(void)state;
	struct thread t = make_thread();
	struct store_comments pages[3];
	struct store_comment comment;
	shell(STORE_ACT_HIDE, t.b);
	pages[0] = thread_after(t.a, 1);
	assert_int_equal(store_answers(w.store, HERE, t.a, 0, 1, &w.arena, &pages[1]), STORE_OK);
	assert_int_equal(store_chain(w.store, HERE, t.c, 1, &w.arena, &pages[2]), STORE_OK);
	for (size_t i = 0; i < 3; i++) {
		assert_page(pages[i], t.b);
		assert_int_equal(pages[i].items[0].state, STORE_HIDDEN);
		assert_true(pages[i].items[0].listed);
		assert_span_equal(pages[i].items[0].text, "");
	}
	assert_int_equal(store_comment_by_id(w.store, HERE, t.b, &w.arena, &comment), STORE_OK);
	assert_span_equal(comment.text, "b");
	assert_int_equal(store_comment_by_id(w.store, THERE, t.b, &w.arena, &comment), STORE_NONE);
}

/* Those of one who has left stay where they are, without the name. */
static void who_has_left_is_named_nowhere(void **state)
{
	(void)state;
	struct thread t = make_thread();
	assert_int_equal(store_person_leave(w.store, t.luz, false, NOON), STORE_OK);
	struct store_comments page = thread_after(t.a, 2);
	assert_page(page, t.b, t.c);
	assert_span_equal(page.items[0].author, "");
	assert_span_equal(page.items[0].text, "b");
	assert_span_equal(page.items[1].parent_author, "");
	assert_int_equal(page.items[1].parent_person, t.luz);
}

static void a_page_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	struct thread t = make_thread();
	struct store_comments page;
	struct arena arena;
	arena_init(&arena, 2048);
	capture_begin();
	assert_int_equal(
		store_thread_page(w.store, HERE, ESSAY, 0, 1000, &arena, &page), STORE_RESTING);
	assert_int_equal(
		store_thread_page(w.store, HERE, ESSAY, 0, SIZE_MAX, &arena, &page), STORE_RESTING);
	assert_non_null(strstr(capture_end(), "did not fit into memory"));
	assert_int_equal(store_chain(w.store, HERE, t.c, SIZE_MAX, &w.arena, &page), STORE_OK);
	arena_end(&arena);
	page = thread_after(0, 1);
	assert_page(page, t.a);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(answers_follow_what_they_answer),
		TEST(a_page_begins_behind_any_comment_of_the_thread),
		TEST(an_empty_thread_has_nothing),
		TEST(the_deepest_is_the_first_such),
		TEST(answers_are_read_in_pages),
		TEST(a_chain_is_read_from_the_top),
		TEST(the_latest_are_the_shown_ones),
		TEST(ones_own_list_has_more_than_the_public_one),
		TEST(answers_to_one_are_those_of_others),
		TEST(no_list_gives_a_text_that_is_not_shown),
		TEST(who_has_left_is_named_nowhere),
		TEST(a_page_that_does_not_fit_is_refused),
	};
	return cmocka_run_group_tests_name("store lists", tests, NULL, NULL);
}
