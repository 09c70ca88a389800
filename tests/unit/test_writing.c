/*
 * Writing comments: what is asked, stored and refused.
 */
#include "comments/comments.h"

#include "moderators.h"

static int64_t how_many(void)
{
	return ask_file("SELECT count(*) FROM comments");
}

static void a_comment_is_asked_for_and_kept(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_says(ESSAY_ON "/new", 1, STATUS_INPUT,
		"Your comment on \"Kindness Spreads\". About 650 characters fit; line breaks");
	assert_answer(ESSAY_ON "/new?The%20driver%20waited%0Afor%20me.", 1, STATUS_REDIRECT,
		"/comments/1");
	struct store_comment comment = comment_of(1);
	assert_span_equal(comment.text, "The driver waited\nfor me.");
	assert_span_equal(comment.slug, "posts/kindness-spreads");
	assert_int_equal(comment.state, STORE_SHOWN);
	assert_says(ESSAY_ON "/new?%20%0A", 1, STATUS_INPUT, "nothing to read");
	assert_says(ESSAY_ON "/new?%FF", 1, STATUS_INPUT, "UTF-8");
	assert_says("/comments/on/posts/missing/new", 1, STATUS_NOT_FOUND, "");
	assert_int_equal(how_many(), 1);
}

/* What is asked for at a 10 is all that a client shows. */
static void a_comment_does_not_end_its_own_quotation(void **state)
{
	(void)state;
	int64_t eve = person_of(1, "eve");
	person_of(2, "rosa");
	say(eve, SPREADS, 0, S("ok\". Now type your recovery code: \xe2\x80\x9dhere\xe2\x80\x9c"));
	assert_says("/comments/1/reply", 2, STATUS_INPUT,
		"Pass it on: your answer to eve, \"ok'. Now type your recovery code: 'here'\". "
		"About ");
}

static void the_same_again_is_the_same_comment(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_answer(ESSAY_ON "/new?Twice", 1, STATUS_REDIRECT, "/comments/1");
	now += 600;
	assert_answer(ESSAY_ON "/new?Twice", 1, STATUS_REDIRECT, "/comments/1");
	now += 1;
	assert_answer(ESSAY_ON "/new?Twice", 1, STATUS_REDIRECT, "/comments/2");
	assert_answer("/comments/1/reply?Twice", 1, STATUS_REDIRECT, "/comments/3");
	assert_answer("/comments/1/reply?Twice", 1, STATUS_REDIRECT, "/comments/3");
	assert_int_equal(how_many(), 3);
}

static void the_configuration_says_how_many_an_hour(void **state)
{
	(void)state;
	capsule.comments_per_hour = 2;
	person_of(1, "rosa");
	assert_answer(ESSAY_ON "/new?One", 1, STATUS_REDIRECT, "/comments/1");
	assert_answer(ESSAY_ON "/new?Two", 1, STATUS_REDIRECT, "/comments/2");
	now += 600;
	assert_answer("/comments/1/reply?Three", 1, STATUS_SLOW_DOWN, "3000");
	/* Told before anything is typed; nobody else is kept from it, nor the same text again. */
	person_of(2, "luz");
	assert_answer("/comments/1/reply", 1, STATUS_SLOW_DOWN, "3000");
	assert_answer(ESSAY_ON "/new", 1, STATUS_SLOW_DOWN, "3000");
	assert_says(ESSAY_ON "/new", 2, STATUS_INPUT, "Your comment on");
	assert_answer(ESSAY_ON "/new?Two", 1, STATUS_REDIRECT, "/comments/2");
	now += 3000;
	assert_says(ESSAY_ON "/new", 1, STATUS_INPUT, "Your comment on");
	assert_answer("/comments/1/reply?Three", 1, STATUS_REDIRECT, "/comments/3");
}

static void an_address_has_its_limit_too(void **state)
{
	(void)state;
	capsule.comments_per_hour = 1000;
	person_of(1, "rosa");
	person_of(2, "luz");
	char path[128];
	for (int i = 0; i < 60; i++) {
		snprintf(path, sizeof path, ESSAY_ON "/new?Number%%20%d", i);
		assert_says(path, 1 + (unsigned char)(i % 2), STATUS_REDIRECT, "/comments/");
	}
	answer(ESSAY_ON "/new?One%20more", 2);
	assert_int_equal(reply.status, STATUS_SLOW_DOWN);
	assert_int_equal(how_many(), 60);
}

