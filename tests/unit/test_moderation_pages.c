/*
 * What moderators see and do.
 */
#include "comments/comments.h"

#include "forms.h"
#include "moderators.h"

#define ROSA 1
#define LUZ  2 /* moderator */
#define IDA  3 /* owner */
#define PAGE "/comments/moderation/"

static int64_t rosa, luz, ida;

static int set_up_moderators(void **state)
{
	set_up(state);
	rosa = person_of(ROSA, "rosa");
	luz = person_of(LUZ, "luz");
	ida = person_of(IDA, "ida");
	moderate_for(STORE_ACT_APPOINT, luz, "she is kind");
	tell_file("UPDATE people SET role = 2 WHERE name = 'ida'");
	return 0;
}

static int64_t write_held_on(struct span slug, int64_t person, const char *text)
{
	struct store_comment_added added;
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = slug,
		.text = span_of(text),
		.person = person,
		.now = now,
		.repeat_since = INT64_MAX,
		.most = 100,
		.hold = STORE_HOLD_ALL};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	return added.id;
}

static int64_t write_held(const char *text)
{
	return write_held_on(SPREADS, rosa, text);
}

/* Follows the link with this label, types the reason, and is led back. */
static void give_order(const char *page, unsigned char who, const char *label, const char *reason,
	const char *back)
{
	const char *link = link_of(page_of(page, who), label);
	assert_says(link, who, STATUS_INPUT, "Type your reason, in 1 to 500 characters");
	assert_answer(arena_printf(&w.arena, "%s?%s", link, reason), who, STATUS_REDIRECT, back);
}

static void the_queue_is_worked_off(void **state)
{
	(void)state;
	int64_t held = write_held("Is this all right?");
	struct span page = page_of(PAGE, LUZ);
	assert_holds(page, "# Moderation\n");
	assert_holds(page, "\n## Waiting to be shown (1)\n\n### rosa, today\n");
	assert_holds(page, "\n> Is this all right?\n");
	assert_lacks(page, "## Reports");
	assert_lacks(page, "=> " PAGE "log");
	give_order(PAGE, LUZ, "Approve it: everyone can read it", "It%20is", PAGE);
	assert_int_equal(comment_of(held).state, STORE_SHOWN);
	page = page_of(PAGE, LUZ);
	assert_holds(page, "\nNothing waits for you.\n");
	assert_lacks(page, "## Waiting");
	/* Whoever was slower. */
	assert_says_guarded("/comments/moderation/1/approve", "?Me%20too", IDA,
		STATUS_PERMANENT_FAILURE, "Somebody was quicker");
	page = page_of(PAGE "log", IDA);
	assert_holds(
		page, ", luz: approved a comment by rosa\n> It is\n=> /comments/1 The comment\n");
	assert_holds(page, ", at the shell: made luz a moderator\n> she is kind\n");
	assert_true(strstr(page.ptr, "> It is\n") < strstr(page.ptr, "> she is kind\n"));
}

static void what_is_held_is_hidden_or_removed(void **state)
{
	(void)state;
	int64_t hidden = write_held("One"), removed;
	give_order(PAGE, LUZ, "Hide it from readers", "Later", PAGE);
	assert_int_equal(comment_of(hidden).state, STORE_HIDDEN);
	removed = write_held("Two");
	give_order(PAGE, LUZ, "Remove it for good", "Spam", PAGE);
	assert_int_equal(comment_of(removed).state, STORE_REMOVED);
	struct span page = page_of(PAGE "hidden", LUZ);
	assert_holds(page, "# Hidden comments\n\n### rosa, today\n");
	assert_holds(page, "> One\n");
	assert_lacks(page, "Two");
	give_order(PAGE "hidden", LUZ, "Show it again", "Fine", PAGE);
	assert_int_equal(comment_of(hidden).state, STORE_SHOWN);
	assert_holds(page_of(PAGE "hidden", LUZ), "\nNo comment is hidden.\n");
}

