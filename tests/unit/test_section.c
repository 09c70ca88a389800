/*
 * The section under a post, and when the remembered one may be used.
 */
#include "answers.h"
#include "comments/comments.h"
#include "comments/sections.h"

static struct post essay;

static void begin_reading(unsigned char who)
{
	prepare_request("gemini://here.example/posts/kindness-spreads.gmi", who);
	assert_true(find_post(&capsule, &request, S("posts/kindness-spreads"), &essay));
}

static struct span section_for(unsigned char who)
{
	begin_reading(who);
	return comments_section(comments, &request, &essay);
}

static bool is_known_to(unsigned char who, struct span *section)
{
	begin_reading(who);
	return comments_section_known(comments, &request, &essay, section);
}

static const char invitation[] =
	"\n=> /comments/?on/posts/kindness-spreads/new Log in or register to leave a comment\n"
	"You need an identity (a client certificate). Your client makes one in a moment; no "
	"e-mail, no password.\n"
	"=> /comments/help How that works\n"
	"=> /comments/on/posts/kindness-spreads/feed.gmi Follow these comments\n"
	"=> /comments/on/posts/kindness-spreads/atom.xml Follow them as Atom\n";

static void nobody_has_commented_yet(void **state)
{
	(void)state;
	struct span section = section_for(0);
	assert_holds(section, "## Comments\n\nNo comments yet. Yours could be the first.\n");
	assert_holds(section, invitation);
	assert_lacks(section, "on their own page");
	assert_lacks(section, "Write to the author");
	capsule.contact = "mailto:author@here.example";
	assert_holds(section_for(0), "=> mailto:author@here.example Write to the author\n");
}

static void the_latest_are_shown(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "Rosa");
	write_one(rosa, S("posts/kindness-spreads"), "number 1.");
	write_one(rosa, S("posts/new"), "elsewhere");
	struct span section = section_for(0);
	assert_holds(section, "## Comments (1)\n\n### Rosa, today\n> number 1.\n"
			      "=> /comments/1 Open it: not passed on yet\n\n"
			      "=> /comments/on/posts/kindness-spreads/ The comments on their own "
			      "page\n");
	assert_holds(section, invitation);
	assert_lacks(section, "elsewhere");
	char text[32];
	for (int i = 2; i <= 6; i++) {
		snprintf(text, sizeof text, "number %d.", i);
		write_one(rosa, S("posts/kindness-spreads"), text);
	}
	section = section_for(0);
	assert_holds(section, "## Comments (6)\n\n### Rosa, today\n> number 6.\n"
			      "=> /comments/7 Open it: not passed on yet\n\n### Rosa");
	assert_lacks(section, "number 1.");
	assert_holds(section, "=> /comments/on/posts/kindness-spreads/ Read all 6 comments\n");
}

static void a_registered_reader_is_greeted_by_name(void **state)
{
	(void)state;
	person_of(1, "Rosa");
	struct span section = section_for(1);
	assert_leads_to_guard(section, "Leave a comment (as Rosa)", ESSAY_ON "/new", 1);
	assert_holds(section, " Leave a comment (as Rosa)\n"
			      "You will be asked for its text.\n"
			      "=> titan://here.example" ESSAY_ON
			      "/new Or write a longer one (with a client that knows Titan)\n");
	assert_lacks(section, "Log in");
	/* One that nobody knows, and one out of date, are invited like everybody. */
	assert_holds(section_for(2), invitation);
	now = NOON + 366 * DAY;
	assert_holds(section_for(1), invitation);
}

static void who_is_banned_is_told(void **state)
{
	(void)state;
	moderate(STORE_ACT_BAN, person_of(1, "Rosa"));
	struct span section = section_for(1);
	assert_holds(section, "A moderator has banned your name; you can go on reading.\n");
	assert_lacks(section, "/new");
}

static void answers_are_counted(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "Rosa"), luz = person_of(2, "Luz");
	say(rosa, SPREADS, 0, S("hello"));
	say(luz, SPREADS, 1, S("below"));
	say(luz, SPREADS, 1, S("and again"));
	struct span section = section_for(0);
	assert_holds(
		section, "## Comments (3)\n\n### Luz, passing on Rosa's, today\n> and again\n");
	assert_holds(
		section, "### Rosa, today\n> hello\n=> /comments/1 Open it: passed on 2 times\n");
}

