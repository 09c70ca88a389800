/*
 * Accounts over the wire: registering, another name, taking along, leaving.
 */
#include "accounts.h"

static void registering_shows_a_code_once(void **state)
{
	struct person anna;
	struct answer answer, again;
	char url[URL_SIZE], code[CODE_TEXT_SIZE];

	(void)state;
	assert_true(person_make_ordinary(&anna, "anna"));
	answer = reader_answer(&server, &anna, "/comments/register/on/posts/essay/new", "Anna");
	assert_answer(&answer, 30, "register");
	url_of(url, "%s", redirect_path(&answer));
	answer_free(&answer);
	answer = ask(&server, &anna, url);
	assert_contains(answer.body, "# Hello, Anna\n");
	assert_contains(answer.body, "\n=> /comments/on/posts/essay/new/~");
	assert_contains(answer.body, " Go on: leave a comment on \"An Essay\"\n");
	assert_contains(answer.body, "\n``` Recovery code\n");
	read_code(answer.body, code);
	again = ask(&server, &anna, url);
	assert_answer(&again, 20, url);
	assert_lacks(again.body, code);
	answer_free(&answer);
	answer_free(&again);
	person_end(&anna);
}

static void a_name_is_changed_and_kept(void **state)
{
	struct person berta, other;

	(void)state;
	reader_join(&server, &berta, "Berta");
	reader_comment(&server, &berta, ESSAY, "By Berta.");
	expect_typed(&berta, "/comments/account/rename", NULL, 10, "instead of Berta?");
	expect_typed(&berta, "/comments/account/rename", "owner", 10, "kept for the capsule");
	expect_typed(&berta, "/comments/account/rename", "Bertha", 30, "/comments/account/");
	assert_true(is_known(&berta, "Bertha"));
	assert_true(person_make_ordinary(&other, "other"));
	expect_code(&other, "/comments/register", "BERTA", 10, "That name is taken.");
	expect_typed(&berta, "/comments/account/rename", "Berta", 30, "/comments/account/");
	assert_true(is_known(&berta, "Berta"));
	person_end(&berta);
	person_end(&other);
}

static void data_is_taken_along(void **state)
{
	struct person ida, other;
	struct answer answer;

	(void)state;
	reader_join(&server, &ida, "Ida");
	reader_join(&server, &other, "Other of Ida");
	reader_comment(&server, &ida, ESSAY, "Mine alone.");
	reader_comment(&server, &other, ESSAY, "Somebody else's.");
	expect_typed(&ida, "/comments/account/data.gmi", NULL, 10, "Type yes");
	answer = reader_type(&server, &ida, "/comments/account/data.gmi", "yes");
	assert_answer(&answer, 20, "data.gmi");
	assert_int_equal(strncmp(answer.meta, "text/gemini", 11), 0);
	assert_contains(answer.body, "# What is kept of Ida\n");
	assert_contains(answer.body, "\n> Mine alone.\n");
	assert_lacks(answer.body, "Somebody");
	answer_free(&answer);
	answer = reader_type(&server, &ida, "/comments/account/data.json", "Yes");
	assert_answer(&answer, 20, "data.json");
	assert_string_equal(answer.meta, "application/json");
	assert_contains(answer.body, "Mine alone.");
	assert_lacks(answer.body, "Somebody");
	answer_free(&answer);
	person_end(&ida);
	person_end(&other);
}

static void who_leaves_chooses(void **state)
{
	static const char *const paths[] = {
		"/comments/account/leave/keep", "/comments/account/leave/erase"};
	static const char *const names[] = {"Jana", "Kira"};
	static const char *const texts[] = {"This stays.", "This goes."};

	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct person person;
		struct answer answer;
		char url[URL_SIZE];
		long id;

		reader_join(&server, &person, names[i]);
		id = reader_comment(&server, &person, ESSAY, texts[i]);
		expect_typed(&person, paths[i], "on", 10, "Type yes");
		assert_true(is_known(&person, names[i]));
		expect_typed(&person, paths[i], "yes", 30, "/comments/goodbye");
		assert_false(is_known(&person, names[i]));
		answer = ask(&server, NULL, url_of(url, "/comments/%ld", id));
		assert_lacks(answer.body != NULL ? answer.body : "", names[i]);
		assert_int_equal(answer.status, i == 0 ? 20 : 52);
		answer_free(&answer);
		person_end(&person);
	}
}

static void the_private_feed(void **state)
{
	struct person lola;
	struct answer answer;
	char first[URL_SIZE], second[URL_SIZE], url[URL_SIZE];

	(void)state;
	reader_join(&server, &lola, "Lola");
	answer = ask(&server, &lola, "gemini://localhost/comments/account/feed");
	assert_false(find_link(answer.body, "/comments/answers/", first, sizeof(first)));
	answer_free(&answer);
	expect_typed(&lola, "/comments/account/feed/renew", "yes", 30, "/comments/account/feed");
	answer = ask(&server, &lola, "gemini://localhost/comments/account/feed");
	assert_true(find_link(answer.body, "/comments/answers/", first, sizeof(first)));
	answer_free(&answer);
	expect(&server, NULL, url_of(url, "%s", first), 20);
	expect_typed(&lola, "/comments/account/feed/renew", "yes", 30, "/comments/account/feed");
	answer = ask(&server, &lola, "gemini://localhost/comments/account/feed");
	assert_true(find_link(answer.body, "/comments/answers/", second, sizeof(second)));
	answer_free(&answer);
	assert_string_not_equal(first, second);
	expect(&server, NULL, url_of(url, "%s", first), 51);
	expect(&server, NULL, url_of(url, "%s", second), 20);
	person_end(&lola);
}

static void a_strangers_link_changes_nothing(void **state)
{
	struct person maja;

	(void)state;
	reader_join(&server, &maja, "Maja");
	expect(&server, &maja, "gemini://localhost/comments/account/leave/erase?yes", 30);
	expect(&server, &maja, "gemini://localhost/comments/account/leave/erase/~0123456789ab?yes",
		30);
	expect(&server, &maja, "gemini://localhost/comments/account/rename?Fool", 30);
	assert_true(is_known(&maja, "Maja"));
	person_end(&maja);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("registering shows a recovery code, once", registering_shows_a_code_once),
		TEST("a name is changed, and the old one kept from others",
			a_name_is_changed_and_kept),
		TEST("one's data come as a page and as JSON", data_is_taken_along),
		TEST("who leaves keeps the comments here, or takes them away", who_leaves_chooses),
		TEST("the feed of answers has a secret address that can be renewed",
			the_private_feed),
		TEST("a link of a stranger's changes nothing", a_strangers_link_changes_nothing),
	};

	return cmocka_run_group_tests_name("accounts", tests, fixture_start, fixture_end);
}