static void orders_say_what_they_do(void **state)
{
	(void)state;
	write_one(rosa, SPREADS, "Rude words");
	assert_says_guarded("/comments/moderation/1/hide", "", LUZ, STATUS_INPUT,
		"Hide from all but its author and moderators the comment \"Rude words\" by rosa? "
		"Type your reason");
	assert_says_guarded("/comments/moderation/1/remove", "", LUZ, STATUS_INPUT,
		"for good, its text too: \"Rude words\" by rosa?");
	assert_says_guarded("/comments/moderation/people/1/ban", "", LUZ, STATUS_INPUT,
		"Ban rosa with all their certificates?");
	assert_says_guarded("/comments/moderation/people/1/appoint", "", IDA, STATUS_INPUT,
		"Make rosa a moderator?");
	/* No reason, no order. */
	assert_says_guarded(
		"/comments/moderation/1/hide", "?%20%0A", LUZ, STATUS_INPUT, "nothing to read");
	char long_reason[600] = "?";
	memset(long_reason + 1, 'x', 501);
	assert_says_guarded(
		"/comments/moderation/1/hide", long_reason, LUZ, STATUS_INPUT, "too long");
	/* Nor by a link on somebody else's page. */
	guard_of("/comments/moderation/1/hide?Because", LUZ);
	assert_int_equal(comment_of(1).state, STORE_SHOWN);
	long_reason[501] = '\0';
	assert_says_guarded("/comments/moderation/1/hide", long_reason, LUZ, STATUS_REDIRECT, PAGE);
	assert_int_equal(comment_of(1).state, STORE_HIDDEN);
	assert_says_guarded("/comments/moderation/9/hide", "", LUZ, STATUS_NOT_FOUND, "");
	assert_says_guarded("/comments/moderation/people/9/ban", "", LUZ, STATUS_NOT_FOUND, "");
}

static void reports_are_settled(void **state)
{
	(void)state;
	write_one(rosa, SPREADS, "Rude words");
	write_one(rosa, SPREADS, "Kind words");
	assert_int_equal(store_report_add(w.store, HERE, 1, ida, S("It is rude"), now), STORE_OK);
	assert_int_equal(store_report_add(w.store, HERE, 2, ida, S("I see"), now), STORE_OK);
	struct span page = page_of(PAGE, LUZ);
	assert_holds(page, "\n## Reports (2)\n\n### Reported by ida, today\n> It is rude\n"
			   "The comment is by rosa, and is shown:\n> Rude words\n"
			   "=> /comments/1 The comment on its own page\n");
	give_order(PAGE, LUZ, "Hide it from readers", "Rude%20indeed", PAGE);
	page = page_of(PAGE, LUZ);
	assert_holds(page, "\n## Reports (1)\n");
	assert_lacks(page, "Rude");
	give_order(PAGE, LUZ, "Leave it as it is", "Nothing%20wrong", PAGE);
	assert_int_equal(comment_of(2).state, STORE_SHOWN);
	assert_holds(page_of(PAGE, LUZ), "\nNothing waits for you.\n");
}

static void what_is_long_or_gone_is_told(void **state)
{
	(void)state;
	static char text[5000];
	memset(text, 'w', sizeof text - 1);
	/* A moderator's own from before, on a post that is gone. */
	write_held_on(S("posts/none"), luz, "Mine, and my post is gone");
	struct span page = page_of(PAGE, LUZ);
	assert_holds(page, "Mine, and my post is gone");
	assert_lacks(page, "More by luz");
	assert_lacks(page, "=> /posts/");
	assert_holds(page_of(PAGE, IDA), "More by luz");
	int64_t id = write_one(rosa, SPREADS, text);
	assert_says_guarded(arena_printf(&w.arena, "/comments/%d/report", (int)id), "?So%20long",
		LUZ, STATUS_REDIRECT, "/comments/");
	assert_holds(page_of(PAGE, IDA), "All of the comment, on its own page\n");
	const char *at = arena_printf(&w.arena, "/comments/%d", (int)id);
	assert_holds(page_of(at, LUZ), "Your report is with the moderators.\n");
	moderate_for(STORE_ACT_SETTLE, id, "it is only long");
	assert_holds(page_of(at, LUZ), "and a moderator has decided.\n");
	assert_holds(page_of(PAGE "hidden", IDA), "\nNo comment is hidden.\n");
	assert_holds(page_of(PAGE "hidden?after=9", IDA), "\nNo further comment is hidden.\n");
}