static void what_waits_is_said_to_whom_it_concerns(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "Rosa"), vera = person_of(2, "Vera");
	struct store_comment_added added;
	struct store_comment_new comment = {.capsule = HERE,
		.slug = SPREADS,
		.text = S("waits"),
		.person = rosa,
		.now = now,
		.most = 10,
		.hold = STORE_HOLD_ALL};
	moderate(STORE_ACT_APPOINT, vera);
	assert_lacks(section_for(2), "moderat");
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	assert_lacks(section_for(0), "waits");
	assert_holds(section_for(0), "No comments yet.");
	assert_holds(section_for(1), "=> /comments/ 1 comment of yours waits for a moderator\n");
	comment.text = S("waits, too");
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	assert_holds(section_for(1), "=> /comments/ 2 comments of yours wait for a moderator\n");
	assert_holds(section_for(2),
		"=> /comments/moderation/ To moderate: 2 held comments, 0 reports\n");
}

#define FIRST_HELD "A moderator reads your first comment before everybody can.\n"
#define ALL_HELD   "A moderator reads each comment before everybody can.\n"

static void that_comments_are_read_first_is_said_before(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "Rosa");
	person_of(2, "Luz");
	moderate(STORE_ACT_APPOINT, person_of(3, "Vera"));
	assert_lacks(section_for(0), "before everybody can");
	say(rosa, SPREADS, 0, S("hello"));
	capsule.commenting = COMMENTING_FIRST;
	assert_holds(section_for(0), FIRST_HELD);
	assert_lacks(section_for(1), "before everybody can");
	assert_holds(section_for(2), FIRST_HELD);
	capsule.commenting = COMMENTING_HELD;
	for (unsigned char who = 0; who <= 2; who++)
		assert_holds(section_for(who), ALL_HELD);
	assert_lacks(section_for(3), "before everybody can");
}

static void a_closed_post_says_since_when(void **state)
{
	(void)state;
	moderate(STORE_ACT_APPOINT, person_of(1, "Vera"));
	person_of(2, "Luz");
	capsule.close_after = 1;
	now = NOON + DAY - 1;
	assert_holds(section_for(0), invitation);
	now++;
	for (unsigned char who = 0; who <= 2; who += 2) {
		struct span section = section_for(who);
		assert_holds(section, "\n\nNo comments yet.\n\n"
				      "Comments on this post are closed since 2027-01-16.\n");
		assert_lacks(section, "/new");
		assert_lacks(section, "first");
		assert_holds(section, "/feed.gmi");
	}
	assert_holds(section_for(1), "closed since 2027-01-16.\n"
				     "As a moderator you can write all the same.\n"
				     "=> /comments/on/posts/kindness-spreads/new/~");
	capsule.commenting =
		COMMENTING_CLOSED; /* since when is not known, but for the post's day */
	assert_holds(section_for(0), "are closed since 2027-01-16.\n");
	capsule.close_after = 0;
	assert_holds(section_for(0), "\nComments are closed.\n");
	assert_lacks(section_for(0), "/new");
}

static void registration_may_be_closed_to_the_new(void **state)
{
	(void)state;
	capsule.registration = REGISTRATION_INVITATION;
	assert_holds(section_for(0), "To register you also need an invitation from a moderator.\n");
	capsule.registration = REGISTRATION_CLOSED;
	struct span section = section_for(0);
	assert_holds(section, "=> /comments/?on/posts/kindness-spreads/new Log in to leave a "
			      "comment\nOnly whoever has registered can comment; nobody new can "
			      "register at the moment.\n");
	assert_lacks(section, "Log in or register");
}

static void a_section_is_remembered_until_something_changes(void **state)
{
	(void)state;
	struct span first, section;
	int64_t rosa = person_of(1, "Rosa");
	assert_false(is_known_to(0, &section));
	first = section_for(0);
	assert_true(is_known_to(0, &section));
	assert_true(span_equal(section, first));
	assert_ptr_not_equal(section.ptr, first.ptr);
	assert_false(is_known_to(1, &section)); /* whoever shows a certificate is looked up */
	write_one(rosa, S("posts/kindness-spreads"), "hello");
	assert_false(is_known_to(0, &section));
	assert_holds(section_for(0), "> hello\n");
	/* What is made for a reader with a name is for nobody else. */
	write_one(rosa, S("posts/kindness-spreads"), "again");
	assert_holds(section_for(1), "(as Rosa)");
	assert_false(is_known_to(0, &section));
}

