/*
 * The conversation: every route walked by readers with and without identities.
 */
#include "comments/comments.h"

#include "readers.h"

static void answer(const char *path, unsigned char who)
{
	char url[2048];
	snprintf(url, sizeof url, BASE "%s", path);
	prepare_request(url, who);
	comments_answer(comments, &request, &reply);
}

static void assert_answer(const char *path, unsigned char who, enum status status, const char *meta)
{
	answer(path, who);
	if (reply.status != status || !span_equal(reply.meta, span_of(meta)))
		fail_msg("%s by %d: %d %.*s, not %d %s", path, who, (int)reply.status,
			SPAN_ARG(reply.meta), (int)status, meta);
}

/* As above, where META has only to hold the words. */
static void assert_says(const char *path, unsigned char who, enum status status, const char *words)
{
	answer(path, who);
	if (reply.status != status || !holds(reply.meta, words))
		fail_msg("%s by %d: %d %.*s, not %d … %s", path, who, (int)reply.status,
			SPAN_ARG(reply.meta), (int)status, words);
}

static struct span page_of(const char *path, unsigned char who)
{
	assert_answer(path, who, STATUS_SUCCESS, "text/gemini");
	return reply.body.memory;
}

#define ESSAY_ON  "/comments/on/posts/kindness-spreads"
#define ESSAY_WAY "on/posts/kindness-spreads/new"

static void a_reader_registers_and_comments(void **state)
{
	(void)state;
	/* Without an identity: to the top, where one is asked for. */
	assert_answer(ESSAY_ON "/new", 0, STATUS_REDIRECT, "/comments/?" ESSAY_WAY);
	assert_answer("/comments/?" ESSAY_WAY, 0, STATUS_CERTIFICATE_REQUIRED,
		"Choose or make an identity to log in or register");
	/* With one that nobody has registered with. */
	assert_answer(ESSAY_ON "/new", 1, STATUS_REDIRECT, "/comments/?" ESSAY_WAY);
	struct span page = page_of("/comments/?" ESSAY_WAY, 1);
	assert_holds(page, "# Welcome\n\nYou are new here, ");
	assert_holds(page, "It is not linked to anyone here yet.\n");
	assert_holds(page, "asked for a name. That is all that is kept, with the time and with a "
			   "fingerprint of the certificate's key.\n");
	assert_holds(page, "``` Fingerprint\nSHA256 c1:c1:");
	assert_holds(page, ":c1\nvalid until 2028-01-15\n```\n");
	assert_holds(page, "=> /comments/register/" ESSAY_WAY " Register with it\n");
	assert_holds(page, "You were on your way to: leave a comment on \"Kindness Spreads\".\n");

	assert_answer("/comments/register/" ESSAY_WAY, 1, STATUS_INPUT,
		"What name would you like to go by? 1 to 32 characters");
	assert_answer("/comments/register/" ESSAY_WAY "?Rosa", 1, STATUS_REDIRECT,
		"/comments/welcome/" ESSAY_WAY);
	page = page_of("/comments/welcome/" ESSAY_WAY, 1);
	assert_holds(page, "# Hello, Rosa\n");
	assert_holds(page,
		"=> /comments/" ESSAY_WAY " Go on: leave a comment on \"Kindness Spreads\"\n");

	assert_says(ESSAY_ON "/new", 1, STATUS_INPUT,
		"Your comment on \"Kindness Spreads\". About 650 characters fit;");
	assert_answer(ESSAY_ON "/new?The%20driver%20waited%0Afor%20me.", 1, STATUS_REDIRECT,
		"/comments/1");
	page = page_of("/comments/1", 0);
	assert_holds(page, "=> /posts/kindness-spreads.gmi Kindness Spreads\n");
	assert_holds(page, "\n### Rosa, today\n> The driver waited\n> for me.\n");
	assert_holds(page, "=> " ESSAY_ON "/ ");
	/* From now on the way leads straight there. */
	assert_answer("/comments/?" ESSAY_WAY, 1, STATUS_REDIRECT, ESSAY_ON "/new");
	assert_answer("/comments/register/" ESSAY_WAY, 1, STATUS_REDIRECT, ESSAY_ON "/new");
	assert_answer("/comments/register?Luz", 1, STATUS_REDIRECT, "/comments/");
	page = page_of("/comments/", 1);
	assert_holds(page, "# Rosa\n");
	assert_holds(page, "=> /comments/1 \"The driver waited for me.\", today\n");
}