static void both_lists_have_pages(void **state)
{
	(void)state;
	char text[32];
	for (int i = 0; i < 12; i++) {
		snprintf(text, sizeof text, "Shown %d.", i);
		assert_int_equal(store_report_add(w.store, HERE, write_one(rosa, SPREADS, text),
					 ida, span_of(text), now),
			STORE_OK);
	}
	for (int i = 0; i < 11; i++) {
		snprintf(text, sizeof text, "Held %d.", i);
		write_held(text);
	}
	struct span page = page_of(PAGE, LUZ);
	assert_holds(page, "(11)");
	assert_holds(page, "(12)");
	assert_holds(page, "> Held 9.\n");
	assert_lacks(page, "Held 10.");
	assert_holds(page, "> Shown 9.\n");
	assert_lacks(page, "Shown 10.");
	const char *more_held = link_of(page, "More that wait");
	const char *more_reports = link_of(page, "More reports");
	page = page_of(more_held, LUZ);
	assert_holds(page, "> Held 10.\n");
	assert_lacks(page, "Held 9.");
	assert_lacks(page, "Reported");
	assert_string_equal(link_of(page, "All that waits"), PAGE);
	page = page_of(more_reports, LUZ);
	assert_holds(page, "> Shown 10.\n");
	assert_holds(page, "> Shown 11.\n");
	assert_lacks(page, "Shown 9.");
	assert_lacks(page, "Held");
	assert_says(PAGE "?reports=x", LUZ, STATUS_BAD_REQUEST, "?reports=NUMBER");
	assert_says(PAGE "?after=1", LUZ, STATUS_BAD_REQUEST, "?held=NUMBER");
}

static void people_are_listed_with_what_may_be_done(void **state)
{
	(void)state;
	write_one(rosa, SPREADS, "hello");
	struct span page = page_of(PAGE "people", LUZ);
	assert_holds(page, "\n### rosa\nReader, registered today; comments: 1\n"
			   "=> /comments/people/1 More by rosa\n");
	assert_holds(page, "\n### luz\nModerator, registered today; comments: 0\n");
	assert_holds(page, "This is you.\n");
	assert_holds(page, "\n### ida\nOwner, ");
	link_of(page, "Ban rosa");
	assert_lacks(page, "Ban ida");
	assert_lacks(page, "moderator of");
	assert_lacks(page, "reader again of");
	page = page_of(PAGE "people", IDA);
	link_of(page, "Ban rosa");
	link_of(page, "Make rosa a moderator");
	link_of(page, "Make luz a reader again");
	give_order(PAGE "people", LUZ, "Ban rosa", "Rude", PAGE "people");
	page = page_of(PAGE "people", LUZ);
	assert_holds(page, "\n### rosa\nBanned, ");
	assert_says("/comments/", ROSA, STATUS_CERTIFICATE_NOT_AUTHORISED, "banned");
	give_order(PAGE "people", LUZ, "Lift the ban on rosa", "Sorry", PAGE "people");
	assert_says("/comments/", ROSA, STATUS_SUCCESS, "");
	give_order(PAGE "people", IDA, "Make rosa a moderator", "Kind", PAGE "people");
	give_order(PAGE "people", IDA, "Make luz a reader again", "Resting", PAGE "people");
	assert_says(PAGE, ROSA, STATUS_SUCCESS, "");
	assert_says(PAGE, LUZ, STATUS_CERTIFICATE_NOT_AUTHORISED, "moderators and owners");
	assert_says_guarded(PAGE "people/1/ban", "?Me", ROSA, STATUS_CERTIFICATE_NOT_AUTHORISED,
		"nobody acts on themselves");
}

