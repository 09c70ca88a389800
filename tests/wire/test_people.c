/*
 * Who is who: names, certificates and their dates; and texts that would like to be more than text.
 */
#include "reader.h"
#include "fixture.h"

static const char my_page[] = "gemini://localhost/comments/";
static const char new_here[] = "gemini://localhost/comments/on/posts/essay/new";

static struct answer try_name(const struct person *person, const char *encoded)
{
	return reader_answer(&server, person, "/comments/register", encoded);
}

/* Asked again with the reason; the person stays unknown. */
static void expect_refused(const struct person *person, const char *encoded)
{
	struct answer first = try_name(person, NULL);
	struct answer answer = try_name(person, encoded);

	assert_answer(&first, 10, "the first question");
	assert_answer(&answer, 10, encoded);
	if (strcmp(first.meta, answer.meta) == 0)
		fail_msg("%s: asked again without a reason: %s", encoded, answer.meta);
	answer_free(&first);
	answer_free(&answer);
	answer = ask(&server, person, my_page);
	assert_contains(answer.body, "# Welcome");
	answer_free(&answer);
}

#define TEN "abcdefghij"

static void names_refused(void **state)
{
	static const char *const names[] = {"%20%20", "a%07b", "a%1B%5B31mb", "%E2%80%AEasoR",
		"Ro%E2%80%8Bsa", "%EF%BB%BFRosa", "owner", "Admin", "OWNER", "%C2%AD", "localhost",
		TEN TEN TEN "abc", "local%20host", "Adm%C4%B1n", "%D0%B0dmin", "R%D0%BEsa",
		"Rosa%F0%9D%85%99", "Rosa,%202%20days%20ago", "admins"};
	struct person person;

	(void)state;
	assert_true(person_make_ordinary(&person, "chooser"));
	for (size_t i = 0; i < COUNT(names); i++)
		expect_refused(&person, names[i]);
	/* Bytes that are not UTF-8 are no answer to a 10 at all. */
	for (int i = 0; i < 2; i++) {
		struct answer answer = try_name(&person, i == 0 ? "a%FFb" : "a%00b");

		assert_true(answer.status == 59 || answer.status == 10);
		answer_free(&answer);
	}
	person_end(&person);
}

static void names_taken(void **state)
{
	struct person mina, other;

	(void)state;
	reader_join(&server, &mina,
		"M\xc3\xad"
		"na Stra\xc3\x9f"
		"e");
	assert_true(person_make_ordinary(&other, "other"));
	expect_refused(&other, "M%C3%ADna%20Stra%C3%9Fe");
	expect_refused(&other, "m%C3%8DNA%20STRASSE");
	expect_refused(&other, "Mi%CC%81na%20Stra%C3%9Fe");
	expect_refused(&other, "%20M%C3%ADna%20%20Stra%C3%9Fe%20");
	person_end(&mina);
	person_end(&other);
}

static void names_accepted(void **state)
{
	static const char *const names[] = {"Ana", "\xd8\xb3\xd8\xa7\xd8\xb1\xd8\xa9",
		"\xe6\x9d\x8e\xe5\xb0\x8f\xe9\xbe\x99", TEN TEN TEN "kl", "=> / home", "# Anton",
		"x", "O'Neill & Sons + 1"};
	struct person person;

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct answer answer;

		reader_join(&server, &person, names[i]);
		answer = ask(&server, &person, my_page);
		assert_answer(&answer, 20, my_page);
		assert_contains(answer.body, names[i]);
		answer_free(&answer);
		person_end(&person);
	}
}

/* Some clients end what was typed with a line end, or let one be typed. */
static void line_ends_in_names(void **state)
{
	static const char *const typed[] = {
		"Two%20Words%0A", "Two%0D%0AOthers", "%09Two%E2%80%A8More"};
	static const char *const shown[] = {"# Two Words\n", "# Two Others\n", "# Two More\n"};

	(void)state;
	for (size_t i = 0; i < COUNT(typed); i++) {
		struct person person;
		struct answer answer;

		assert_true(person_make_ordinary(&person, "typist"));
		answer = try_name(&person, typed[i]);
		assert_answer(&answer, 30, typed[i]);
		answer_free(&answer);
		answer = ask(&server, &person, my_page);
		assert_contains(answer.body, shown[i]);
		answer_free(&answer);
		person_end(&person);
	}
}

