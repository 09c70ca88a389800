/*
 * The feeds of comments: pages that clients follow, and Atom.
 */
#include "answers.h"
#include "xmllint.h"

#include "proto/feed.h"

#define FEED "/comments/feed.gmi"
#define ATOM "/comments/atom.xml"

static int64_t rosa, ibrahim;

static int begin(void **state)
{
	set_up(state);
	rosa = person_of(1, "Rosa");
	ibrahim = person_of(2, "Ibrahim");
	return 0;
}

static struct span atom_of(const char *path)
{
	assert_answer(path, 0, STATUS_SUCCESS, "application/atom+xml");
	assert_atom(reply.body.memory.ptr, reply.body.memory.len);
	return reply.body.memory;
}

/* How many entries a client sees that follows the page. */
static size_t entries_of(struct span page)
{
	struct feed_entry entry;
	bool preformatted = false;
	size_t count = 0;
	while (feed_next_entry(&page, &preformatted, &entry)) {
		assert_true(span_starts_with(entry.url, S("/comments/")));
		assert_true(span_starts_with(entry.title, S("Comment by ")));
		count++;
	}
	return count;
}

static void the_latest_as_a_page(void **state)
{
	(void)state;
	assert_span_equal(page_of(FEED, 0), "# The latest comments\n"
					    "## here.example\n"
					    "\n"
					    "=> /comments/recent Where they stand\n"
					    "=> /comments/atom.xml The same as Atom\n"
					    "\n"
					    "No comments yet.\n");
	now = 1795434000; /* 2026-11-23 11:40 */
	int64_t first = say(rosa, SPREADS, 0, S("The bus driver\nwaited \"for\" me."));
	now += 43200;
	say(ibrahim, SPREADS, first, S("2 lemons."));
	assert_int_equal(first, 1);
	struct span page = page_of(FEED, 0);
	assert_span_equal(page, "# The latest comments\n"
				"## here.example\n"
				"\n"
				"=> /comments/recent Where they stand\n"
				"=> /comments/atom.xml The same as Atom\n"
				"\n"
				"=> /comments/2 2026-11-23 - Comment by Ibrahim on "
				"\"Kindness Spreads\": \"2 lemons.\"\n"
				"=> /comments/1 2026-11-23 - Comment by Rosa on "
				"\"Kindness Spreads\": \"The bus driver waited 'for' me.\"\n");
	assert_int_equal(entries_of(page), 2);
	/* Nothing on it tells the time that has passed. */
	now += 40 * DAY;
	assert_span_equal(page_of(FEED, 1), arena_copy(&w.arena, page));
}

static void the_latest_as_atom(void **state)
{
	enum store_state after;
	(void)state;
	assert_holds(atom_of(ATOM), "<updated>1970-01-01T00:00:00Z</updated>");
	int64_t id = say(rosa, SPREADS, 0, S("Waited for <me> & you.\n=> gemini://x.example/"));
	now += 60;
	say(ibrahim, S("posts/gone"), 0, S("On a post that is not there"));
	const struct store_comment_edit edit = {.capsule = HERE,
		.text = S("Waited for <you> & me.\n=> gemini://x.example/"),
		.id = id,
		.person = rosa,
		.now = NOON + 3600};
	assert_int_equal(store_comment_edit(w.store, &edit, &after), STORE_OK);
	struct span feed = atom_of(ATOM);
	assert_holds(feed, "<title>The latest comments</title>\n"
			   "<id>gemini://here.example/comments/atom.xml</id>\n"
			   "<link rel=\"self\" type=\"application/atom+xml\" "
			   "href=\"gemini://here.example/comments/atom.xml\"/>\n"
			   "<link rel=\"alternate\" type=\"text/gemini\" "
			   "href=\"gemini://here.example/comments/recent\"/>\n"
			   "<updated>2027-01-15T09:00:00Z</updated>\n<entry>\n"
			   "<title>Comment by Ibrahim: &quot;On a post that is not there&quot;"
			   "</title>\n");
	assert_holds(feed, "<id>gemini://here.example/comments/1</id>\n"
			   "<link rel=\"alternate\" href=\"gemini://here.example/comments/1\"/>\n"
			   "<published>2027-01-15T08:00:00Z</published>\n"
			   "<updated>2027-01-15T09:00:00Z</updated>\n"
			   "<author><name>Rosa</name>\n</author>\n"
			   "<content>Waited for &lt;you&gt; &amp; me.\n"
			   "=&gt; gemini://x.example/</content>\n");
	/* The same ids by whichever name it is asked for. */
	prepare_request("gemini://here.org" ATOM, 0);
	comments_answer(comments, &request, &reply);
	assert_span_equal(reply.body.memory, arena_copy(&w.arena, feed));
}

