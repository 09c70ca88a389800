/*
 * One comment on its own page: the chain above it, the answers below, and what may be done.
 */
#include "comments/comments.h"

#include "company.h"

/* A held comment of this text under the essay. */
static int64_t say_held(int64_t person, int64_t parent, const char *text)
{
	struct store_comment_added added = {0};
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = SPREADS,
		.text = span_of(text),
		.person = person,
		.parent = parent,
		.now = now,
		.most = 100,
		.hold = STORE_HOLD_ALL};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	assert_int_equal(added.state, STORE_HELD);
	return added.id;
}

static void erase(int64_t id, int64_t person)
{
	assert_int_equal(store_comment_delete(w.store, HERE, id, person), STORE_OK);
}

static void a_chain_tells_who_passed_it_on(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "The driver waited.");
	now += 2 * DAY;
	say_text(ibrahim, 1, "I held the lift.");
	const struct store_comment_edit edit = {.capsule = HERE,
		.text = S("I held the lift.\nSee https://example.org/"),
		.id = 2,
		.person = ibrahim,
		.now = now + 600};
	enum store_state shown;
	assert_int_equal(store_comment_edit(w.store, &edit, &shown), STORE_OK);
	say_text(luz, 2, "I let somebody in.");
	say_text(rosa, 2, "Me too.");
	struct span page = page_of("/comments/2", 0);
	assert_holds(page, "# Passed on from Rosa to Ibrahim to you\n\n"
			   "=> /posts/kindness-spreads.gmi Kindness Spreads\n"
			   "> Somebody held the door.\n"
			   "\n### Rosa, 2 days ago\n> The driver waited.\n"
			   "=> /comments/1 Open it: passed on once\n"
			   "\n### Ibrahim, passing on Rosa's, today (edited 10 minutes later)\n"
			   "> I held the lift.\n> See https://example.org/\n"
			   "Links in this comment:\n=> https://example.org/ https://example.org/\n"
			   "\n=> /comments/2/reply Pass it on\n");
	assert_holds(page, "=> /comments/people/2 More by Ibrahim\n"
			   "=> /comments/2/report Report it to the moderators\n"
			   "\n## Passed on by\n"
			   "\n### Luz, passing on Ibrahim's, today\n> I let somebody in.\n"
			   "=> /comments/3 Open it: not passed on yet\n"
			   "\n### Rosa, passing on Ibrahim's, today\n> Me too.\n");
	assert_lacks(page, "/edit");
	assert_lacks(page, "/delete");
	assert_lacks(page, "titan:");
	assert_lacks(page, "moderation");
	assert_holds(page_of("/comments/1", 0), "# Passed on from Rosa to you\n");
	assert_holds(page_of("/comments/3", 0), "# Passed on from Rosa to Ibrahim to Luz to you\n");
	assert_holds(page_of("/comments/3", 3), "# Passed on from Rosa to Ibrahim by you\n");
	assert_holds(page_of("/comments/1", 1), "# Your comment\n");
}

static void who_is_known_is_offered_more(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "hello");
	struct span page = page_of("/comments/1", 2);
	assert_leads_to_guard(page, "Pass it on", "/comments/1/reply", 2);
	assert_holds(page, " Pass it on\n"
			   "You will be asked what you would like to add.\n"
			   "=> titan://here.example/comments/1/reply Or write a longer one (with a "
			   "client that knows Titan)\n");
	assert_true(link_on(page, "/comments/1/report/~").len > 0);
	assert_lacks(page, "/delete");
	assert_lacks(page, "moderation");
	page = page_of("/comments/1", 0);
	assert_holds(page, "what you would like to add, or first to log in or register.\n");
	/* Their own. */
	page = page_of("/comments/1", 1);
	assert_true(link_on(page, "/comments/1/edit/~").len > 0);
	assert_true(link_on(page, "/comments/1/delete/~").len > 0);
	assert_holds(page, "=> titan://here.example/comments/1/edit;edit Or change");
	assert_lacks(page, "/report");
	/* What is linked to is taken: nobody is sent through a redirect. */
	struct span url = link_on(page, "/comments/1/delete/~");
	assert_says(arena_copy(&w.arena, url), 1, STATUS_INPUT, "yes");
	/* A moderator. */
	page = page_of("/comments/1", 4);
	assert_holds(page, "\n## For moderators\n=> /comments/moderation/1/hide/~");
	assert_true(link_on(page, "/comments/moderation/1/remove/~").len > 0);
	assert_int_equal(link_on(page, "/comments/moderation/1/approve").len, 0);
	assert_int_equal(link_on(page, "/comments/moderation/1/unhide").len, 0);
	/* By another name and port. */
	prepare_request("gemini://here.org:1966/comments/1", 2);
	comments_answer(comments, &request, &reply);
	assert_holds(reply.body.memory, "=> titan://here.org:1966/comments/1/reply ");
	prepare_request("gemini://[::1]/comments/1", 2);
	comments_answer(comments, &request, &reply);
	assert_holds(reply.body.memory, "=> titan://[::1]/comments/1/reply ");
}