static void whom_the_configuration_trusts_is_never_banned(void **state)
{
	(void)state;
	char hex[SECRET_HEX_SIZE];
	const char *owners[] = {"00", hex};
	secret_hex(key_of(4), hex);
	capsule.owner = (struct conf_texts){owners, 2};
	int64_t owner = person_of(4, "uma");
	assert_says(PAGE "log", 4, STATUS_SUCCESS, "");
	char path[64];
	snprintf(path, sizeof path, PAGE "people/%d/ban", (int)owner);
	assert_says_guarded(path, "?Ha", LUZ, STATUS_CERTIFICATE_NOT_AUTHORISED, "");
	assert_says_guarded(path, "?Ha", IDA, STATUS_CERTIFICATE_NOT_AUTHORISED, "");
	assert_says(PAGE, 4, STATUS_SUCCESS, "");
	/* Everybody is told so, and offered nothing else. */
	assert_holds(page_of(PAGE "people", 4), "\n### uma\nOwner, ");
	assert_holds(page_of(PAGE "people", LUZ), "\n### uma\nOwner, ");
	assert_lacks(page_of(PAGE "people", LUZ), "Ban uma");
	assert_lacks(page_of("/comments/people/4", LUZ), "Ban uma");
	/* The store has them as a reader, and obeys all the same. */
	give_order(PAGE "people", 4, "Make rosa a moderator", "Kind", PAGE "people");
}

static void the_store_looks_again(void **state)
{
	(void)state;
	write_one(rosa, SPREADS, "hello");
	const char *link = arena_printf(&w.arena, "%s?Because", guard_of(PAGE "1/hide", LUZ));
	moderate_for(STORE_ACT_DISMISS, luz, "resting");
	assert_says(link, LUZ, STATUS_CERTIFICATE_NOT_AUTHORISED, "moderators and owners");
	assert_int_equal(comment_of(1).state, STORE_SHOWN);
}

static void an_invitation_is_shown_once(void **state)
{
	(void)state;
	assert_lacks(page_of(PAGE, LUZ), PAGE "invite");
	assert_says_guarded(PAGE "invite", "?Ana", LUZ, STATUS_PERMANENT_FAILURE, "Nobody needs");
	capsule.registration = REGISTRATION_INVITATION;
	const char *link = link_of(page_of(PAGE, LUZ), "Invite somebody: a code to register with");
	assert_says(link, LUZ, STATUS_INPUT, "Whom is the invitation for?");
	assert_says(arena_printf(&w.arena, "%s?%%20", link), LUZ, STATUS_INPUT, "nothing to read");
	assert_int_equal(ask_file("SELECT count(*) FROM codes"), 0);
	const char *shown = led_to(arena_printf(&w.arena, "%s?Ana", link), LUZ);
	assert_int_equal(strncmp(shown, "/comments/account/code/", 23), 0);
	assert_int_equal(ask_file("SELECT count(*) FROM codes WHERE kind = 2"), 1);
	/* Nobody else sees it, not even with the address. */
	assert_lacks(page_of(shown, ROSA), "# An invitation");
	struct span page = page_of(shown, LUZ);
	assert_holds(page, "# An invitation\n");
	struct span line = {0};
	while (!span_starts_with(line, S("```")))
		assert_true(span_next_line(&page, &line));
	assert_true(span_next_line(&page, &line));
	const char *code = arena_copy(&w.arena, line);
	assert_lacks(page_of(shown, LUZ), code);
	assert_holds(page_of(PAGE "log", IDA), ", luz: made an invitation\n> Ana\n");
	/* And it opens the door. */
	assert_says(arena_printf(&w.arena, "/comments/invitation?%s", code), 7, STATUS_REDIRECT,
		"/comments/");
	assert_says("/comments/register?Ana", 7, STATUS_REDIRECT, "/comments/welcome/");
}

static void there_are_never_too_many_invitations(void **state)
{
	(void)state;
	capsule.registration = REGISTRATION_INVITATION;
	tell_file("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
		  " INSERT INTO codes (capsule, kind, hash, expires)"
		  " SELECT 1, 2, randomblob(32), 1800000900 FROM n");
	assert_says_guarded(PAGE "invite", "?Ana", LUZ, STATUS_PERMANENT_FAILURE,
		"There are 1,000 invitations");
}

