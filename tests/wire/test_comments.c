/*
 * Comments: from a certificate that nobody has seen to a comment that survives kill -9.
 */
#include "reader.h"
#include "fixture.h"

static const char new_here[] = "gemini://localhost/comments/on/posts/essay/new";
static const char thread[] = "gemini://localhost/comments/on/posts/essay/";
static const char essay[] = "gemini://localhost/posts/essay.gmi";

/* The whole body of a page that must be there; to be freed. */
static char *page_of(const struct person *person, const char *url)
{
	struct answer answer = ask(&server, person, url);
	char *body;

	assert_answer(&answer, 20, url);
	assert_int_equal(strncmp(answer.meta, "text/gemini", 11), 0);
	assert_non_null(answer.body);
	body = strdup(answer.body);
	answer_free(&answer);
	return body;
}

static void expect_on_page(const struct person *person, const char *url, const char *part)
{
	char *body = page_of(person, url);

	assert_contains(body, part);
	free(body);
}

static void the_whole_way(void **state)
{
	struct person rosa;
	struct answer answer;
	char url[URL_SIZE], path[URL_SIZE / 2], *body;
	long id;

	(void)state;
	assert_true(person_make_ordinary(&rosa, "Rosa's phone"));
	/* From the essay, without an identity. */
	body = page_of(NULL, essay);
	assert_int_equal(strncmp(body, "# An Essay\n\nThe essay's text.\n", 30), 0);
	assert_contains(body, "\n## Comments\n");
	assert_contains(body, "\n=> /comments/?on/posts/essay/new ");
	free(body);
	expect_redirect(&server, NULL, new_here, 30, "/comments/?on/posts/essay/new");
	expect(&server, NULL, "gemini://localhost/comments/?on/posts/essay/new", 60);
	/* With one that nobody knows. */
	body = page_of(&rosa, "gemini://localhost/comments/?on/posts/essay/new");
	assert_contains(body, "\n=> /comments/register/on/posts/essay/new/~");
	assert_contains(body, "An Essay");
	free(body);
	expect_answered(&server, &rosa, "/comments/register/on/posts/essay/new", NULL, 10);
	answer = reader_answer(&server, &rosa, "/comments/register/on/posts/essay/new", "Rosa");
	assert_answer(&answer, 30, "registering");
	assert_int_equal(strncmp(redirect_path(&answer), "/comments/welcome/", 18), 0);
	assert_contains(answer.meta, "/on/posts/essay/new");
	url_of(url, "%s", redirect_path(&answer));
	answer_free(&answer);
	body = page_of(&rosa, url);
	assert_contains(body, "Rosa");
	assert_true(find_link(body, "/comments/on/posts/essay/new/~", path, sizeof(path)));
	free(body);
	/* The comment itself. */
	expect_redirect(
		&server, &rosa, "gemini://localhost/comments/?on/posts/essay/new", 30, path);
	expect_redirect(&server, &rosa, new_here, 30, path);
	expect(&server, &rosa, url_of(url, "%s", path), 10);
	answer = reader_send(&server, &rosa, ESSAY, "The bus driver waited for me.");
	id = comment_id(&answer);
	assert_true(id > 0);
	answer_free(&answer);
	url_of(url, "/comments/%ld", id);
	expect_on_page(NULL, url, "\n> The bus driver waited for me.\n");
	expect_on_page(&rosa, url, "\nThank you. ");
	body = page_of(NULL, url);
	assert_lacks(body, "Thank you");
	free(body);
	expect_on_page(NULL, thread, "\n> The bus driver waited for me.\n");
	expect_on_page(NULL, thread, "Rosa");
	expect_on_page(NULL, "gemini://localhost/comments/recent",
		"\n### Rosa, today\n> The bus driver waited for me.\n");
	expect_on_page(
		NULL, "gemini://localhost/comments/recent", "\n=> /posts/essay.gmi An Essay\n");
	expect_on_page(NULL, essay, "## Comments (1)");
	expect_on_page(NULL, essay, "\n> The bus driver waited for me.\n");
	expect_on_page(&rosa, essay, "(as Rosa)");
	expect_on_page(&rosa, "gemini://localhost/comments/", "# Rosa");
	person_end(&rosa);
}