static void registered_twice(void **state)
{
	struct person nils;
	struct answer answer;

	(void)state;
	reader_join(&server, &nils, "Nils");
	answer = try_name(&nils, "SomebodyElse");
	assert_true(answer.status != 20);
	answer_free(&answer);
	answer = ask(&server, &nils, my_page);
	assert_contains(answer.body, "# Nils");
	assert_lacks(answer.body, "SomebodyElse");
	answer_free(&answer);
	person_end(&nils);
}

static void outside_its_dates(void **state)
{
	struct person late, early;
	static const char *const urls[] = {my_page, "gemini://localhost/comments/register",
		"gemini://localhost/comments/register?Late", new_here,
		"gemini://localhost/comments/on/posts/essay/new?Too%20late"};

	(void)state;
	assert_true(person_make(&late, PERSON_P256, "late", -30, -1));
	assert_true(person_make(&early, PERSON_P256, "early", 1, 30));
	for (size_t i = 0; i < COUNT(urls); i++) {
		expect(&server, &late, urls[i], 62);
		expect(&server, &early, urls[i], 62);
	}
	expect(&server, &late, "gemini://localhost/posts/essay.gmi", 20);
	expect(&server, &early, "gemini://localhost/comments/on/posts/essay/", 20);
	person_end(&late);
	person_end(&early);
}

static void same_key(void **state)
{
	struct person yusuf, renewed, other;
	struct answer answer;

	(void)state;
	reader_join(&server, &yusuf, "Yusuf");
	assert_true(person_renew(&renewed, &yusuf));
	answer = ask(&server, &renewed, my_page);
	assert_contains(answer.body, "# Yusuf");
	answer_free(&answer);
	assert_true(reader_comment(&server, &renewed, ESSAY, "With a new certificate.") > 0);
	/* The same name in the certificate, another key: another person. */
	assert_true(person_make_ordinary(&other, "somebody"));
	answer = ask(&server, &other, my_page);
	assert_lacks(answer.body, "Yusuf");
	answer_free(&answer);
	person_end(&yusuf);
	person_end(&renewed);
	person_end(&other);
}

static void every_key(void **state)
{
	static const enum person_key kinds[] = {PERSON_RSA, PERSON_ED25519};
	static const char *const names[] = {"Rita of RSA", "Edda of Ed25519"};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct person person;
		char query[128];
		struct answer answer;

		assert_true(person_make(&person, kinds[i], "any", -1, 1));
		answer = try_name(&person, encode_query(names[i], query, sizeof(query)));
		assert_answer(&answer, 30, names[i]);
		answer_free(&answer);
		assert_true(reader_comment(&server, &person, ESSAY, names[i]) > 0);
		person_end(&person);
	}
}

/* Nothing that a reader typed may start a line, or hold what acts without being seen. */
static void check_page(const char *url)
{
	static const char *const forbidden[] = {"\n=> gemini://evil.example/ Free", "\n# Heading",
		"\n## Comments (999)", "\n* item", "\x1b", "\x07", "\xe2\x80\xae", "\xe2\x80\x8f",
		"\xe2\x81\xa6", "\r", "\n### Admin"};
	struct answer answer = ask(&server, NULL, url);
	size_t fences;

	assert_answer(&answer, 20, url);
	for (size_t i = 0; i < COUNT(forbidden); i++)
		assert_lacks(answer.body, forbidden[i]);
	fences = count_of(answer.body, "\n```");
	assert_int_equal(fences % 2, 0);
	assert_contains(answer.body, "harmless end");
	answer_free(&answer);
}

static void hostile_texts(void **state)
{
	static const char text[] = "begin\n=> gemini://evil.example/ Free\n# Heading\n"
				   "## Comments (999)\n* item\n```\n\x1b[31mred\x07"
				   "\xe2\x80\xae txen \xe2\x80\x8f \xe2\x81\xa6\r\n### Admin\r"
				   "### Admin\xe2\x80\xa8# Heading\xc2\x85# Heading\nharmless end";
	struct person mallory;
	char url[URL_SIZE];
	long id;

	(void)state;
	reader_join(&server, &mallory, "```");
	id = reader_comment(&server, &mallory, ESSAY, text);
	check_page(url_of(url, "/comments/%ld", id));
	check_page("gemini://localhost/comments/on/posts/essay/");
	check_page("gemini://localhost/comments/recent");
	check_page("gemini://localhost/posts/essay.gmi");
	person_end(&mallory);
}