static void lists_end(void **state)
{
	(void)state;
	char name[32];
	for (unsigned char i = 10; i < 30; i++) {
		snprintf(name, sizeof name, "reader%d", i);
		int64_t id = person_of(i, name);
		moderate_for(STORE_ACT_BAN, id, name);
		moderate_for(STORE_ACT_HIDE, write_one(rosa, SPREADS, name), name);
	}
	moderate_for(STORE_ACT_HIDE, write_one(rosa, SPREADS, "last"), "last");
	static const char *const lists[][2] = {{PAGE "people", "Next page"},
		{PAGE "hidden", "Next page"}, {PAGE "log", "Earlier"}};
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		struct span page = page_of(lists[i][0], IDA);
		const char *next = link_of(page, lists[i][1]);
		struct span second = page_of(next, IDA);
		assert_holds(second, i == 1 ? "> last\n" : "reader");
		assert_holds(second, "\n=> " PAGE " Moderation\n");
		assert_says(arena_printf(&w.arena, "%s?x", lists[i][0]), IDA, STATUS_BAD_REQUEST,
			"=NUMBER");
	}
}

static const char *const moderation_forms[] = {
	"# Moderation",
	"# Hidden comments",
	"# People",
	"# What moderators did",
	"Each link asks for a reason first; nothing happens before you have given it.",
	"Nothing waits for you.",
	"## Waiting to be shown (9)",
	"## Reports (9)",
	"### Reported by *, today",
	"The comment is by *, and is *:",
	"=> /comments/9 The comment on its own page",
	"=> /comments/9 All of the comment, on its own page",
	"=> /comments/9 The comment",
	"## Further",
	"=> /comments/ Your own page",
	"### *",
	"Reader, registered *; comments: 9*",
	"Owner, registered *; comments: 9",
	"Moderator, registered *; comments: 9",
	"This is you.",
	"Times are UTC; names as they were then.",
};

static void nothing_that_was_typed_starts_a_line(void **state)
{
	(void)state;
	static const char *const hostile[] = {"=> gemini://evil.example/ Approve it",
		"x\n=> gemini://evil.example/ y", "```\nx",
		"# Moderation\n\nNothing waits for you.", "a\r## Reports (9)\xe2\x80\xa8=> /x y",
		"\xe2\x80\xae=>\x1b[2Jx", "* x\v> y\f# z"};
	for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
		int64_t shown = write_one(rosa, SPREADS, hostile[i]);
		write_held(hostile[i]);
		assert_int_equal(
			store_report_add(w.store, HERE, shown, luz, span_of(hostile[i]), now),
			STORE_OK);
		moderate_for(STORE_ACT_HIDE, write_one(rosa, SPREADS, hostile[i]), hostile[i]);
	}
	tell_file("UPDATE people SET name = char(10) || '=> gemini://evil.example/ x' || char(10)"
		  " || '```' WHERE name = 'rosa'");
	static const char *const pages[] = {PAGE, PAGE "hidden", PAGE "people", PAGE "log"};
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		struct span foreign;
		if (form_find_foreign(page_of(pages[i], IDA), moderation_forms,
			    sizeof moderation_forms / sizeof moderation_forms[0], &foreign))
			fail_msg("%s: \"%.*s\"", pages[i], SPAN_ARG(foreign));
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up_moderators, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_queue_is_worked_off),
		TEST(what_is_held_is_hidden_or_removed),
		TEST(orders_say_what_they_do),
		TEST(reports_are_settled),
		TEST(what_is_long_or_gone_is_told),
		TEST(both_lists_have_pages),
		TEST(people_are_listed_with_what_may_be_done),
		TEST(whom_the_configuration_trusts_is_never_banned),
		TEST(the_store_looks_again),
		TEST(an_invitation_is_shown_once),
		TEST(there_are_never_too_many_invitations),
		TEST(lists_end),
		TEST(nothing_that_was_typed_starts_a_line),
	};
	return cmocka_run_group_tests_name("moderation pages", tests, NULL, NULL);
}