static void without_a_certificate(void **state)
{
	static const char *const urls[] = {
		"gemini://localhost/comments/", "gemini://localhost/comments/?on/posts/essay/new"};
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		answer = ask(&server, NULL, urls[i]);
		assert_answer(&answer, 60, urls[i]);
		assert_contains(answer.meta, "identity");
		answer_free(&answer);
	}
	/* A 60 is given at the top of the area only, so that the identity covers all of it. */
	answer = ask(&server, NULL, "gemini://localhost/comments/register");
	assert_string_equal(redirect_path(&answer), "/comments/");
	answer_free(&answer);
	answer = ask(&server, NULL, "gemini://localhost/comments/on/posts/essay/new?Words");
	assert_string_equal(redirect_path(&answer), "/comments/?on/posts/essay/new");
	answer_free(&answer);
	expect(&server, NULL, thread, 20);
	expect(&server, NULL, "gemini://localhost/comments/recent", 20);
}

static void unknown_certificate(void **state)
{
	struct person stranger;
	char fingerprint[FINGERPRINT_SIZE], *body;

	(void)state;
	assert_true(person_make_ordinary(&stranger, "a stranger"));
	assert_true(certificate_fingerprint(stranger.certificate, true, fingerprint));
	body = page_of(&stranger, "gemini://localhost/comments/");
	assert_contains(body, "# Welcome");
	/* All of it; it may be broken into two lines after sixteen bytes. */
	assert_contains(body, fingerprint + 16 * 3);
	fingerprint[16 * 3] = '\0';
	assert_contains(body, fingerprint);
	assert_contains(body, "\n=> /comments/register/~");
	free(body);
	expect_redirect(&server, &stranger, new_here, 30, "/comments/?on/posts/essay/new");
	expect_redirect(&server, &stranger, "gemini://localhost/comments/on/posts/essay/new?Typed",
		30, "/comments/?on/posts/essay/new");
	body = page_of(NULL, thread);
	assert_lacks(body, "Typed");
	free(body);
	person_end(&stranger);
}

static void no_such_place(void **state)
{
	static const char *const urls[] = {"gemini://localhost/comments/on/posts/missing/",
		"gemini://localhost/comments/on/folder/page/",
		"gemini://localhost/comments/on/posts/missing/new",
		"gemini://localhost/comments/on/index/", "gemini://localhost/comments/on/",
		"gemini://localhost/comments/999999", "gemini://localhost/comments/0",
		"gemini://localhost/comments/-1",
		"gemini://localhost/comments/99999999999999999999999",
		"gemini://localhost/comments/1x", "gemini://localhost/comments/nothing"};
	struct person ines;

	(void)state;
	reader_join(&server, &ines, "Ines");
	for (size_t i = 0; i < COUNT(urls); i++)
		expect(&server, &ines, urls[i], 51);
	expect_each(&server, urls, 2, 51);
	expect(&server, &ines, "gemini://localhost/comments/on/posts/missing/new?text", 51);
	person_end(&ines);
}

/* What was on the way leads nowhere but to a post of this capsule. */
static void the_way_leads_nowhere_else(void **state)
{
	static const char *const ways[] = {"//evil.example/", "gemini://evil.example/",
		"on/../../x", "on/posts/missing/new", "%0D%0Aevil", "on/posts/essay/new%0Aevil",
		"evil"};
	struct person walid;

	(void)state;
	reader_join(&server, &walid, "Walid");
	for (size_t i = 0; i < COUNT(ways); i++) {
		char url[URL_SIZE];
		struct answer answer = ask(&server, &walid, url_of(url, "/comments/?%s", ways[i]));

		if (answer.status == 30)
			assert_int_equal(strncmp(redirect_path(&answer), "/comments/", 10), 0);
		else if (answer.status != 20 && answer.status != 51 && answer.status != 59)
			fail_msg("%s: %d %s", url, answer.status, answer.meta);
		assert_lacks(answer.meta, "evil");
		answer_free(&answer);
	}
	person_end(&walid);
}

static void repeated(void **state)
{
	struct person rena;
	long first, again;
	char *body;

	(void)state;
	reader_join(&server, &rena, "Rena");
	first = reader_comment(&server, &rena, ESSAY, "Said once only.");
	again = reader_comment(&server, &rena, ESSAY, "Said once only.");
	assert_int_equal(first, again);
	assert_int_not_equal(
		first, reader_comment(&server, &rena, "posts/second", "Said once only."));
	body = read_pages(&server, "/comments/on/posts/essay/", "?after=");
	assert_int_equal(count_of(body, "Said once only."), 1);
	free(body);
	person_end(&rena);
}

