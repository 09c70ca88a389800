/*
 * Reading the conversation: threads, people, the latest, and the addresses of all that.
 */
#include "comments/comments.h"

#include "company.h"

static void a_thread_shows_answers_behind_what_they_answer(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "one");
	say_text(ibrahim, 0, "two");
	say_text(luz, 1, "below one");
	say_text(rosa, 3, "below that");
	struct span page = page_of(ESSAY_ON "/", 0);
	assert_holds(page, "# Comments on \"Kindness Spreads\" (4)\n\n"
			   "=> /posts/kindness-spreads.gmi Kindness Spreads\n"
			   "=> " ESSAY_ON "/spread Who passed it on to whom\n"
			   "\n### Rosa, today\n> one\n=> /comments/1 Open it: passed on once\n"
			   "\n### Luz, passing on Rosa's, today\n> below one\n"
			   "=> /comments/3 Open it: passed on once\n"
			   "\n### Rosa, passing on Luz's, today\n> below that\n"
			   "=> /comments/4 Open it: not passed on yet\n"
			   "\n### Ibrahim, today\n> two\n");
	assert_holds(page, "=> " ESSAY_ON "/feed.gmi Follow these comments\n"
			   "=> " ESSAY_ON "/atom.xml Follow them as Atom\n");
	assert_holds(page, "=> /comments/?" ESSAY_WAY " Log in or register to leave a comment\n");
	assert_leads_to_guard(
		page_of(ESSAY_ON "/", 1), "Leave a comment (as Rosa)", ESSAY_ON "/new", 1);
}

static void long_threads_have_pages(void **state)
{
	(void)state;
	let_people_in();
	char text[32];
	for (int i = 1; i <= 41; i++) {
		snprintf(text, sizeof text, "number %d.", i);
		say_text(rosa, 0, text);
	}
	struct span page = page_of(ESSAY_ON "/", 0);
	assert_holds(page, "# Comments on \"Kindness Spreads\" (41)\n");
	assert_holds(page, "> number 1.\n");
	assert_holds(page, "> number 20.\n=> /comments/20 ");
	assert_lacks(page, "> number 21.\n");
	assert_holds(page, "=> " ESSAY_ON "/?after=20 Next page\n");
	page = page_of(ESSAY_ON "/?after=40", 0);
	assert_holds(page, "> number 41.\n");
	assert_lacks(page, "Next page");
	assert_holds(page, "=> " ESSAY_ON "/ First page\n");
	assert_holds(page_of(ESSAY_ON "/?after=41", 0), "There are no later comments yet.\n");

	page = page_of("/comments/recent", 0);
	assert_holds(page,
		"\n### Rosa, today\n> number 41.\n=> /comments/41 Open it: not passed on yet\n"
		"=> /posts/kindness-spreads.gmi Kindness Spreads\n");
	assert_lacks(page, "> number 21.\n");
	assert_holds(page, "=> /comments/recent?before=22 Older comments\n");
	assert_holds(page_of("/comments/recent?before=2", 0), "> number 1.\n");
	assert_holds(page_of("/comments/recent?before=1", 0), "There are no earlier comments.\n");

	static const char *const wrong[] = {ESSAY_ON "/?after=x",
		ESSAY_ON "/?after=", ESSAY_ON "/?before=1", ESSAY_ON "/?after=-1",
		ESSAY_ON "/?after=1&x", ESSAY_ON "/spread?x", "/comments/1?x",
		"/comments/1?before=1", "/comments/people/1?after=1", "/comments/recent?x",
		"/comments/recent?before=99999999999999999999"};
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_says(wrong[i], 0, STATUS_BAD_REQUEST, "=NUMBER");
}