#define THANKS  "Thank you. Your comment is stored, and everyone can read it.\n"
#define NEW     "=> " ESSAY_ON "/new "
#define ASKED   "\nYou will be asked for its text.\n"
#define LOGGING "\nYou will be asked for its text, or first to log in or register.\n"

static void who_has_just_commented_is_thanked(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), S("posts/kindness-spreads"), "hello");
	person_of(2, "luz");
	struct store_comment comment;
	assert_int_equal(store_comment_by_id(w.store, HERE, 1, &w.arena, &comment), STORE_OK);
	now = comment.written + 599;
	struct span page = page_of("/comments/1", 1);
	assert_holds(page, "\n\n" THANKS "\n=> /posts/");
	assert_holds(page, NEW "Leave another comment" ASKED);
	now++;
	page = page_of("/comments/1", 1);
	assert_lacks(page, THANKS);
	assert_holds(page, NEW "Leave another comment" ASKED);
	/* Everybody else left none. */
	now = comment.written;
	page = page_of("/comments/1", 2);
	assert_lacks(page, THANKS);
	assert_holds(page, NEW "Leave a comment" ASKED);
	for (unsigned char who = 0; who <= 3; who += 3) {
		page = page_of("/comments/1", who);
		assert_lacks(page, THANKS);
		assert_holds(page, NEW "Leave a comment" LOGGING);
		assert_holds(page_of(ESSAY_ON "/", who), NEW "Leave a comment" LOGGING);
	}
	assert_holds(page_of(ESSAY_ON "/", 1), NEW "Leave a comment" ASKED);
	/* Nor is anybody thanked who could not comment now. */
	now = NOON + 365 * DAY + 1;
	page = page_of("/comments/1", 1);
	assert_lacks(page, THANKS);
	assert_holds(page, NEW "Leave a comment" LOGGING);
}

static void help_tells_all(void **state)
{
	(void)state;
	struct span page = page_of("/comments/help", 0);
	assert_holds(page, "\n### If your client makes none\n");
	assert_holds(page, "\n``` Making a certificate and its key with openssl");
	assert_holds(page, "\nopenssl req -x509 ");
	assert_holds(page, "-keyout reader.key -out reader.crt\n```\n");
	assert_holds(page, "You can leave 10 an hour.");
	assert_holds(page, "\n* your network address\n");
	assert_holds(page, "\n=> / Home page\n");
	assert_lacks(page, "4,000");
}

static void names_are_asked_for_again(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_answer("/comments/register?Rosa", 2, STATUS_INPUT,
		"That name is taken. Please type another name");
	assert_says("/comments/register?%E2%80%AEasoR", 2, STATUS_INPUT, "cannot be seen");
	assert_says("/comments/register?%FF", 2, STATUS_INPUT, "UTF-8");
	assert_says("/comments/register?Here.Example", 2, STATUS_INPUT, "kept for the capsule");
	assert_says("/comments/register?Here.org", 2, STATUS_INPUT, "kept for the capsule");
	assert_says("/comments/register?Luz,%20today", 2, STATUS_INPUT, "a comma");
	assert_says("/comments/register?", 2, STATUS_INPUT, "1 to 32");
	assert_answer("/comments/register?+R%C3%B3sa+", 2, STATUS_REDIRECT, "/comments/welcome");
	assert_holds(page_of("/comments/welcome", 2), "# Hello, +R\xc3\xb3sa+\n");
}

static void identities_are_asked_for_at_the_top(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_answer("/comments/register", 0, STATUS_REDIRECT, "/comments/");
	assert_answer("/comments/register/" ESSAY_WAY, 0, STATUS_REDIRECT, "/comments/?" ESSAY_WAY);
	assert_answer("/comments/welcome", 0, STATUS_REDIRECT, "/comments/");
	assert_answer("/comments/welcome", 2, STATUS_REDIRECT, "/comments/");
	assert_answer("/comments/welcome/" ESSAY_WAY, 2, STATUS_REDIRECT, "/comments/?" ESSAY_WAY);
	assert_answer("/comments/", 0, STATUS_CERTIFICATE_REQUIRED,
		"Choose or make an identity to log in or register");
	struct span page = page_of("/comments/", 2);
	assert_holds(page, "=> /comments/register Register with it\n");
	assert_lacks(page, "on your way");
}