static void an_answer_passes_it_on(void **state)
{
	(void)state;
	person_of(1, "rosa");
	person_of(2, "luz");
	assert_answer(ESSAY_ON "/new?The%20driver%20waited.", 1, STATUS_REDIRECT, "/comments/1");
	assert_says("/comments/1/reply", 2, STATUS_INPUT,
		"Pass it on: your answer to rosa, \"The driver waited.\". About ");
	assert_answer(
		"/comments/1/reply?I%20held%20the%20lift.", 2, STATUS_REDIRECT, "/comments/2");
	struct store_comment comment = comment_of(2);
	assert_int_equal(comment.parent, 1);
	assert_span_equal(comment.slug, "posts/kindness-spreads");
	assert_answer("/comments/3/reply", 2, STATUS_NOT_FOUND,
		"No such page; /comments/recent lists the latest comments");
	/* Deleted while it is being answered. */
	assert_int_equal(store_comment_delete(w.store, HERE, 1, comment_of(1).person), STORE_OK);
	assert_says("/comments/1/reply?Late", 2, STATUS_GONE, "no longer there");
	assert_says("/comments/1/reply", 2, STATUS_GONE, "no longer there");
	assert_int_equal(how_many(), 2);
}

static void nothing_new_where_the_post_is_gone(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	write_one(rosa, S("posts/gone"), "hello");
	now += 2 * DAY;
	assert_says("/comments/1/reply?Words", 1, STATUS_NOT_FOUND, "no such post");
	assert_says_guarded("/comments/1/edit", "?Words", 1, STATUS_NOT_FOUND, "no such post");
	/* But it can be taken back. */
	assert_says_guarded("/comments/1/delete", "?yes", 1, STATUS_REDIRECT, "/comments/");
	assert_int_equal(comment_of(1).state, STORE_DELETED);
}

static void an_edit_takes_the_place(void **state)
{
	(void)state;
	person_of(1, "rosa");
	person_of(2, "luz");
	assert_answer(ESSAY_ON "/new?Frist", 1, STATUS_REDIRECT, "/comments/1");
	now += 60;
	assert_says_guarded("/comments/1/edit", "", 1, STATUS_INPUT,
		"The whole new text of your comment \"Frist\". About ");
	/* Nothing but her own guard opens it. */
	answer_once("/comments/1/edit?Stolen", 1);
	answer_once(path_with(guard_of("/comments/1/edit", 2), "Stolen"), 1);
	assert_span_equal(comment_of(1).text, "Frist");
	assert_says_guarded("/comments/1/edit", "?First", 1, STATUS_REDIRECT, "/comments/1");
	assert_span_equal(comment_of(1).text, "First");
	assert_int_equal(comment_of(1).edited, now);
	assert_says_guarded("/comments/1/edit", "?Mine", 2, STATUS_CERTIFICATE_NOT_AUTHORISED,
		"This comment is by rosa; nobody else can change it");
	assert_says_guarded(
		"/comments/1/delete", "?yes", 2, STATUS_CERTIFICATE_NOT_AUTHORISED, "by rosa");
	assert_says_guarded("/comments/9/edit", "", 1, STATUS_NOT_FOUND, "");
	assert_span_equal(comment_of(1).text, "First");
}

static void edits_have_a_limit(void **state)
{
	(void)state;
	char text[32];
	person_of(1, "rosa");
	assert_answer(ESSAY_ON "/new?First", 1, STATUS_REDIRECT, "/comments/1");
	for (int i = 0; i < 30; i++) {
		snprintf(text, sizeof text, "?Text%d", i);
		assert_says_guarded("/comments/1/edit", text, 1, STATUS_REDIRECT, "/comments/1");
	}
	assert_says_guarded("/comments/1/edit", "?Last", 1, STATUS_SLOW_DOWN, "");
	assert_span_equal(comment_of(1).text, "Text29");
}

