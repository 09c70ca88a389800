/*
 * Feeds of posts and comments, and the search: as a feed reader and a person without an identity
 * ask for them.
 */
#include "moderator.h"
#include "pair.h"

#include "../unit/xmllint.h"

#define THREAD "/comments/on/posts/essay/"

/* A whole Atom feed, which must be valid; malloc'd. */
static char *atom_of(const char *path)
{
	char url[URL_SIZE], *body;
	struct answer answer = ask(&server, NULL, url_of(url, "%s", path));

	assert_answer(&answer, 20, url);
	assert_string_equal(answer.meta, "application/atom+xml");
	assert_atom(answer.body, answer.length);
	body = strdup(answer.body);
	assert_non_null(body);
	answer_free(&answer);
	return body;
}

static void expect_in_atom(const char *path, const char *part)
{
	char *feed = atom_of(path);

	assert_contains(feed, part);
	free(feed);
}

static void answer_to(const struct person *person, long id, const char *text)
{
	char query[URL_SIZE / 2], path[64];
	struct answer answer;

	snprintf(path, sizeof(path), "/comments/%ld/reply", id);
	answer = reader_answer(&server, person, path, encode_query(text, query, sizeof(query)));
	assert_true(comment_id(&answer) > id);
	answer_free(&answer);
}

static void posts(void **state)
{
	char url[URL_SIZE], port[64];
	struct answer answer;

	(void)state;
	expect_in_atom("/atom.xml", "<title>A capsule for tests</title>\n"
				    "<id>gemini://localhost/atom.xml</id>\n");
	expect_in_atom("/atom.xml", "<updated>2026-11-23T00:00:00Z</updated>\n<author>");
	expect_in_atom("/atom.xml", "<id>gemini://localhost/posts/essay.gmi</id>");
	/* With the port, where that was asked for. */
	snprintf(url, sizeof(url), "gemini://localhost:%u/atom.xml", server.port);
	snprintf(port, sizeof(port), "<id>gemini://localhost:%u/posts/essay.gmi</id>", server.port);
	answer = ask(&server, NULL, url);
	assert_answer(&answer, 20, url);
	assert_contains(answer.body, port);
	answer_free(&answer);
	/* The capsule's own file goes first. */
	daemon_write_text(&server, "capsule/atom.xml", "<own/>\n");
	expect_body(&server, "gemini://localhost/atom.xml", "<own/>\n");
}

static void posts_without_comments(void **state)
{
	static const char *const extra[] = {"--comments", "no", NULL};

	(void)state;
	server.extra = extra;
	daemon_start(&server);
	expect_in_atom("/atom.xml", "<id>gemini://localhost/posts/second.gmi</id>");
	expect(&server, NULL, "gemini://localhost/search?essay", 51);
	expect(&server, NULL, "gemini://localhost/comments/feed.gmi", 51);
}

static void comments(void **state)
{
	static const char *const pages[] = {"/comments/feed.gmi", THREAD "feed.gmi"},
				 *const atoms[] = {"/comments/atom.xml", THREAD "atom.xml"};
	char part[256];

	(void)state;
	for (size_t i = 0; i < COUNT(pages); i++) {
		expect_on_page(&server, NULL, pages[i], "No comments yet.");
		free(atom_of(atoms[i]));
	}
	long id = reader_comment(&server, &rosa, ESSAY, "Waited for <me> & you");
	snprintf(part, sizeof(part), "\n=> /comments/%ld 20", id);
	for (size_t i = 0; i < COUNT(pages); i++) {
		expect_on_page(&server, NULL, pages[i], part);
		expect_on_page(&server, NULL, pages[i], ": \"Waited for <me> & you\"\n");
		expect_in_atom(atoms[i], "<content>Waited for &lt;me&gt; &amp; you</content>");
	}
	snprintf(part, sizeof(part), "<id>gemini://localhost/comments/%ld</id>", id);
	expect_in_atom(atoms[0], part);
	expect_on_page(&server, NULL, "/comments/on/posts/second/feed.gmi", "No comments yet.");
	expect(&server, NULL, "gemini://localhost/comments/on/posts/none/feed.gmi", 51);
}

