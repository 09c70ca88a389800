/*
 * The routes beside files: what is made where the capsule has no file of that name, and what is
 * not there without a conversation.
 */
#include "fixture.h"

static void atom_is_made(void **state)
{
	struct answer answer = ask(&server, NULL, "gemini://localhost/atom.xml");

	(void)state;
	assert_answer(&answer, 20, "/atom.xml");
	assert_int_equal(strncmp(answer.meta, "application/atom+xml", 20), 0);
	assert_contains(answer.body, "gemini://localhost/posts/essay.gmi");
	assert_contains(answer.body, "gemini://localhost/posts/second.gmi");
	answer_free(&answer);
}

static void own_files_win(void **state)
{
	static const char feed[] =
		"<?xml version=\"1.0\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\"/>\n";

	(void)state;
	daemon_write_text(&server, "capsule/atom.xml", feed);
	expect_body(&server, "gemini://localhost/atom.xml", feed);
	/* A folder is a capsule's own, too; but the search is always ours. */
	daemon_write_text(&server, "capsule/search/index.gmi", "# Mine\n");
	expect(&server, NULL, "gemini://localhost/search", 10);
	expect_body(&server, "gemini://localhost/search/", "# Mine\n");
}

static void no_conversation(void **state)
{
	static const char *const extra[] = {"--comments", "no", NULL};
	static const char *const missing[] = {"gemini://localhost/comments/",
		"gemini://localhost/comments", "gemini://localhost/search",
		"gemini://localhost/comments/recent", "gemini://localhost/robots.txt"};

	fixture_prepare(state);
	server.extra = extra;
	daemon_start(&server);
	expect_each(&server, missing, COUNT(missing), 51);
	expect(&server, NULL, "gemini://localhost/atom.xml", 20);
	expect(&server, NULL, "titan://localhost/comments/on/posts/essay/new;size=1", 50);
	expect(&server, NULL, "titan://localhost/comments/1/edit;edit", 51);
}

/* What was typed, and addresses that are secrets, stay out of the log, refused ones too. */
static void secrets_in_the_log(void **state)
{
	static const char *const extra[] = {"--log", "text", NULL};
	static const char *const urls[] = {"gemini://localhost/comments/answers/hush-one.gmi",
		"gemini://localhost/comments/account/code/hush-two",
		"gemini://elsewhere.example/comments/answers/hush-three.xml",
		"gemini://localhost/comments/register?hush-four",
		"gemini://localhost/comments/link?hush-five", "gemini://localhost/search?hush-six",
		"gemini://localhost/comments/welcome/hush-seven",
		"gemini://localhost/comments/welcome/hush-eight/on/posts/essay/new",
		"gemini://localhost/comments/recover/as/hush-nine?hush-ten",
		"gemini://localhost/comments/1/delete/~hush-eleven?hush-twelve",
		"gemini://localhost/comments/on/posts/essay/new/~hush-thirteen"};
	char *log;

	fixture_prepare(state);
	server.extra = extra;
	server.noisy = true;
	daemon_start(&server);
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct answer answer = ask(&server, NULL, urls[i]);

		assert_true(answer.status >= 10);
		answer_free(&answer);
	}
	daemon_stop(&server);
	log = daemon_errors(&server);
	assert_contains(log, "/comments/answers/");
	assert_contains(log, "/comments/account/code/");
	assert_contains(log, "/comments/link");
	assert_contains(log, "/comments/welcome/\"");
	assert_contains(log, "/comments/recover/as/\"");
	assert_contains(log, "/comments/1/delete/~\"");
	assert_contains(log, "/comments/on/posts/essay/new/~\"");
	assert_lacks(log, "hush");
	free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNNING("the Atom feed of the posts", atom_is_made),
		RUNNING("a capsule's own feed goes first", own_files_win),
		{"without comments none of their addresses is there", no_conversation, NULL,
			fixture_end, NULL},
		{"the log holds no secret and nothing that was typed", secrets_in_the_log, NULL,
			fixture_end, NULL},
	};

	return cmocka_run_group_tests_name("routes", tests, NULL, NULL);
}