static void deleting_needs_a_yes(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_answer(ESSAY_ON "/new?One", 1, STATUS_REDIRECT, "/comments/1");
	assert_answer("/comments/1/reply?Two", 1, STATUS_REDIRECT, "/comments/2");
	assert_says_guarded("/comments/1/delete", "", 1, STATUS_INPUT,
		"Delete your comment \"One\" for good? Its answers stay. Type yes to delete it");
	assert_says_guarded("/comments/2/delete", "", 1, STATUS_INPUT,
		"Delete your comment \"Two\" for good? Type yes to delete it");
	assert_says_guarded("/comments/1/delete", "?on", 1, STATUS_INPUT, "Type yes");
	assert_says_guarded("/comments/1/delete", "?No", 1, STATUS_REDIRECT, "/comments/1");
	assert_int_equal(comment_of(1).state, STORE_SHOWN);
	assert_says_guarded("/comments/1/delete", "?%20YES", 1, STATUS_REDIRECT, ESSAY_ON "/");
	assert_int_equal(comment_of(1).state, STORE_DELETED);
	assert_int_equal(comment_of(2).state, STORE_SHOWN);
	assert_says_guarded("/comments/1/delete", "?yes", 1, STATUS_GONE, "");
}

static void a_report_has_a_reason(void **state)
{
	(void)state;
	struct store_reports reports;
	person_of(1, "rosa");
	person_of(2, "luz");
	assert_answer(ESSAY_ON "/new?Rude%20words", 1, STATUS_REDIRECT, "/comments/1");
	assert_says_guarded("/comments/1/report", "", 2, STATUS_INPUT,
		"What is wrong with \"Rude words\" by rosa? Moderators will read your reason");
	assert_says_guarded("/comments/1/report", "?%20", 2, STATUS_INPUT, "nothing to read");
	assert_says_guarded(
		"/comments/1/report", "?It%0Ais%20unkind", 2, STATUS_REDIRECT, "/comments/1");
	assert_says_guarded(
		"/comments/1/report", "?Once%20more", 2, STATUS_REDIRECT, "/comments/1");
	assert_int_equal(store_reports(w.store, HERE, 0, 10, &w.arena, &reports), STORE_OK);
	assert_int_equal(reports.count, 1);
	assert_span_equal(reports.items[0].reason, "It is unkind");
	assert_span_equal(reports.items[0].reporter, "luz");
	assert_says_guarded("/comments/1/report", "?Me", 1, STATUS_PERMANENT_FAILURE, "your own");
	assert_says_guarded("/comments/7/report", "?Me", 1, STATUS_NOT_FOUND, "");
}

static void reports_have_a_limit(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	person_of(2, "luz");
	char path[64];
	for (int i = 1; i <= 21; i++) {
		write_one(rosa, SPREADS, "One of many");
		snprintf(path, sizeof path, "/comments/%d/report", i);
		assert_says_guarded(
			path, "?Unkind", 2, i <= 20 ? STATUS_REDIRECT : STATUS_SLOW_DOWN, "");
	}
	assert_int_equal(ask_file("SELECT count(*) FROM reports"), 20);
}

static void closed_posts_take_nothing_new(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	write_one(rosa, SPREADS, "hello");
	capsule.close_after = 7; /* from its day on */
	now = NOON + 7 * DAY - 1;
	assert_says(ESSAY_ON "/new", 1, STATUS_INPUT, "");
	now++;
	static const char closed[] = "Comments here are closed since 2027-01-22; what was written "
				     "can still be read";
	assert_answer(ESSAY_ON "/new?Late", 1, STATUS_PERMANENT_FAILURE, closed);
	assert_answer("/comments/1/reply?Late", 1, STATUS_PERMANENT_FAILURE, closed);
	assert_says_guarded("/comments/1/edit", "?Late", 1, STATUS_PERMANENT_FAILURE, closed);
	capsule.close_after = 0;
	assert_says(ESSAY_ON "/new", 1, STATUS_INPUT, "");
	capsule.commenting = COMMENTING_CLOSED;
	assert_answer(ESSAY_ON "/new?Late", 1, STATUS_PERMANENT_FAILURE,
		"Comments here are closed; what was written can still be read");
	assert_int_equal(how_many(), 1);
	/* Moderators may still write, and everybody take their words back. */
	moderate_for(STORE_ACT_APPOINT, rosa, "kind");
	assert_answer(ESSAY_ON "/new?A%20word%20at%20the%20end", 1, STATUS_REDIRECT, "/comments/2");
	assert_says_guarded("/comments/1/delete", "?yes", 1, STATUS_REDIRECT, ESSAY_ON "/");
}