static void an_identity_outside_its_dates_only_reads(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), S("posts/kindness-spreads"), "hello");
	static const char *const closed[] = {"/comments/", "/comments/?" ESSAY_WAY,
		"/comments/register", "/comments/register?Luz", "/comments/welcome",
		ESSAY_ON "/new", ESSAY_ON "/new?hello"};
	static const char *const open[] = {
		ESSAY_ON "/", "/comments/1", "/comments/recent", "/comments/help"};
	static const int64_t outside[] = {NOON - DAY - 1, NOON + 365 * DAY + 1};
	for (size_t t = 0; t < 2; t++) {
		now = outside[t];
		for (unsigned char who = 1; who <= 2; who++) {
			for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
				assert_says(closed[i], who, STATUS_CERTIFICATE_NOT_VALID, "dates");
			for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
				page_of(open[i], who);
		}
	}
}

static void ways_to_nowhere_are_ignored(void **state)
{
	(void)state;
	person_of(1, "rosa");
	static const char *const ways[] = {"on/posts/none/new", "on//new", "on/new",
		"on/posts/kindness-spreads", "gemini://elsewhere.example/", "%FF", "x"};
	char path[128];
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		snprintf(path, sizeof path, "/comments/?%s", ways[i]);
		assert_lacks(page_of(path, 2), "on your way");
		assert_holds(page_of(path, 1), "# rosa\n");
	}
	assert_answer("/comments/register/on/posts/none/new?Luz", 2, STATUS_REDIRECT,
		"/comments/welcome");
	assert_lacks(page_of("/comments/welcome/on/posts/none/new", 2), "Go on");
}

static void addresses_that_do_not_exist_are_51(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), S("posts/kindness-spreads"), "hello");
	static const char *const none[] = {"/comments/0", "/comments/2", "/comments/01",
		"/comments/1/", "/comments/1/reply", "/comments/99999999999999999999",
		"/comments/9223372036854775807", "/comments/-1", "/comments/registered",
		"/comments/register/", "/comments/register/x", "/comments/help/", "/comments/on/",
		"/comments/on", "/comments/on/new", "/comments/on/posts/none/",
		"/comments/on/posts/none", "/comments/on/posts/none/new", "/comments/link",
		"/commentsx"};
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

static void addresses_are_percent_encoded(void **state)
{
	(void)state;
	person_of(1, "rosa");
#define CAFE "on/posts/caf%C3%A9%20noir/"
	assert_answer("/comments/" CAFE "new", 0, STATUS_REDIRECT, "/comments/?" CAFE "new");
	assert_answer("/comments/?" CAFE "new", 1, STATUS_REDIRECT, "/comments/" CAFE "new");
	struct span page = page_of("/comments/?" CAFE "new", 2);
	assert_holds(page, "=> /comments/register/" CAFE "new ");
	assert_holds(page, "leave a comment on \"Caf\xc3\xa9 # noir\".");
	assert_answer("/comments/register/" CAFE "new?Luz", 2, STATUS_REDIRECT,
		"/comments/welcome/" CAFE "new");
	assert_answer("/comments/" CAFE "new?hello", 2, STATUS_REDIRECT, "/comments/1");
	page = page_of("/comments/1", 0);
	assert_holds(page, "=> /posts/caf%C3%A9%20noir.gmi Caf\xc3\xa9 # noir\n");
	assert_holds(page, "=> /comments/" CAFE " ");
}