static void links_are_shown_plainly(void **state)
{
	struct person lina;
	struct answer answer;
	char url[URL_SIZE];
	long id;

	(void)state;
	reader_join(&server, &lina, "Lina");
	id = reader_comment(&server, &lina, ESSAY,
		"See:\n=> https://example.org/page My bank\n=> javascript:alert(1) Click\n"
		"=> https://Log\xe2\xa0\x80in Menu\n=> https://good@evil.example/ x\n"
		"=> gemini://LOCALHOST/comments/register?Fool x\n"
		"=> titan://localhost/comments/x;size=1 x\n"
		"and (gemini://LOCALHOST/comments/register?Fool) or <https://example.org/plain>.");
	answer = ask(&server, NULL, url_of(url, "/comments/%ld", id));
	assert_answer(&answer, 20, url);
	assert_contains(answer.body, "\n=> https://example.org/page https://example.org/page\n");
	assert_contains(answer.body, "\n=> https://example.org/plain https://example.org/plain\n");
	assert_contains(answer.body, "\n=> https://Log%E2%A0%80in https://Log%E2%A0%80in\n");
	assert_lacks(answer.body, "\n=> https://good@");
	assert_lacks(answer.body, "\n=> gemini://");
	assert_lacks(answer.body, "\n=> titan://");
	assert_lacks(answer.body, "\n=> javascript:");
	assert_lacks(answer.body, "\n=> https://example.org/page My bank");
	answer_free(&answer);
	person_end(&lina);
}

static void texts_as_typed(void **state)
{
	struct person piet;
	struct answer answer;
	char url[URL_SIZE];
	long id;

	(void)state;
	reader_join(&server, &piet, "Piet");
	answer = reader_answer(
		&server, &piet, "/comments/on/" ESSAY "/new", "1+1%20is%202%0D%0Aand%0A100%25");
	id = comment_id(&answer);
	assert_true(id > 0);
	answer_free(&answer);
	answer = ask(&server, NULL, url_of(url, "/comments/%ld", id));
	assert_contains(answer.body, "\n> 1+1 is 2\n> and\n> 100%\n");
	answer_free(&answer);
	person_end(&piet);
}

static void no_comment(void **state)
{
	static const char *const texts[] = {"", "%20", "%0A%0A", "%E2%80%8B", "%20%09%20"};
	struct person silent;
	char *body;

	(void)state;
	reader_join(&server, &silent, "Silent One");
	for (size_t i = 0; i < COUNT(texts); i++)
		expect_answered(&server, &silent, "/comments/on/" ESSAY "/new", texts[i], 10);
	body = read_pages(&server, "/comments/on/posts/essay/", "?after=");
	assert_lacks(body, "Silent One");
	free(body);
	person_end(&silent);
}

static void longest_comment(void **state)
{
	static const char before[] = "gemini://localhost/comments/on/" ESSAY "/new/~0123456789ab?";
	struct person lang;
	char text[1025], url[URL_SIZE];
	struct answer answer;
	long id;

	(void)state;
	reader_join(&server, &lang, "Lang");
	memset(text, 'w', sizeof(text));
	text[1024 - (sizeof(before) - 1)] = '\0';
	id = reader_comment(&server, &lang, ESSAY, text);
	answer = ask(&server, NULL, url_of(url, "/comments/%ld", id));
	assert_contains(answer.body, text);
	answer_free(&answer);
	text[1024 - (sizeof(before) - 1)] = 'w';
	text[1024 - (sizeof(before) - 1) + 1] = '\0';
	answer = reader_send(&server, &lang, ESSAY, text);
	assert_answer(&answer, 59, "one byte too long");
	answer_free(&answer);
	person_end(&lang);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a name that cannot be one is asked for again, with the reason",
			names_refused),
		TEST("a name is taken in every case, width and composition of it", names_taken),
		TEST("names of all scripts, and hostile ones, are names", names_accepted),
		TEST("a line end in a name is a blank", line_ends_in_names),
		TEST("who is registered does not register again", registered_twice),
		TEST("a certificate outside its dates reads, and is 62 where identity counts",
			outside_its_dates),
		TEST("a renewed certificate with the same key is the same person", same_key),
		TEST("RSA and Ed25519 keys comment too", every_key),
		TEST("hostile texts cannot pass for the server's own lines", hostile_texts),
		TEST("a comment's links are shown with their address as label",
			links_are_shown_plainly),
		TEST("what was typed is shown: plus, per cent, line ends", texts_as_typed),
		TEST("an empty comment is asked for again", no_comment),
		TEST("a comment as long as a URL lets it", longest_comment),
	};

	return cmocka_run_group_tests_name("people", tests, fixture_start, fixture_end);
}