static void people_have_pages(void **state)
{
	(void)state;
	let_people_in();
	assert_holds(page_of("/comments/people/1", 0),
		"# Rosa\n\nHere since 2027-01-15. No comments yet.\n");
	say_text(rosa, 0, "hello");
	say(rosa, S("posts/gone"), 0, S("elsewhere"));
	say_text(ibrahim, 1, "not hers");
	struct span page = page_of("/comments/people/1", 0);
	assert_holds(page,
		". 2 comments.\n\n### Rosa, today\n> elsewhere\n"
		"=> /comments/2 Open it: not passed on yet\n\n### Rosa, today\n> hello\n"
		"=> /comments/1 Open it: passed on once\n=> /posts/kindness-spreads.gmi ");
	assert_lacks(page, "not hers");
	assert_lacks(page, "moderat");
	for (int i = 0; i < 20; i++)
		say_text(rosa, 0, "more");
	assert_holds(page_of("/comments/people/1", 0), "=> /comments/people/1?before=4 Older ones");
	page = page_of("/comments/people/1?before=4", 0);
	assert_holds(page, "> hello\n");
	assert_holds(page, "=> /comments/people/1 The latest ones\n");
	assert_holds(page_of("/comments/people/1?before=1", 0), "There are no earlier ones.\n");
	/* What was shown stays, and only moderators see that there is a ban. */
	moderate(STORE_ACT_BAN, rosa);
	page = page_of("/comments/people/1", 2);
	assert_holds(page, "> more\n");
	assert_lacks(page, "ban");
	assert_true(
		link_on(page_of("/comments/people/1", 4), "/comments/moderation/people/1/unban/~")
			.len > 0);
	page = page_of("/comments/people/2", 4);
	assert_true(link_on(page, "/comments/moderation/people/2/ban/~").len > 0);
	assert_int_equal(link_on(page, "/comments/moderation/people/2/appoint").len, 0);
	assert_lacks(page_of("/comments/people/4", 4), "For moderators");
	static const char *const none[] = {"/comments/people/9", "/comments/people/0",
		"/comments/people/", "/comments/people/rosa"};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
		assert_says(none[i], 0, STATUS_NOT_FOUND, "/comments/recent");
}

static void long_comments_are_cut_in_lists(void **state)
{
	(void)state;
	let_people_in();
	static char text[2100];
	for (size_t i = 0; i + 1 < sizeof text; i++)
		text[i] = i % 53 == 52 ? ' ' : 'x';
	memcpy(text + sizeof text - 40, " https://example.org/the-end", 28);
	say_text(rosa, 0, text);
	static const char *const lists[] = {ESSAY_ON "/", "/comments/recent", "/comments/people/1"};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct span page = page_of(lists[i], 0);
		assert_holds(page, "x\xe2\x80\xa6\n=> /comments/1 The rest of this comment\n");
		assert_lacks(page, "the-end");
		assert_lacks(page, "Links in");
	}
	struct span page = page_of("/comments/1", 0);
	assert_holds(page, "Links in this comment:\n=> https://example.org/the-end");
	assert_lacks(page, "The rest of");
}

static void addresses_that_do_not_exist_are_51(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "hello");
	static const char *const none[] = {"/comments/0", "/comments/2", "/comments/01",
		"/comments/1/", "/comments/99999999999999999999", "/comments/9223372036854775807",
		"/comments/-1", "/comments/registered", "/comments/on/", "/comments/on",
		"/comments/on/new", "/comments/on/posts/none/", "/comments/on/posts/none",
		"/comments/on/posts/none/spread", "/commentsx", "/comments/1/~guard",
		"/comments/on/posts/none/new", "/comments/on/posts/none/new/~guard",
		"/comments/on/new/~guard", "/comments/1/reply/~"};
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		for (unsigned char who = 0; who <= 1; who++)
			assert_says(none[i], who, STATUS_NOT_FOUND, "/comments/recent");
}