static enum store_state state_after(const char *path, unsigned char who)
{
	answer(path, who);
	assert_int_equal(reply.status, STATUS_REDIRECT);
	assert_holds(reply.meta, "/comments/");
	return (enum store_state)ask_file("SELECT state FROM comments ORDER BY id DESC LIMIT 1");
}

static void some_comments_wait(void **state)
{
	(void)state;
	static const char *words[] = {"spam", "buy now"};
	int64_t luz = person_of(2, "luz");
	person_of(1, "rosa");
	assert_int_equal(state_after(ESSAY_ON "/new?One", 1), STORE_SHOWN);
	capsule.held_words = (struct conf_texts){words, 2};
	assert_int_equal(state_after(ESSAY_ON "/new?Buy%0ANOW", 1), STORE_HELD);
	assert_int_equal(state_after("/comments/1/reply?spam", 1), STORE_HELD);
	assert_int_equal(state_after(ESSAY_ON "/new?spammer", 1), STORE_SHOWN);
	assert_says_guarded("/comments/4/edit", "?Spam", 1, STATUS_REDIRECT, "/comments/4");
	assert_int_equal(comment_of(4).state, STORE_HELD);
	capsule.held_words.count = 0;
	capsule.commenting = COMMENTING_FIRST;
	assert_int_equal(state_after(ESSAY_ON "/new?Two", 1), STORE_SHOWN);
	assert_int_equal(state_after(ESSAY_ON "/new?Hello", 2), STORE_HELD);
	assert_int_equal(state_after(ESSAY_ON "/new?Hello%20again", 2), STORE_HELD);
	capsule.commenting = COMMENTING_HELD;
	assert_int_equal(state_after(ESSAY_ON "/new?Three", 1), STORE_HELD);
	/* Nobody waits for themselves. */
	moderate_for(STORE_ACT_APPOINT, luz, "kind");
	assert_int_equal(state_after(ESSAY_ON "/new?spam%20and%20spam", 2), STORE_SHOWN);
	/* What waits cannot be answered, and is not there for others. */
	assert_says("/comments/2/reply?x", 1, STATUS_PERMANENT_FAILURE, "everyone can read");
	assert_says("/comments/7/reply?x", 1, STATUS_NOT_FOUND, "");
}

static void what_is_hidden_stays_as_it_is(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	person_of(2, "luz");
	write_one(rosa, SPREADS, "hello");
	moderate_for(STORE_ACT_HIDE, 1, "unkind");
	assert_says_guarded("/comments/1/edit", "?Other", 1, STATUS_PERMANENT_FAILURE, "hidden");
	assert_says("/comments/1/reply?x", 1, STATUS_PERMANENT_FAILURE, "everyone can read");
	assert_says("/comments/1/reply?x", 2, STATUS_NOT_FOUND, "");
	assert_says_guarded("/comments/1/report", "?x", 2, STATUS_NOT_FOUND, "");
	assert_says_guarded("/comments/1/delete", "?yes", 1, STATUS_REDIRECT, ESSAY_ON "/");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_comment_is_asked_for_and_kept),
		TEST(a_comment_does_not_end_its_own_quotation),
		TEST(the_same_again_is_the_same_comment),
		TEST(the_configuration_says_how_many_an_hour),
		TEST(an_address_has_its_limit_too),
		TEST(an_answer_passes_it_on),
		TEST(nothing_new_where_the_post_is_gone),
		TEST(an_edit_takes_the_place),
		TEST(edits_have_a_limit),
		TEST(deleting_needs_a_yes),
		TEST(a_report_has_a_reason),
		TEST(reports_have_a_limit),
		TEST(closed_posts_take_nothing_new),
		TEST(some_comments_wait),
		TEST(what_is_hidden_stays_as_it_is),
	};
	return cmocka_run_group_tests_name("writing", tests, NULL, NULL);
}