#define THANKS "Thank you. Your comment is stored, and everyone can read it.\n"

static void who_has_just_commented_is_thanked(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "hello");
	now += 599;
	assert_holds(page_of("/comments/1", 1), "\n\n" THANKS "\n=> /posts/");
	assert_lacks(page_of("/comments/1", 2), "Thank you");
	assert_lacks(page_of("/comments/1", 0), "Thank you");
	now++;
	assert_lacks(page_of("/comments/1", 1), "Thank you");
	say_held(rosa, 0, "waits");
	assert_holds(page_of("/comments/2", 1), "Thank you. Your comment is stored. A moderator "
						"reads it before everybody can.\n");
	/* Nobody is thanked who could not comment now. */
	now = NOON + 365 * DAY + 1;
	assert_lacks(page_of("/comments/1", 1), "Thank you");
	assert_lacks(page_of("/comments/1", 1), "/delete");
}

/* To whom it is not shown, a held comment is as if it had never been. */
static void held_and_hidden_ones_are_for_few(void **state)
{
	(void)state;
	let_people_in();
	say_held(rosa, 0, "a secret");
	static const unsigned char others[] = {0, 2, 9};
	answer("/comments/9999", 0);
	struct span never = reply.meta;
	for (size_t i = 0; i < sizeof others; i++) {
		assert_says("/comments/1", others[i], STATUS_NOT_FOUND, "/comments/recent");
		assert_true(span_equal(reply.meta, never));
		assert_lacks(page_of(ESSAY_ON "/", others[i]), "secret");
		assert_lacks(page_of("/comments/recent", others[i]), "secret");
		assert_lacks(page_of("/comments/people/1", others[i]), "secret");
	}
	struct span page = page_of("/comments/1", 1);
	assert_holds(page, "\n### Rosa, today\nUntil a moderator has approved this, only its "
			   "author and moderators see it.\n> a secret\n");
	assert_lacks(page, "Pass it on");
	assert_true(link_on(page, "/comments/1/edit/~").len > 0);
	page = page_of("/comments/1", 4);
	assert_holds(page, "> a secret\n");
	assert_true(link_on(page, "/comments/moderation/1/approve/~").len > 0);

	moderate(STORE_ACT_HIDE, 1);
	for (size_t i = 0; i < sizeof others; i++)
		assert_answer("/comments/1", others[i], STATUS_NOT_FOUND,
			"No such page; /comments/recent lists the latest comments");
	page = page_of("/comments/1", 1);
	assert_holds(page, "\n### Rosa, today\nA moderator has hidden this; only its author and "
			   "moderators see it.\n> a secret\n");
	assert_int_equal(link_on(page, "/comments/1/edit").len, 0);
	assert_true(link_on(page, "/comments/1/delete/~").len > 0);
	assert_true(link_on(page_of("/comments/1", 4), "/comments/moderation/1/unhide/~").len > 0);
	/* Banned, or outside the dates of their certificate, they are nobody in particular. */
	moderate(STORE_ACT_BAN, rosa);
	assert_says("/comments/1", 1, STATUS_NOT_FOUND, "No such page");
	moderate(STORE_ACT_UNBAN, rosa);
	now = NOON + 366 * DAY;
	assert_says("/comments/1", 1, STATUS_NOT_FOUND, "No such page");
}