static void answers_by_a_secret_address(void **state)
{
	char path[URL_SIZE / 2], again[URL_SIZE / 2], url[URL_SIZE], meta[1025], *page;
	struct answer answer;

	(void)state;
	answer_to(&luz, reader_comment(&server, &rosa, ESSAY, "The first"), "Held the lift");
	expect_guarded(&server, &rosa, "/comments/account/feed/renew", "yes", 30, "");
	page = page_of(&server, &rosa, "/comments/account/feed");
	assert_true(find_link(page, "/comments/answers/", path, sizeof(path)));
	free(page);
	expect_on_page(&server, NULL, path, "# Answers to Rosa\n");
	expect_on_page(&server, NULL, path, "Comment by Luz on \"An Essay\": \"Held the lift\"\n");
	expect_not_on_page(&server, NULL, path, "The first");
	memcpy(path + strlen(path) - 3, "xml", 3);
	expect_in_atom(path, "<content>Held the lift</content>");
	/* A wrong one is answered like any page that is not there; so is one that has ended. */
	answer = ask(&server, NULL, "gemini://localhost/comments/answers/guess.xml");
	assert_answer(&answer, 51, "guess.xml");
	snprintf(meta, sizeof(meta), "%s", answer.meta);
	answer_free(&answer);
	expect_guarded(&server, &rosa, "/comments/account/feed/renew", "yes", 30, "");
	answer = ask(&server, NULL, url_of(url, "%s", path));
	assert_answer(&answer, 51, url);
	assert_string_equal(answer.meta, meta);
	answer_free(&answer);
	page = page_of(&server, &rosa, "/comments/account/feed");
	assert_true(find_link(page, "/comments/answers/", again, sizeof(again)));
	free(page);
	assert_string_not_equal(path, again);
	expect_on_page(&server, NULL, again, "Held the lift");
}

/* Whether the search finds the comment. */
static bool is_found(const char *typed, long id)
{
	char query[URL_SIZE / 2], path[URL_SIZE], link[64], found[64];
	char *page;

	snprintf(path, sizeof(path), "/search?%s", encode_query(typed, query, sizeof(query)));
	page = page_of(&server, NULL, path);
	snprintf(link, sizeof(link), "/comments/%ld", id);
	bool is = find_link(page, link, found, sizeof(found)) && strcmp(found, link) == 0;
	free(page);
	return is;
}

static void searching(void **state)
{
	(void)state;
	long first = reader_comment(&server, &rosa, ESSAY, "The bus driver waited for me.");
	long second = reader_comment(&server, &luz, ESSAY, "A driver of a bus: caf\xc3\xa9.");

	expect(&server, NULL, "gemini://localhost/search", 10);
	expect(&server, NULL, "gemini://localhost/search?%22%22", 10);
	assert_true(is_found("driver", first));
	assert_true(is_found("driver", second));
	assert_true(is_found("DRIVER waited", first));
	assert_false(is_found("driver waited", second));
	assert_true(is_found("\"bus driver\"", first));
	assert_false(is_found("\"bus driver\"", second));
	assert_true(is_found("wait*", first));
	assert_false(is_found("wait", first));
	assert_true(is_found("CAFE", second));
	expect_on_page(&server, NULL, "/search?driver",
		"Comment by Rosa on \"An Essay\", today\n"
		"> The bus driver waited for me.\n");
	/* The posts, too: as their files are. */
	expect_on_page(&server, NULL, "/search?essay%27s",
		"\n## Posts\n\n=> /posts/essay.gmi An Essay\n> An Essay The essay's text.\n");
	expect_on_page(&server, NULL, "/search?lemons", "Nothing was found.");
}