static void comments_are_asked_for_again(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_says(ESSAY_ON "/new?", 1, STATUS_INPUT, "characters fit");
	assert_says(ESSAY_ON "/new?%20%0A", 1, STATUS_INPUT, "nothing to read");
	assert_says(ESSAY_ON "/new?%FF", 1, STATUS_INPUT, "UTF-8");
	assert_answer(ESSAY_ON "/new?hello", 1, STATUS_REDIRECT, "/comments/1");
	assert_answer(ESSAY_ON "/new?hello%20%0A", 1, STATUS_REDIRECT, "/comments/1");
	for (int i = 2; i <= 10; i++) {
		char path[128], meta[32];
		snprintf(path, sizeof path, ESSAY_ON "/new?hello%d", i);
		snprintf(meta, sizeof meta, "/comments/%d", i);
		assert_answer(path, 1, STATUS_REDIRECT, meta);
	}
	now += 600;
	assert_answer(ESSAY_ON "/new?hello%2011", 1, STATUS_SLOW_DOWN, "3000");
	now += 3000;
	assert_answer(ESSAY_ON "/new?hello%2011", 1, STATUS_REDIRECT, "/comments/11");
}

static void long_threads_have_pages(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	char text[32];
	for (int i = 1; i <= 41; i++) {
		snprintf(text, sizeof text, "number %d.", i);
		write_one(rosa, S("posts/kindness-spreads"), text);
	}
	now = NOON + 40 * 3601;
	struct span page = page_of(ESSAY_ON "/", 0);
	assert_holds(page, "# Comments on \"Kindness Spreads\" (41)\n");
	assert_holds(page, "> number 1.\n");
	assert_holds(page, "> number 20.\n=> /comments/20 ");
	assert_lacks(page, "> number 21.\n");
	assert_holds(page, "=> " ESSAY_ON "/?after=20 Next page\n");
	assert_holds(page, "=> " ESSAY_ON "/new Leave a comment\n");
	page = page_of(ESSAY_ON "/?after=40", 0);
	assert_holds(page, "> number 41.\n");
	assert_lacks(page, "Next page");
	assert_holds(page, "=> " ESSAY_ON "/ First page\n");
	assert_holds(page_of(ESSAY_ON "/?after=41", 0), "There are no later comments yet.\n");

	page = page_of("/comments/recent", 0);
	assert_holds(page, "\n### rosa, today\n> number 41.\n"
			   "=> /comments/41 This comment on its own page\n"
			   "=> /posts/kindness-spreads.gmi Kindness Spreads\n");
	assert_lacks(page, "> number 21.\n");
	assert_holds(page, "=> /comments/recent?before=22 Older comments\n");
	assert_holds(page_of("/comments/recent?before=2", 0), "> number 1.\n");

	page = page_of("/comments/", 1);
	assert_holds(page, "## Your comments (41)\n");
	assert_holds(page, "=> /comments/41 \"number 41.\", today\n");
	assert_holds(page, "=> /comments/?before=22 Older ones\n");
	assert_holds(
		page_of("/comments/?before=2", 1), "=> /comments/1 \"number 1.\", 2 days ago\n");

	static const char *const wrong[] = {ESSAY_ON "/?after=x",
		ESSAY_ON "/?after=", ESSAY_ON "/?before=1", ESSAY_ON "/?after=-1",
		ESSAY_ON "/?after=1&x", "/comments/recent?x",
		"/comments/recent?before=99999999999999999999"};
	assert_says("/comments/?before=x", 1, STATUS_BAD_REQUEST, "=NUMBER");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_says(wrong[i], 0, STATUS_BAD_REQUEST, "=NUMBER");
}

static void a_comment_outlives_its_post(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), S("posts/gone"), "hello");
	struct span page = page_of("/comments/1", 0);
	assert_holds(page, "no longer here");
	assert_lacks(page, "/comments/on/");
	assert_holds(page_of("/comments/recent", 0), "\n### rosa, ");
}

/* Every line that begins with what `text` holds has been written by a stranger. */
static void assert_no_line_begins(struct span page, const char *text)
{
	struct span line;
	while (span_next_line(&page, &line))
		if (span_starts_with(line, span_of(text)))
			fail_msg("\"%.*s\"", SPAN_ARG(line));
}