static void what_others_passed_on_keeps_a_place(void **state)
{
	(void)state;
	let_people_in();
	static const char *const holders[] = {"### A comment, deleted by its author\n",
		"### A comment, removed by a moderator\n",
		"### A comment, hidden by a moderator\n"};
	for (int i = 0; i < 3; i++) {
		int64_t id = say_text(rosa, 0, "Rosa said this");
		say_text(luz, id, "below");
		if (i == 0)
			erase(id, rosa);
		else
			moderate(i == 1 ? STORE_ACT_REMOVE : STORE_ACT_HIDE, id);
		char path[64], link[64];
		snprintf(path, sizeof path, "/comments/%d", (int)id);
		snprintf(link, sizeof link, "%s=> /comments/%d Open it: passed on once\n",
			holders[i], (int)id);
		struct span page = page_of(path, 0);
		assert_holds(page, "# Passed on from somebody to you\n");
		assert_holds(page, holders[i]);
		assert_holds(page, "> below\n");
		assert_lacks(page, "Rosa said");
		assert_lacks(page, "/reply");
		assert_lacks(page, "/report");
		assert_lacks(page, "/comments/people/1");
		assert_holds(page_of(ESSAY_ON "/", 2), link);
		snprintf(path, sizeof path, "/comments/%d", (int)id + 1);
		page = page_of(path, 0);
		assert_holds(page, "# Passed on from somebody to Luz to you\n");
		assert_holds(page, "\n### Luz, passing on somebody's, today\n> below\n");
		assert_holds(page, holders[i]);
		assert_lacks(page, "Rosa said");
	}
	int64_t alone = say_text(rosa, 0, "alone");
	erase(alone, rosa);
	assert_says("/comments/7", 1, STATUS_GONE, "no longer there");
	assert_says("/comments/7", 4, STATUS_GONE, "no longer there");
	assert_lacks(page_of(ESSAY_ON "/", 4), "/comments/7");
}

static void who_left_has_no_name(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "hello");
	say_text(luz, 1, "below");
	assert_int_equal(store_person_leave(w.store, rosa, false, now), STORE_OK);
	struct span page = page_of("/comments/2", 0);
	assert_holds(page, "# Passed on from somebody who left to Luz to you\n");
	assert_holds(page, "\n### somebody who left, today\n> hello\n");
	assert_holds(page, "\n### Luz, passing on somebody's, today\n> below\n");
	assert_lacks(page_of("/comments/1", 0), "/comments/people/1");
	assert_says("/comments/people/1", 0, STATUS_GONE, "no longer there");
}

static void answers_have_pages(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "the first");
	for (int i = 0; i < 21; i++)
		say_text(luz, 1, i < 20 ? "an answer" : "the last answer");
	struct span page = page_of("/comments/1", 0);
	assert_holds(page, "=> /comments/1?after=21 Next page\n");
	assert_lacks(page, "the last answer");
	page = page_of("/comments/1?after=21", 0);
	assert_holds(page, "> the last answer\n");
	assert_holds(page, "=> /comments/1 First page\n");
	assert_lacks(page, "Next page");
	assert_holds(page_of("/comments/1?after=22", 0), "later than that yet.\n");
	assert_holds(page_of(ESSAY_ON "/", 0), "=> /comments/1 Open it: passed on 21 times\n");
}

static void of_a_long_chain_the_nearest_are_shown(void **state)
{
	(void)state;
	let_people_in();
	char text[32];
	for (int i = 0; i < 40; i++) {
		snprintf(text, sizeof text, "step %d.", i + 1);
		say_text(i % 2 == 0 ? rosa : ibrahim, i, text);
	}
	struct span page = page_of("/comments/40", 0);
	assert_holds(
		page, "# Passed on from others to Rosa to Ibrahim to Rosa to Ibrahim to you\n");
	assert_holds(page, "\n=> /comments/30 29 more comments stand above these\n\n### Ibrahim, "
			   "passing on Rosa's, today\n> step 30.\n");
	assert_lacks(page, "> step 29.\n");
	page = page_of("/comments/12", 0);
	assert_holds(page, "\n=> /comments/2 1 more comment stands above these\n");
	page = page_of("/comments/11", 0);
	assert_lacks(page, "above these");
	assert_holds(page, "\n> step 1.\n");
}

