/*
 * Logging in, and one's own page.
 */
#include "members.h"

#define LINK_BY_CODE "/comments/link?heron-maple-violin-otter-9271"

static void an_owner_by_fingerprint_comes_in_anyhow(void **state)
{
	(void)state;
	static const char *hex[] = {
		"0101010101010101010101010101010101010101010101010101010101010101"};
	capsule.owner = (struct conf_texts){hex, 1};
	capsule.registration = REGISTRATION_CLOSED;
	assert_leads_to_guard(
		page_of("/comments/", 1), "Register with it", "/comments/register", 1);
	assert_lacks(page_of("/comments/", 2), "/comments/register");
	/* Nor do they need to be invited. */
	capsule.registration = REGISTRATION_INVITATION;
	assert_says("/comments/register", 1, STATUS_INPUT, "What name");
	assert_answer(
		"/comments/register", 2, STATUS_REDIRECT, guard_of("/comments/invitation", 2));
	led_to("/comments/register?Rosa", 1);
	assert_holds(page_of("/comments/", 1), "identity, as the capsule's owner.\n");
	assert_holds(page_of("/comments/", 1), "\n## Moderation\n\n=> /comments/moderation/ "
					       "Nothing waits\n");
}

static void identities_are_asked_for_at_the_top(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_answer("/comments/register", 0, STATUS_REDIRECT, "/comments/");
	assert_answer("/comments/register/" ESSAY_WAY, 0, STATUS_REDIRECT, "/comments/?" ESSAY_WAY);
	assert_answer("/comments/welcome/linked", 0, STATUS_REDIRECT, "/comments/");
	assert_answer("/comments/welcome/linked", 2, STATUS_REDIRECT, "/comments/");
	assert_answer(
		"/comments/welcome/linked/" ESSAY_WAY, 2, STATUS_REDIRECT, "/comments/?" ESSAY_WAY);
	assert_answer("/comments/account/", 2, STATUS_REDIRECT, "/comments/");
	struct span page = page_of("/comments/", 2);
	assert_leads_to_guard(page, "Register with it", "/comments/register", 2);
	assert_lacks(page, "on your way");
}

static void an_ended_certificate_only_makes_way_for_another(void **state)
{
	(void)state;
	join(1, "Rosa");
	static const int64_t outside[] = {NOON + 365 * DAY + 1, NOON - DAY - 1};
	static const char *const why[] = {"ended on 2028-01-15", "not valid before 2027-01-14"};
	for (unsigned char i = 0; i < 2; i++) {
		now = outside[i];
		struct span page = page_of("/comments/?" ESSAY_WAY, 1);
		assert_holds(page, "# Rosa\n");
		assert_holds(page, why[i]);
		const char *device = link_of(page, "1. Make a one-time code for it");
		assert_says("/comments/account/", 1, STATUS_CERTIFICATE_NOT_VALID, "dates");
		assert_says("/comments/account/recovery", 1, STATUS_CERTIFICATE_NOT_VALID, "");
		assert_says("/comments/account/leave", 1, STATUS_CERTIFICATE_NOT_VALID, "");
		assert_says("/comments/register?Luz", 1, STATUS_CERTIFICATE_NOT_VALID, "");
		assert_says("/comments/", 2, STATUS_CERTIFICATE_NOT_VALID, "dates");
		const char *shown = led_to(path_with(device, "yes"), 1);
		page = page_of(shown, 1);
		const char *code = code_in(page);
		assert_lacks(page_of(shown, 1), "account/recovery");
		/* The new one is good now, whatever the others say. */
		now = NOON + i;
		const struct store_redeemed redeemed = {.capsule = HERE,
			.hash = NULL,
			.key = key_of((unsigned char)(10 + i)),
			.now = outside[i]};
		struct code read;
		struct store_redeemed with = redeemed;
		int64_t person = 0;
		assert_true(code_read(span_of(code), &read));
		with.hash = read.hash;
		assert_int_equal(store_code_link(w.store, &with, &person), STORE_OK);
		assert_is((unsigned char)(10 + i), "Rosa");
	}
}

