/*
 * Accounts over the wire: registering, linking, losing and recovering, taking along, leaving.
 */
#include <pthread.h>

#include "reader.h"
#include "fixture.h"

static const char my_page[] = "gemini://localhost/comments/";

/* True where the person's own page begins with this name; false where they are a stranger. */
static bool is_known(const struct person *person, const char *name)
{
	struct answer answer = ask(&server, person, my_page);
	char heading[256];
	bool known;

	assert_answer(&answer, 20, my_page);
	snprintf(heading, sizeof(heading), "# %s\n", name);
	known = strstr(answer.body, heading) != NULL;
	assert_int_equal(known, strstr(answer.body, "# Welcome\n") == NULL);
	answer_free(&answer);
	return known;
}

static void expect_typed(const struct person *person, const char *path, const char *typed,
	int status, const char *meta)
{
	struct answer answer = reader_type(&server, person, path, typed);

	assert_answer(&answer, status, path);
	assert_contains(answer.meta, meta);
	answer_free(&answer);
}

static void expect_code(const struct person *person, const char *path, const char *code, int status,
	const char *meta)
{
	struct answer answer = reader_type_code(&server, person, path, code);

	assert_answer(&answer, status, path);
	assert_contains(answer.meta, meta);
	answer_free(&answer);
}