static void strangers_cannot_speak_for_the_server(void **state)
{
	(void)state;
	int64_t id;
	const struct span name = S("=> gemini://evil.example\r\n# Evil\n```");
	assert_int_equal(
		store_person_add(w.store, HERE, key_of(1), name, name, NOON, &id), STORE_OK);
	write_one(id, S("posts/kindness-spreads"),
		"``` evil\n# Evil heading\r=> gemini://evil.example/ evil label\n"
		"=> https://good.example/ Log in here\n"
		"* evil\n\xe2\x80\xa8# Evil separator\n\x1b[31mred \xe2\x80\xaethgir\n"
		"20 text/gemini\r\n=> javascript:evil evil");
	write_one(id, S("posts/kindness-spreads"), "```\n=> https://fenced.example/ x");
	static const char *const pages[] = {
		ESSAY_ON "/", "/comments/1", "/comments/2", "/comments/recent", "/comments/"};
	static const char *const forbidden[] = {"=> gemini://evil.example #",
		"=> gemini://evil.example/ evil", "=> javascript", "# Evil", "``` evil", "* evil",
		"20 text", "=> https://good.example/ Log"};
	for (size_t p = 0; p < sizeof(pages) / sizeof(pages[0]); p++) {
		struct span page = page_of(pages[p], 1);
		for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++)
			assert_no_line_begins(page, forbidden[i]);
		assert_no_line_begins(page, "```");
		assert_lacks(page, "\x1b");
		assert_lacks(page, "\xe2\x80\xae");
		assert_lacks(page, "\r");
	}
}

static void links_in_a_comment_are_their_own_labels(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), S("posts/kindness-spreads"),
		"See (https://example.org/b).\n=> https://example.org/a Log in here");
	assert_holds(page_of("/comments/1", 0),
		"> => https://example.org/a Log in here\nLinks in this comment:\n"
		"=> https://example.org/b https://example.org/b\n"
		"=> https://example.org/a https://example.org/a\n");
}

/* Whoever follows a link shows their identity without being asked. */
static void a_link_in_a_comment_does_nothing(void **state)
{
	(void)state;
	write_one(person_of(1, "rosa"), S("posts/kindness-spreads"),
		"=> gemini://here.example/comments/register?Fool\n"
		"=> gemini://neighbour.example/comments/register?Fool\n"
		"=> gemini://HERE.org:1965" ESSAY_ON "/new?Fool\n"
		"=> gemini://here.example/posts/kindness-spreads.gmi");
	static const char *const pages[] = {ESSAY_ON "/", "/comments/1", "/comments/recent"};
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		struct span page = page_of(pages[i], 0), line;
		assert_holds(page, "\n=> gemini://here.example/posts/kindness-spreads.gmi ");
		while (span_next_line(&page, &line))
			if (span_starts_with(line, S("=>")) && holds(line, "Fool"))
				fail_msg("%.*s", SPAN_ARG(line));
	}
}

static void a_store_that_rests_is_41(void **state)
{
	(void)state;
	person_of(1, "rosa");
	assert_int_equal(rename(tree_at(&w.tree, "var"), tree_at(&w.tree, "away")), 0);
	static const char *const paths[] = {"/comments/", "/comments/register?Luz",
		"/comments/welcome", ESSAY_ON "/", ESSAY_ON "/new?hello", "/comments/1",
		"/comments/recent"};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_answer(paths[i], 1, STATUS_SERVER_UNAVAILABLE,
			"Comments are resting; the pages are not. Try again in a minute");
	page_of("/comments/help", 1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_registers_and_comments),
		TEST(who_has_just_commented_is_thanked),
		TEST(help_tells_all),
		TEST(names_are_asked_for_again),
		TEST(identities_are_asked_for_at_the_top),
		TEST(an_identity_outside_its_dates_only_reads),
		TEST(ways_to_nowhere_are_ignored),
		TEST(addresses_that_do_not_exist_are_51),
		TEST(addresses_without_their_slash_lead_on),
		TEST(addresses_are_percent_encoded),
		TEST(comments_are_asked_for_again),
		TEST(long_threads_have_pages),
		TEST(a_comment_outlives_its_post),
		TEST(strangers_cannot_speak_for_the_server),
		TEST(links_in_a_comment_are_their_own_labels),
		TEST(a_link_in_a_comment_does_nothing),
		TEST(a_store_that_rests_is_41),
	};
	return cmocka_run_group_tests_name("comments", tests, NULL, NULL);
}