static void an_end_is_announced_in_time(void **state)
{
	(void)state;
	join(1, "Rosa");
	now = NOON + 335 * DAY - 1;
	assert_true(span_starts_with(page_of("/comments/", 1), S("# Rosa\n")));
	now = NOON + 335 * DAY + 1;
	struct span page = page_of("/comments/", 1);
	assert_true(span_starts_with(page, S("The certificate that your client showed ends on "
					     "2028-01-15, in 29 days.")));
	link_of(page, "Make a one-time code for a new identity");
	now = NOON + 363 * DAY + 1;
	assert_holds(page_of("/comments/", 1), "ends on 2028-01-15, in 1 day.");
	now = NOON + 365 * DAY;
	assert_holds(page_of("/comments/", 1), "ends on 2028-01-15, within a day.");
}

static void answers_are_new_once(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	struct store_comment_added added;
	assert_int_equal(write_at(rosa, ESSAY, "I waited.", now, &added), STORE_OK);
	int64_t id = added.id;
	assert_holds(page_of("/comments/", 1), "No answers since your last visit.\n");
	assert_holds(page_of("/comments/?answers=0", 1), "# Answers to you\n\nNone yet.\n");
	now += 2 * DAY;
	assert_int_equal(write_below(luz, ESSAY, id, "So did I.", now, &added), STORE_OK);
	assert_int_equal(write_below(rosa, ESSAY, id, "My own.", now, &added), STORE_OK);
	now += DAY;
	struct span page = page_of("/comments/", 1);
	assert_holds(page, "\n1 answer since your last visit\n"
			   "=> /comments/2 luz passed on your comment, yesterday\n=> ");
	assert_holds(page, "=> /comments/1 \"I waited.\", 3 days ago, passed on 2 times\n");
	/* Still there within the same visit. */
	now += 60;
	assert_holds(page_of("/comments/", 1), "\n1 answer since");
	now += DAY;
	assert_holds(page_of("/comments/", 1), "No answers since your last visit.\n");
	assert_holds(page_of("/comments/?answers=0", 1),
		"# Answers to you\n\n=> /comments/2 luz passed on your comment, 2 days ago\n");
	assert_holds(page_of("/comments/?answers=2", 1), "There are no earlier ones.\n");
	assert_says("/comments/?answers=x", 1, STATUS_BAD_REQUEST, "=NUMBER");
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			write_below(luz, ESSAY, id, i == 0 ? "And I." : "So am I.", now, &added),
			STORE_OK);
	now += DAY;
	assert_holds(page_of("/comments/", 1), "\n2 answers since your last visit\n");
}

static void one_sees_the_state_of_ones_own(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	assert_holds(page_of("/comments/", 1), "## Your comments\n\nNone yet.\n");
	write_one(rosa, ESSAY, "kept");
	write_one(rosa, ESSAY, "hidden one");
	write_one(rosa, ESSAY, "waiting one");
	write_one(rosa, ESSAY, "removed one");
	tell_file("UPDATE comments SET state = 2 WHERE id = 2");
	tell_file("UPDATE comments SET state = 1 WHERE id = 3");
	const struct store_order order = {
		.capsule = HERE, .act = STORE_ACT_REMOVE, .subject = 4, .now = now};
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
	struct span page = page_of("/comments/", 1);
	assert_holds(page, "## Your comments\n\n1 shown to everyone, 1 waiting for a moderator.\n");
	assert_holds(page, "=> /comments/1 \"kept\", today\n");
	assert_holds(page, "=> /comments/2 \"hidden one\", today, hidden by a moderator\n");
	assert_holds(page, "=> /comments/3 \"waiting one\", today, held until a moderator");
	assert_holds(page, "=> /comments/4 A comment, today, removed by a moderator\n");
	assert_lacks(page, "removed one");
	assert_lacks(page, "## Moderation");
}