static void too_many(void **state)
{
	struct person tomas;
	struct answer answer;
	char text[64], *body;

	(void)state;
	reader_join(&server, &tomas, "Tomas");
	for (int i = 0; i < 10; i++) {
		snprintf(text, sizeof(text), "Tomas says number %d.", i);
		reader_comment(&server, &tomas, "posts/second", text);
	}
	answer = reader_send(&server, &tomas, "posts/second", "One too many.");
	assert_answer(&answer, 44, "the eleventh comment");
	assert_true(strspn(answer.meta, "0123456789") == strlen(answer.meta));
	assert_in_range(strtol(answer.meta, NULL, 10), 1, 3600);
	answer_free(&answer);
	body = read_pages(&server, "/comments/on/posts/second/", "?after=");
	assert_lacks(body, "One too many.");
	free(body);
	person_end(&tomas);
}

static void pages(void **state)
{
	struct person people[3];
	long ids[30];
	char text[64], *body, *recent;

	(void)state;
	for (size_t i = 0; i < COUNT(people); i++) {
		snprintf(text, sizeof(text), "Page turner %zu", i);
		reader_join(&server, &people[i], text);
	}
	for (size_t i = 0; i < COUNT(ids); i++) {
		snprintf(text, sizeof(text), "Line %02zu of a long thread.", i);
		ids[i] = reader_comment(&server, &people[i % 3], "posts/second", text);
		assert_true(i == 0 || ids[i] > ids[i - 1]);
	}
	body = read_pages(&server, "/comments/on/posts/second/", "?after=");
	recent = read_pages(&server, "/comments/recent", "?before=");
	for (size_t i = 0; i < COUNT(ids); i++) {
		snprintf(text, sizeof(text), "Line %02zu of a long thread.", i);
		assert_int_equal(count_of(body, text), 1);
		assert_int_equal(count_of(recent, text), 1);
	}
	assert_true(strstr(body, "Line 03 of") < strstr(body, "Line 28 of"));
	assert_true(strstr(recent, "Line 28 of") < strstr(recent, "Line 03 of"));
	free(body);
	free(recent);
	for (size_t i = 0; i < COUNT(people); i++)
		person_end(&people[i]);
}

static void killed(void **state)
{
	struct person rosa;
	char url[URL_SIZE];
	long id;

	(void)state;
	reader_join(&server, &rosa, "Rosa the steady");
	id = reader_comment(&server, &rosa, ESSAY, "This outlives the server.");
	daemon_kill(&server);
	daemon_start(&server);
	url_of(url, "/comments/%ld", id);
	expect_on_page(NULL, url, "\n> This outlives the server.\n");
	expect_on_page(NULL, essay, "\n> This outlives the server.\n");
	expect_on_page(&rosa, "gemini://localhost/comments/", "# Rosa the steady");
	person_end(&rosa);
}

static void seen_at_once(void **state)
{
	struct person quick;
	char text[64];

	(void)state;
	/* Two workers, and what each of them remembers, must never show an old page. */
	reader_join(&server, &quick, "Quick");
	for (int i = 0; i < 8; i++) {
		snprintf(text, sizeof(text), "Seen at once, number %d.", i);
		reader_comment(&server, &quick, ESSAY, text);
		for (int again = 0; again < 4; again++)
			expect_on_page(NULL, essay, text);
	}
	person_end(&quick);
}

static void robots(void **state)
{
	struct answer answer = ask(&server, NULL, "gemini://localhost/robots.txt");

	(void)state;
	assert_answer(&answer, 20, "/robots.txt");
	assert_int_equal(strncmp(answer.meta, "text/plain", 10), 0);
	assert_contains(answer.body, "Disallow: /comments/");
	assert_contains(answer.body, "Disallow: /search");
	answer_free(&answer);
	daemon_write_text(&server, "capsule/robots.txt", "User-agent: *\nDisallow:\n");
	expect_body(&server, "gemini://localhost/robots.txt", "User-agent: *\nDisallow:\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("from the essay to a registered name to a comment under the essay",
			the_whole_way),
		TEST("without a certificate: 30 to the top of the area, and 60 there",
			without_a_certificate),
		TEST("an unknown certificate is welcomed, and changes nothing",
			unknown_certificate),
		TEST("what is not there is 51", no_such_place),
		TEST("the remembered way leads nowhere else", the_way_leads_nowhere_else),
		TEST("the same text by the same person is stored once", repeated),
		TEST("more than ten comments an hour are answered 44", too_many),
		TEST("a long thread is read page by page, each comment once", pages),
		TEST("a comment survives kill -9 and a new start", killed),
		TEST("a comment is seen at once under the essay", seen_at_once),
		TEST("robots.txt keeps crawlers out unless the capsule has its own", robots),
	};

	return cmocka_run_group_tests_name("comments", tests, fixture_start, fixture_end);
}