static void of_one_post(void **state)
{
	struct span feed;
	(void)state;
	say(rosa, SPREADS, 0, S("Under the first"));
	say(rosa, S("posts/new"), 0, S("Under the second"));
	feed = page_of(ESSAY_ON "/feed.gmi", 0);
	assert_true(
		span_starts_with(feed, S("# Comments on \"Kindness Spreads\"\n## here.example\n")));
	assert_holds(feed, "\n=> /comments/on/posts/kindness-spreads/ Where they stand\n"
			   "=> /comments/on/posts/kindness-spreads/atom.xml The same as Atom\n");
	assert_holds(feed, " - Comment by Rosa: \"Under the first\"\n");
	assert_int_equal(entries_of(feed), 1);
	feed = atom_of(ESSAY_ON "/atom.xml");
	assert_holds(feed, "<title>Comments on &quot;Kindness Spreads&quot;</title>\n<id>"
			   "gemini://here.example" ESSAY_ON "/atom.xml</id>");
	assert_holds(feed, "<content>Under the first</content>");
	assert_lacks(feed, "second");
	/* Without comments it dates from the post; a path and a title may hold anything. */
	feed = atom_of("/comments/on/posts/caf%C3%A9%20noir/atom.xml");
	assert_holds(
		feed, "<id>gemini://here.example/comments/on/posts/caf%C3%A9%20noir/atom.xml</id>");
	assert_holds(feed, "<updated>2027-01-13T08:00:00Z</updated>");
	feed = page_of("/comments/on/posts/caf%C3%A9%20noir/feed.gmi", 0);
	assert_holds(feed, "# Comments on \"Caf\xc3\xa9 # noir\"\n## here.example\n");
	assert_says("/comments/on/posts/none/feed.gmi", 0, STATUS_NOT_FOUND, "No such page");
	assert_says("/comments/on/posts/none/atom.xml", 0, STATUS_NOT_FOUND, "No such page");
}

static void of_no_post(void **state)
{
	(void)state;
	assert_says("/comments/on/posts/none/feed.gmi", 0, STATUS_NOT_FOUND, "No such page");
	assert_says("/comments/on/posts/none/atom.xml", 0, STATUS_NOT_FOUND, "No such page");
}

static void answers_to_one_person(void **state)
{
	struct span feed;
	(void)state;
	int64_t first = say(rosa, SPREADS, 0, S("The bus driver waited."));
	say(ibrahim, SPREADS, first, S("I held the lift."));
	say(rosa, SPREADS, first, S("An answer to oneself is none."));
	say(ibrahim, SPREADS, 0, S("To nobody"));
	assert_int_equal(store_person_set_feed(w.store, rosa, S("rosas-secret")), STORE_OK);
	feed = page_of("/comments/answers/rosas-secret.gmi", 0);
	assert_true(span_starts_with(feed, S("# Answers to Rosa\n## here.example\n")));
	assert_holds(feed, "\n=> /comments/answers/rosas-secret.xml The same as Atom\n");
	assert_holds(feed, "Comment by Ibrahim on \"Kindness Spreads\": \"I held the lift.\"\n");
	assert_int_equal(entries_of(feed), 1);
	feed = atom_of("/comments/answers/rosas-secret.xml");
	assert_holds(feed, "<title>Answers to Rosa</title>\n<id>gemini://here.example/comments/"
			   "answers/rosas-secret.xml</id>");
	assert_holds(feed, "<content>I held the lift.</content>");
	assert_lacks(feed, "oneself");
	assert_lacks(feed, "nobody");
	assert_int_equal(store_person_set_feed(w.store, rosa, S("another")), STORE_OK);
	assert_says("/comments/answers/rosas-secret.gmi", 0, STATUS_NOT_FOUND, "No such page");
	atom_of("/comments/answers/another.xml");
}

static void a_wrong_secret_tells_nothing(void **state)
{
	static const char *const wrong[] = {"/comments/answers/guess.gmi",
		"/comments/answers/guess.xml", "/comments/answers/secret.txt",
		"/comments/answers/secret", "/comments/answers/.gmi", "/comments/answers/.xml",
		"/comments/answers/secret.gmi.xml", "/comments/answers/%27%20OR%201.gmi",
		"/comments/answers/SECRET.gmi"};
	(void)state;
	assert_int_equal(store_person_set_feed(w.store, rosa, S("secret")), STORE_OK);
	page_of("/comments/answers/secret.gmi", 0);
	answer("/comments/nothing-at-all", 0);
	struct span meta = reply.meta;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_answer(wrong[i], 0, STATUS_NOT_FOUND, arena_copy(&w.arena, meta));
	/* Who has left has none. */
	assert_int_equal(store_person_leave(w.store, rosa, false, now), STORE_OK);
	assert_answer(
		"/comments/answers/secret.gmi", 0, STATUS_NOT_FOUND, arena_copy(&w.arena, meta));
}