static void a_resting_store_leaves_the_post_alone(void **state)
{
	(void)state;
	struct span section;
	person_of(1, "Rosa");
	assert_int_equal(rename(tree_at(&w.tree, "var"), tree_at(&w.tree, "away")), 0);
	for (unsigned char who = 0; who <= 1; who++) {
		section = section_for(who);
		assert_holds(section, "## Comments\n\nComments are resting; the pages are not. "
				      "Try again in a minute.\n");
		assert_lacks(section, "Log in");
	}
	assert_false(is_known_to(0, &section)); /* so that the comments show once they are back */
	assert_int_equal(rename(tree_at(&w.tree, "away"), tree_at(&w.tree, "var")), 0);
	assert_holds(section_for(0), invitation);
}

static void memory_that_is_out_leaves_the_post_alone(void **state)
{
	(void)state;
	struct arena small;
	begin_reading(0);
	for (size_t limit = 0; limit <= 2048; limit += 128) {
		arena_init(&small, limit);
		request.arena = &small;
		struct span section = comments_section(comments, &request, &essay);
		if (section.len > 0)
			assert_holds(section, "## Comments\n");
		arena_end(&small);
	}
}

#define SECOND 1000

static void what_is_remembered_is_bounded(void **state)
{
	(void)state;
	static struct sections sections;
	static char large[SECTIONS_TEXT_MAX + 1];
	char slug[32];
	struct span text;
	assert_true(sections_init(&sections));
	for (int i = 0; i <= SECTIONS_MAX; i++) {
		snprintf(slug, sizeof slug, "posts/%d", i);
		sections_remember(&sections, span_of(slug), 7, 0, span_of(slug));
		/* The first is asked for all the time, and so stays. */
		assert_true(sections_find(&sections, S("posts/0"), 7, 0, &w.arena, &text));
		assert_span_equal(text, "posts/0");
	}
	assert_false(sections_find(&sections, S("posts/1"), 7, 0, &w.arena, &text));
	assert_true(sections_find(&sections, S("posts/2"), 7, 0, &w.arena, &text));
	assert_true(sections_find(&sections, span_of(slug), 7, 0, &w.arena, &text));

	assert_false(sections_find(&sections, S("posts/0"), 8, 0, &w.arena, &text));
	assert_true(sections_find(&sections, S("posts/0"), 7, SECOND - 1, &w.arena, &text));
	assert_false(sections_find(&sections, S("posts/0"), 7, SECOND, &w.arena, &text));
	sections_remember(&sections, S("posts/0"), 8, SECOND, S("new"));
	assert_true(sections_find(&sections, S("posts/0"), 8, SECOND, &w.arena, &text));
	assert_span_equal(text, "new");

	memset(large, 'x', sizeof large);
	sections_remember(&sections, S("large"), 7, 0, (struct span){large, sizeof large});
	assert_false(sections_find(&sections, S("large"), 7, 0, &w.arena, &text));
	sections_remember(&sections, S("large"), 7, 0, (struct span){large, sizeof large - 1});
	assert_true(sections_find(&sections, S("large"), 7, 0, &w.arena, &text));
	assert_int_equal(text.len, SECTIONS_TEXT_MAX);

	struct arena none;
	arena_init(&none, 0);
	assert_false(sections_find(&sections, S("large"), 7, 0, &none, &text));
	sections_end(&sections);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nobody_has_commented_yet),
		TEST(the_latest_are_shown),
		TEST(a_registered_reader_is_greeted_by_name),
		TEST(who_is_banned_is_told),
		TEST(answers_are_counted),
		TEST(what_waits_is_said_to_whom_it_concerns),
		TEST(that_comments_are_read_first_is_said_before),
		TEST(a_closed_post_says_since_when),
		TEST(registration_may_be_closed_to_the_new),
		TEST(a_section_is_remembered_until_something_changes),
		TEST(a_resting_store_leaves_the_post_alone),
		TEST(memory_that_is_out_leaves_the_post_alone),
		TEST(what_is_remembered_is_bounded),
	};
	return cmocka_run_group_tests_name("section", tests, NULL, NULL);
}