static void closed_posts_are_read_only(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "hello");
	capsule.close_after = 3;
	now = NOON + 3 * DAY - 1;
	assert_holds(page_of("/comments/1", 2), "/comments/1/reply");
	now++;
	struct span page = page_of("/comments/1", 2);
	assert_holds(page, "Comments on this post are closed since 2027-01-18.\n");
	assert_lacks(page, "/reply");
	assert_int_equal(link_on(page_of("/comments/1", 1), "/comments/1/edit").len, 0);
	assert_true(link_on(page_of("/comments/1", 1), "/comments/1/delete/~").len > 0);
	page = page_of(ESSAY_ON "/", 2);
	assert_holds(page, "Comments on this post are closed since 2027-01-18.\n");
	assert_lacks(page, "/new");
	page = page_of("/comments/1", 4);
	assert_holds(page, "As a moderator you can write all the same.\n=> /comments/1/reply/~");
	capsule.close_after = 0;
	capsule.commenting = COMMENTING_CLOSED;
	assert_holds(page_of("/comments/1", 2), "\nComments are closed.\n");
}

static void a_comment_outlives_its_post(void **state)
{
	(void)state;
	let_people_in();
	say(rosa, S("posts/gone"), 0, S("hello"));
	struct span page = page_of("/comments/1", 1);
	assert_holds(page, "no longer here");
	assert_lacks(page, "/comments/on/");
	assert_lacks(page, "/reply");
	assert_true(link_on(page, "/comments/1/delete/~").len > 0);
	assert_holds(page_of("/comments/recent", 0), "\n### Rosa, ");
}

static void the_post_is_quoted_from_its_first_paragraph(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "hello");
	static const struct {
		const char *text, *shown;
	} rows[] = {
		{"# A post\n\nSomebody held the door.\nAnd then more.\n",
			"Spreads\n> Somebody held the door.\n\n###"},
		{"```\ncode\n```\n* item\n=> /x y\n> quote\n\nWords.\r\n",
			"Spreads\n> Words.\n\n###"},
		{"# Only headings\n", "Spreads\n\n###"},
		{"", "Spreads\n\n###"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		post_text = rows[i].text;
		assert_holds(page_of("/comments/1", 0), rows[i].shown);
	}
}

static void a_post_that_cannot_be_read_is_not_quoted(void **state)
{
	(void)state;
	say(person_of(1, "rosa"), SPREADS, 0, S("So it was."));
	post_text = "# A post\n\nSomebody held the door.\n";
	assert_holds(page_of("/comments/1", 0), "> Somebody held the door.\n");
	post_is_unreadable = true;
	struct span page = page_of("/comments/1", 0);
	post_is_unreadable = false;
	assert_lacks(page, "held the door");
	assert_holds(page, "> So it was.\n");
}

static void links_in_a_comment_are_their_own_labels(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0, "See (https://example.org/b).\n=> https://example.org/a Log in here");
	assert_holds(page_of("/comments/1", 0),
		"> => https://example.org/a Log in here\nLinks in this comment:\n"
		"=> https://example.org/b https://example.org/b\n"
		"=> https://example.org/a https://example.org/a\n");
}

/* Whoever follows a link shows their identity without being asked. */
static void a_link_in_a_comment_does_nothing(void **state)
{
	(void)state;
	let_people_in();
	say_text(rosa, 0,
		"=> gemini://here.example/comments/register?Fool\n"
		"=> gemini://neighbour.example/comments/register?Fool\n"
		"=> gemini://HERE.org:1965" ESSAY_ON "/new?Fool\n"
		"=> gemini://here.example/posts/kindness-spreads.gmi");
	static const char *const pages[] = {
		ESSAY_ON "/", "/comments/1", "/comments/recent", "/comments/people/1"};
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct span page = page_of(pages[i], 0), line;
		assert_holds(page, "\n=> gemini://here.example/posts/kindness-spreads.gmi ");
		while (span_next_line(&page, &line))
			if (span_starts_with(line, S("=>")) && holds(line, "Fool"))
				fail_msg("%.*s", SPAN_ARG(line));
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_chain_tells_who_passed_it_on),
		TEST(who_is_known_is_offered_more),
		TEST(who_has_just_commented_is_thanked),
		TEST(held_and_hidden_ones_are_for_few),
		TEST(what_others_passed_on_keeps_a_place),
		TEST(who_left_has_no_name),
		TEST(answers_have_pages),
		TEST(of_a_long_chain_the_nearest_are_shown),
		TEST(closed_posts_are_read_only),
		TEST(a_comment_outlives_its_post),
		TEST(the_post_is_quoted_from_its_first_paragraph),
		TEST(a_post_that_cannot_be_read_is_not_quoted),
		TEST(links_in_a_comment_are_their_own_labels),
		TEST(a_link_in_a_comment_does_nothing),
	};
	return cmocka_run_group_tests_name("comments", tests, NULL, NULL);
}