static void registering_shows_a_code_once(void **state)
{
	struct person anna;
	struct answer answer, again;
	char url[URL_SIZE], code[CODE_TEXT_SIZE];

	(void)state;
	assert_true(person_make_ordinary(&anna, "anna"));
	answer = ask_from_anywhere(
		&server, &anna, "gemini://localhost/comments/register/on/posts/essay/new?Anna");
	assert_answer(&answer, 30, "register");
	url_of(url, "%s", redirect_path(&answer));
	answer_free(&answer);
	answer = ask(&server, &anna, url);
	assert_contains(answer.body, "# Hello, Anna\n");
	assert_contains(answer.body,
		"\n=> /comments/on/posts/essay/new Go on: leave a comment on \"An Essay\"\n");
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

static void two_devices_are_one_person(void **state)
{
	struct person first, second;
	char code[CODE_TEXT_SIZE], path[URL_SIZE];
	struct answer answer;

	(void)state;
	reader_join(&server, &first, "Carla");
	assert_true(person_make_ordinary(&second, "second"));
	reader_device_code(&server, &first, code);
	expect_code(&second, "/comments/link", "", 11, "one-time code");
	expect_code(&second, "/comments/link", "no code", 11, "That is no code");
	expect_code(&second, "/comments/link/on/posts/essay/new", code, 30,
		"/comments/welcome/linked/on/posts/essay/new");
	expect(&server, &second, "gemini://localhost/comments/welcome/linked/on/posts/essay/new",
		20);
	assert_true(is_known(&second, "Carla"));
	/* Not the one in use; the other one, and then nothing is left to remove. */
	answer = ask(&server, &second, "gemini://localhost/comments/account/certificates");
	assert_answer(&answer, 20, "certificates");
	assert_int_equal(count_of(answer.body, " Remove it\n"), 1);
	assert_true(find_link(answer.body, "/comments/account/certificates/", path, sizeof(path)));
	*strrchr(path, '/') = '\0'; /* without its guard */
	answer_free(&answer);
	expect_typed(&first, path, "yes", 50, "cannot be removed");
	expect_typed(&second, path, "yes", 30, "/comments/account/certificates");
	assert_false(is_known(&first, "Carla"));
	assert_true(is_known(&second, "Carla"));
	answer = ask(&server, &second, "gemini://localhost/comments/account/certificates");
	assert_lacks(answer.body, " Remove it\n");
	answer_free(&answer);
	person_end(&first);
	person_end(&second);
}

struct linking {
	struct person person;
	struct client client;
	char line[URL_SIZE];
	struct answer answer;
	pthread_barrier_t *together;
};

static void *link_at_once(void *argument)
{
	struct linking *linking = argument;

	pthread_barrier_wait(linking->together);
	client_send(&linking->client, linking->line, strlen(linking->line), 0);
	client_receive(&linking->client, &linking->answer);
	return NULL;
}

static void one_code_is_used_once(void **state)
{
	struct person owner;
	struct linking two[2];
	pthread_t threads[2];
	pthread_barrier_t together;
	char code[CODE_TEXT_SIZE], query[CODE_TEXT_SIZE * 3];
	int linked = 0;

	(void)state;
	reader_join(&server, &owner, "Dora");
	for (int round = 0; round < 5; round++, linked = 0) {
		reader_device_code(&server, &owner, code);
		encode_query(code, query, sizeof(query));
		assert_int_equal(pthread_barrier_init(&together, NULL, COUNT(two)), 0);
		for (size_t i = 0; i < COUNT(two); i++) {
			struct client_options options = {.person = &two[i].person};

			assert_true(person_make_ordinary(&two[i].person, "at once"));
			two[i].together = &together;
			snprintf(two[i].line, sizeof(two[i].line),
				"gemini://localhost/comments/link?%s\r\n", query);
			assert_true(client_open(&two[i].client, server.port, &options));
		}
		for (size_t i = 0; i < COUNT(two); i++)
			assert_int_equal(
				pthread_create(&threads[i], NULL, link_at_once, &two[i]), 0);
		for (size_t i = 0; i < COUNT(two); i++) {
			assert_int_equal(pthread_join(threads[i], NULL), 0);
			assert_true(two[i].answer.status == 30 || two[i].answer.status == 11);
			linked += two[i].answer.status == 30;
			assert_int_equal(
				is_known(&two[i].person, "Dora"), two[i].answer.status == 30);
			answer_free(&two[i].answer);
			client_close(&two[i].client);
			person_end(&two[i].person);
		}
		pthread_barrier_destroy(&together);
		assert_int_equal(linked, 1);
	}
	person_end(&owner);
}

static void a_lost_certificate_is_recovered(void **state)
{
	struct person lost, found, thief;
	char code[CODE_TEXT_SIZE], next[CODE_TEXT_SIZE], url[URL_SIZE];
	struct answer answer, other;

	(void)state;
	assert_true(person_make_ordinary(&lost, "lost"));
	assert_true(person_make_ordinary(&found, "found"));
	assert_true(person_make_ordinary(&thief, "thief"));
	reader_register(&server, &lost, "Emma", code);
	/* Names that are somebody's and names that are not answer alike. */
	expect_code(&found, "/comments/recover", "", 10, "What is your name here?");
	expect_code(&found, "/comments/recover", "emma", 30, "/comments/recover/as/emma");
	expect_code(&found, "/comments/recover", "nemo", 30, "/comments/recover/as/nemo");
	answer = reader_type_code(&server, &thief, "/comments/recover/as/emma",
		"heron-maple-violin-otter-ocean-river-1234");
	other = reader_type_code(&server, &thief, "/comments/recover/as/nemo",
		"heron-maple-violin-otter-ocean-river-1234");
	assert_answer(&answer, 11, "emma");
	assert_answer(&other, 11, "nemo");
	assert_string_equal(answer.meta, other.meta);
	answer_free(&answer);
	answer_free(&other);
	/* The right one, typed as people type. */
	for (char *c = code; *c != '\0'; c++)
		if (*c == '-')
			*c = ' ';
	answer = reader_type_code(&server, &found, "/comments/recover/as/emma", code);
	assert_answer(&answer, 30, "recover");
	url_of(url, "%s", redirect_path(&answer));
	answer_free(&answer);
	answer = ask(&server, &found, url);
	assert_contains(answer.body, "# Hello, Emma\n");
	read_code(answer.body, next);
	answer_free(&answer);
	assert_true(is_known(&found, "Emma"));
	/* Once. */
	expect_code(&thief, "/comments/recover/as/emma", code, 11, "not the recovery code");
	expect_code(&thief, "/comments/recover/as/emma", next, 30, "/comments/welcome/");
	person_end(&lost);
	person_end(&found);
	person_end(&thief);
}

static void guesses_are_limited(void **state)
{
	struct person guesser, another;
	char code[CODE_TEXT_SIZE];
	struct answer answer;
	char *end;

	(void)state;
	assert_true(person_make_ordinary(&guesser, "guesser"));
	reader_register(&server, &guesser, "Frida", code);
	person_end(&guesser);
	assert_true(person_make_ordinary(&guesser, "guesser"));
	for (int i = 0; i < 10; i++)
		expect_code(&guesser, "/comments/recover/as/frida",
			"heron-maple-violin-otter-ocean-river-1234", 11, "not the recovery code");
	answer = reader_type_code(&server, &guesser, "/comments/recover/as/frida", code);
	assert_answer(&answer, 44, "the eleventh");
	assert_true(strtol(answer.meta, &end, 10) > 0);
	assert_string_equal(end, "");
	answer_free(&answer);
	/* Whoever guesses keeps nobody else out. */
	assert_true(person_make_ordinary(&another, "another"));
	expect_code(&another, "/comments/recover/as/nemo%20else", code, 11, "");
	expect_code(&another, "/comments/recover/as/frida", code, 30, "/comments/welcome/");
	person_end(&guesser);
	person_end(&another);
}

/* Registers while its certificate is still good, and then shows another one for the same key. */
static void an_ended_certificate_links_a_new_one(void **state)
{
	static const char *const closed[] = {"gemini://localhost/comments/account/",
		"gemini://localhost/comments/account/rename",
		"gemini://localhost/comments/account/recovery",
		"gemini://localhost/comments/account/leave",
		"gemini://localhost/comments/on/posts/essay/new"};
	struct person good, ended, fresh;
	char code[CODE_TEXT_SIZE];
	struct answer answer;

	(void)state;
	reader_join(&server, &good, "Greta");
	assert_true(person_renew_for(&ended, &good, -DAYS(30), -DAYS(1)));
	answer = ask(&server, &ended, my_page);
	assert_answer(&answer, 20, my_page);
	assert_contains(answer.body, "# Greta\n");
	assert_contains(answer.body, " ended on ");
	answer_free(&answer);
	for (size_t i = 0; i < COUNT(closed); i++)
		expect(&server, &ended, closed[i], 62);
	reader_device_code(&server, &ended, code);
	assert_true(person_make_ordinary(&fresh, "fresh"));
	expect_code(&fresh, "/comments/link", code, 30, "/comments/welcome/linked");
	assert_true(is_known(&fresh, "Greta"));
	/* The same key renewed needs none of that. */
	assert_true(is_known(&good, "Greta"));
	person_end(&good);
	person_end(&ended);
	person_end(&fresh);
}

static void an_end_is_announced(void **state)
{
	struct person soon, later;
	struct answer answer;
	char code[CODE_TEXT_SIZE];

	(void)state;
	assert_true(person_make(&soon, PERSON_P256, "soon", -DAYS(1), DAYS(10)));
	assert_true(person_renew_for(&later, &soon, -DAYS(1), DAYS(400)));
	reader_register(&server, &soon, "Hanna", code);
	answer = ask(&server, &soon, my_page);
	assert_int_equal(
		strncmp(answer.body, "The certificate that your client showed ends on", 47), 0);
	assert_contains(answer.body, "\n=> /comments/account/device/~");
	answer_free(&answer);
	answer = ask(&server, &later, my_page);
	assert_int_equal(strncmp(answer.body, "# Hanna\n", 8), 0);
	answer_free(&answer);
	person_end(&soon);
	person_end(&later);
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
		expect_typed(&person, paths[i], "no", 10, "Type yes");
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
		TEST("a second device is linked by a code, and the first one removed",
			two_devices_are_one_person),
		TEST("of two that use one code at once exactly one gets it", one_code_is_used_once),
		TEST("a lost certificate is recovered by its code, and unknown names answer alike",
			a_lost_certificate_is_recovered),
		TEST("guesses at a code end in 44, by whomever", guesses_are_limited),
		TEST("a certificate that has ended links a new one, and nothing else",
			an_ended_certificate_links_a_new_one),
		TEST("a certificate near its end is announced first of all", an_end_is_announced),
		TEST("one's data come as a page and as JSON", data_is_taken_along),
		TEST("who leaves keeps the comments here, or takes them away", who_leaves_chooses),
		TEST("the feed of answers has a secret address that can be renewed",
			the_private_feed),
		TEST("a link of a stranger's changes nothing", a_strangers_link_changes_nothing),
	};

	return cmocka_run_group_tests_name("accounts", tests, fixture_start, fixture_end);
}