static void what_is_not_shown_is_in_no_feed(void **state)
{
	static const char *const paths[] = {FEED, ATOM, ESSAY_ON "/feed.gmi", ESSAY_ON "/atom.xml",
		"/comments/answers/secret.gmi", "/comments/answers/secret.xml"};
	(void)state;
	assert_int_equal(store_person_set_feed(w.store, rosa, S("secret")), STORE_OK);
	int64_t first = say(rosa, SPREADS, 0, S("The first"));
	int64_t hidden = say(ibrahim, SPREADS, first, S("quince"));
	int64_t deleted = say(ibrahim, SPREADS, first, S("apple"));
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		answer(paths[i], 0);
		assert_holds(reply.body.memory, "quince");
		assert_holds(reply.body.memory, "apple");
	}
	moderate(STORE_ACT_HIDE, hidden);
	assert_int_equal(store_comment_delete(w.store, HERE, deleted, ibrahim), STORE_OK);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		for (unsigned char who = 0; who < 3; who++) {
			answer(paths[i], who);
			assert_int_equal(reply.status, STATUS_SUCCESS);
			assert_lacks(reply.body.memory, "quince");
			assert_lacks(reply.body.memory, "apple");
		}
	}
}

static void the_latest_thirty(void **state)
{
	(void)state;
	for (int i = 1; i <= 31; i++)
		say(rosa, SPREADS, 0, span_of(arena_printf(&w.arena, "number-%d-", i)));
	struct span page = page_of(FEED, 0);
	assert_int_equal(entries_of(page), 30);
	assert_holds(page, "number-31-");
	assert_lacks(page, "number-1-");
	struct span feed = atom_of(ATOM);
	assert_holds(feed, "number-2-</content>");
	assert_lacks(feed, "number-1-");
}

static void hostile_comments_of_any_size(void **state)
{
	char *text = malloc(65536);
	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < 65536; i++)
		text[i] =
			"\n=> gemini://evil.example/ 2026-11-23 Evil\n```\n]]></feed>&\x1b"[i % 58];
	for (int i = 0; i < 30; i++)
		say(rosa, SPREADS, 0, (struct span){text, 65536});
	free(text);
	struct span page = page_of(FEED, 0);
	assert_int_equal(entries_of(page), 30);
	assert_lacks(page, "\n=> gemini:");
	assert_lacks(page, "\n```");
	struct span feed = atom_of(ATOM);
	assert_lacks(feed, "]]>");
	assert_lacks(feed, "\x1b");
	assert_true(span_ends_with(feed, S("</entry>\n</feed>\n")));
}

static void long_comments_do_not_end_the_feed(void **state)
{
	char *text = malloc(65536);
	(void)state;
	assert_non_null(text);
	memset(text, '&', 65536);
	for (int i = 0; i < 30; i++)
		say(rosa, SPREADS, 0, (struct span){text, 65536});
	free(text);
	struct span feed = atom_of(ATOM);
	assert_holds(feed, "&amp;&amp;\xe2\x80\xa6</content>");
	assert_true(span_ends_with(feed, S("</entry>\n</feed>\n")));
	assert_true(span_ends_with(atom_of(ESSAY_ON "/atom.xml"), S("</entry>\n</feed>\n")));
	/* A short one stands there whole. */
	say(rosa, SPREADS, 0, S("Not one word is missing"));
	assert_holds(atom_of(ATOM), "<content>Not one word is missing</content>");
}

static void who_has_left(void **state)
{
	(void)state;
	say(rosa, SPREADS, 0, S("Farewell"));
	assert_int_equal(store_person_leave(w.store, rosa, false, now), STORE_OK);
	assert_holds(page_of(FEED, 0), " - Comment by somebody who left on \"");
	assert_holds(atom_of(ATOM), "<author><name>somebody who left</name>");
}

static void the_store_rests(void **state)
{
	(void)state;
	tell_file("ALTER TABLE comments RENAME TO elsewhere");
	assert_says(FEED, 0, STATUS_SERVER_UNAVAILABLE, "Comments are resting");
	assert_says(ATOM, 0, STATUS_SERVER_UNAVAILABLE, "Comments are resting");
	assert_says(ESSAY_ON "/atom.xml", 0, STATUS_SERVER_UNAVAILABLE, "Comments are resting");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_latest_as_a_page),
		TEST(the_latest_as_atom),
		TEST(of_one_post),
		TEST(of_no_post),
		TEST(answers_to_one_person),
		TEST(a_wrong_secret_tells_nothing),
		TEST(what_is_not_shown_is_in_no_feed),
		TEST(the_latest_thirty),
		TEST(hostile_comments_of_any_size),
		TEST(long_comments_do_not_end_the_feed),
		TEST(who_has_left),
		TEST(the_store_rests),
	};
	return cmocka_run_group_tests_name("comment_feeds", tests, NULL, NULL);
}