static void addresses_without_their_slash_lead_on(void **state)
{
	(void)state;
	assert_answer("/comments", 0, STATUS_PERMANENT_REDIRECT, "/comments/");
	assert_answer(
		"/comments?" ESSAY_WAY, 0, STATUS_PERMANENT_REDIRECT, "/comments/?" ESSAY_WAY);
	assert_answer(ESSAY_ON, 0, STATUS_PERMANENT_REDIRECT, ESSAY_ON "/");
	/* A post called "new" has a thread like any other. */
	assert_answer(
		"/comments/on/posts/new", 0, STATUS_PERMANENT_REDIRECT, "/comments/on/posts/new/");
	page_of("/comments/on/posts/new/", 0);
	assert_answer(
		"/comments/on/posts/new/new", 0, STATUS_REDIRECT, "/comments/?on/posts/new/new");
}

/* Posts may be named like what stands behind the address of another one's thread. */
static void slugs_may_end_like_our_pages(void **state)
{
	(void)state;
	let_people_in();
	static const char *const slugs[] = {"posts/kindness-spreads/new/~draft", "posts/new/~draft",
		"posts/kindness-spreads/new/new", "posts/new/first", "new/~draft", "posts/~new"};
	for (size_t i = 0; i < sizeof(slugs) / sizeof(slugs[0]); i++) {
		const char *on = arena_printf(&w.arena, "/comments/on/%s", slugs[i]);
		const char *thread = arena_printf(&w.arena, "%s/", on);
		const char *at = arena_printf(&w.arena, "%snew", thread);
		another_slug = slugs[i];
		assert_answer(on, 1, STATUS_PERMANENT_REDIRECT, thread);
		assert_leads_to_guard(page_of(thread, 1), "Leave a comment (as Rosa)", at, 1);
		assert_says(path_with(at, "Hello"), 1, STATUS_REDIRECT, "/comments/");
		struct store_comments thread_of;
		assert_int_equal(store_thread_latest(
					 w.store, HERE, span_of(slugs[i]), 5, &w.arena, &thread_of),
			STORE_OK);
		assert_int_equal(thread_of.total, 1);
	}
	/* Where there is no such post it is nobody's guard of the other one. */
	another_slug = NULL;
	const char *on = arena_printf(&w.arena, "/comments/on/%s", slugs[0]);
	assert_string_equal(led_to(on, 1), guard_of(ESSAY_ON "/new", 1));
}

static void addresses_are_percent_encoded(void **state)
{
	(void)state;
#define CAFE "on/posts/caf%C3%A9%20noir/"
	let_people_in();
	say(rosa, S("posts/caf\xc3\xa9 noir"), 0, S("hello"));
	struct span page = page_of("/comments/1", 2);
	assert_holds(page, "=> /posts/caf%C3%A9%20noir.gmi Caf\xc3\xa9 # noir\n");
	assert_holds(page, "=> /comments/" CAFE " ");
	page = page_of("/comments/" CAFE, 2);
	assert_holds(page, "# Comments on \"Caf\xc3\xa9 # noir\" (1)\n");
	assert_holds(page, "=> titan://here.example/comments/" CAFE "new ");
	assert_holds(page_of("/comments/" CAFE "spread", 0), "\n\xe2\x97\x8f Caf\xc3\xa9 # noir\n");
}

static void a_store_that_rests_is_41(void **state)
{
	(void)state;
	let_people_in();
	assert_int_equal(rename(tree_at(&w.tree, "var"), tree_at(&w.tree, "away")), 0);
	static const char *const paths[] = {ESSAY_ON "/", ESSAY_ON "/spread", "/comments/1",
		"/comments/recent", "/comments/people/1"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		for (unsigned char who = 0; who <= 1; who++)
			assert_answer(paths[i], who, STATUS_SERVER_UNAVAILABLE,
				"Comments are resting; the pages are not. Try again in a minute");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_thread_shows_answers_behind_what_they_answer),
		TEST(long_threads_have_pages),
		TEST(people_have_pages),
		TEST(long_comments_are_cut_in_lists),
		TEST(addresses_that_do_not_exist_are_51),
		TEST(addresses_without_their_slash_lead_on),
		TEST(slugs_may_end_like_our_pages),
		TEST(addresses_are_percent_encoded),
		TEST(a_store_that_rests_is_41),
	};
	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