static void nothing_typed_is_an_error(void **state)
{
	static const char *const typed[] = {"a AND", "OR", "NOT a", "\"a", "a\"b\"c\"", "(a", "a)",
		"a NEAR(b, c", "text:a", "capsule : \"1\"", "-a", "^a", "a + b", "a*b*",
		"{a b} : c", "' OR 1=1 --", "a\nb", "\xf0\x9f\x8d\x8b a", "a \\ % _ ;"};

	(void)state;
	reader_comment(&server, &rosa, ESSAY, "Anything at all.");
	for (size_t i = 0; i < COUNT(typed); i++)
		assert_false(is_found(typed[i], 1));
	assert_true(is_found("(anything) ^at -all", 1));
}

static void what_is_not_shown_is_gone(void **state)
{
	char path[128];

	(void)state;
	long hidden = reader_comment(&server, &rosa, ESSAY, "A quince tree");
	long deleted = reader_comment(&server, &rosa, ESSAY, "A quince pie");
	assert_true(is_found("quince", hidden));
	assert_true(is_found("quince", deleted));
	snprintf(path, sizeof(path), "/comments/%ld/delete", deleted);
	expect_guarded(&server, &rosa, path, "yes", 30, "");
	assert_false(is_found("quince", deleted));
	expect_not_on_page(&server, NULL, "/comments/feed.gmi", "pie");
	/* Luz becomes the owner, and hides. */
	daemon_stop(&server);
	moderator_configure(&server, &luz, "");
	daemon_start(&server);
	assert_true(is_found("quince", hidden));
	snprintf(path, sizeof(path), "/comments/moderation/%ld/hide", hidden);
	expect_guarded(&server, &luz, path, "For a reason", 30, "");
	assert_false(is_found("quince", hidden));
	expect_not_on_page(&server, NULL, "/comments/feed.gmi", "tree");
	char *feed = atom_of("/comments/atom.xml");
	assert_lacks(feed, "quince");
	free(feed);
}

static const char two_capsules[] =
	"capsule \"localhost\" {\n    root = \"capsule\"\n    certs = \"certs\"\n}\n"
	"capsule \"second.example\" {\n    root = \"second\"\n    certs = \"certs\"\n}\n";

static void another_capsule_is_not_searched(void **state)
{
	const struct client_options second = {.sni = "second.example"};
	static const char url[] = "gemini://second.example/search?lemons",
			  feed[] = "gemini://second.example/comments/feed.gmi";
	struct answer answer;

	(void)state;
	daemon_write_text(&server, "kindling.conf", two_capsules);
	daemon_write_text(&server, "second/index.gmi", "# Second\n=> a.gmi 2026-11-23 Lemons\n");
	daemon_write_text(&server, "second/a.gmi", "Nothing else\n");
	server.conf = "kindling.conf";
	daemon_start(&server);
	reader_join(&server, &rosa, "Rosa");
	reader_comment(&server, &rosa, ESSAY, "A bag of lemons");
	expect_on_page(&server, NULL, "/search?lemons", "A bag of lemons");
	expect_not_on_page(&server, NULL, "/search?lemons", "## Posts");
	answer = ask_as(&server, &second, url);
	assert_answer(&answer, 20, url);
	assert_contains(answer.body, "=> /a.gmi Lemons\n> Nothing else\n");
	assert_lacks(answer.body, "## Comments");
	answer_free(&answer);
	answer = ask_as(&server, &second, feed);
	assert_answer(&answer, 20, feed);
	assert_lacks(answer.body, "lemons");
	answer_free(&answer);
	person_end(&rosa);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNNING("the posts are an Atom feed, unless the capsule has its own", posts),
		AT_REST("the posts are a feed in a capsule without comments",
			posts_without_comments),
		MEETING("the comments, and those of a post, are feeds of two kinds", comments),
		MEETING("answers to a person are a feed by an address that can be renewed",
			answers_by_a_secret_address),
		MEETING("words, phrases and beginnings are found", searching),
		MEETING("nothing that is typed is an error", nothing_typed_is_an_error),
		MEETING("what is hidden or deleted is found no more", what_is_not_shown_is_gone),
		AT_REST("another capsule's comments and posts are not found",
			another_capsule_is_not_searched),
	};
	return cmocka_run_group_tests_name("feeds", tests, NULL, NULL);
}