static void long_lists_have_pages(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	char text[32];
	for (int i = 1; i <= 41; i++) {
		snprintf(text, sizeof text, "number %d.", i);
		write_one(rosa, ESSAY, text);
	}
	for (int i = 1; i <= 21; i++)
		answer_one(luz, i, "Passed on.");
	now = NOON + 40 * 3601;
	struct span page = page_of("/comments/", 1);
	assert_holds(page, "More than 20 answers since your last visit\n=> /comments/62 luz ");
	assert_holds(page, "## Your comments\n\n41 shown to everyone.\n");
	assert_holds(page, "=> /comments/41 \"number 41.\", today\n");
	assert_holds(page, "=> /comments/?before=22 Older ones\n");
	assert_holds(page_of("/comments/?before=2", 1),
		"=> /comments/1 \"number 1.\", 2 days ago, passed on once\n");
	assert_says("/comments/?before=x", 1, STATUS_BAD_REQUEST, "=NUMBER");
	page = page_of("/comments/?answers=0", 1);
	assert_holds(page, "=> /comments/?answers=43 Earlier ones\n");
	assert_holds(page_of("/comments/?answers=43", 1), "=> /comments/42 luz ");
}

static void what_waits_is_counted_for_moderators(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	tell_file("UPDATE people SET role = 1 WHERE id = 1");
	write_one(luz, ESSAY, "one");
	write_one(luz, ESSAY, "two");
	tell_file("UPDATE comments SET state = 1 WHERE id = 2");
	assert_int_equal(store_report_add(w.store, HERE, 1, rosa, S("unkind"), now), STORE_OK);
	assert_holds(
		page_of("/comments/", 2), "\n1 shown to everyone, 1 waiting for a moderator.\n");
	struct span page = page_of("/comments/", 1);
	assert_holds(page, "identity, as a moderator.\n");
	assert_holds(page, "=> /comments/moderation/ 1 comment held, 1 report\n");
	tell_file("UPDATE comments SET state = 1 WHERE id = 1");
	tell_file("UPDATE reports SET settled = 1");
	assert_holds(
		page_of("/comments/", 2), "\n0 shown to everyone, 2 waiting for a moderator.\n");
	page = page_of("/comments/", 1);
	assert_holds(page, "=> /comments/moderation/ 2 comments held, 0 reports\n");
}

static void names_cannot_speak_for_the_server(void **state)
{
	(void)state;
	int64_t id;
	const struct span name = S("=> gemini://evil.example\r\n# Evil\n```");
	assert_int_equal(register_at(HERE, 1, name, name, NOON, &id), STORE_OK);
	int64_t mine = write_one(id, ESSAY, "```\n=> gemini://evil.example/ evil\n# Evil");
	answer_one(id, mine, "x");
	answer_one(person_of(2, "luz"), mine, "x");
	tell_file("UPDATE people SET name = (SELECT name FROM people WHERE id = 1) WHERE id = 2");
	static const char *const pages[] = {"/comments/", "/comments/?answers=0",
		"/comments/account/", "/comments/welcome/linked/1/reply",
		"/comments/account/certificates"};
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct span page = page_of(pages[i], 1);
		assert_lacks(page, "\n=> gemini:");
		assert_lacks(page, "\n# Evil");
		assert_lacks(page, "\n```\n=>");
		assert_lacks(page, "\r");
	}
	now = NOON + 366 * DAY;
	assert_lacks(page_of("/comments/", 1), "\n# Evil");
}

static void a_store_that_rests_is_41(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_int_equal(rename(tree_at(&w.tree, "var"), tree_at(&w.tree, "away")), 0);
	static const char *const paths[] = {"/comments/", "/comments/register?Luz",
		"/comments/welcome/linked", "/comments/account/", LINK_BY_CODE};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_answer(paths[i], 1, STATUS_SERVER_UNAVAILABLE,
			"Comments are resting; the pages are not. Try again in a minute");
	page_of("/comments/help", 1);
	page_of("/comments/goodbye", 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_owner_by_fingerprint_comes_in_anyhow),
		TEST(identities_are_asked_for_at_the_top),
		TEST(an_ended_certificate_only_makes_way_for_another),
		TEST(an_end_is_announced_in_time),
		TEST(answers_are_new_once),
		TEST(one_sees_the_state_of_ones_own),
		TEST(long_lists_have_pages),
		TEST(what_waits_is_counted_for_moderators),
		TEST(names_cannot_speak_for_the_server),
		TEST(a_store_that_rests_is_41),
	};
	return cmocka_run_group_tests_name("account", tests, NULL, NULL);
}
