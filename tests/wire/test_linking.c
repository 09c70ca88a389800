/*
 * Certificates over the wire: a second one linked, a lost one recovered, one that ends.
 */
#include <pthread.h>

#include "accounts.h"

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
			struct answer asked;

			assert_true(person_make_ordinary(&two[i].person, "at once"));
			two[i].together = &together;
			asked = ask(&server, &two[i].person, "gemini://localhost/comments/link");
			snprintf(two[i].line, sizeof(two[i].line), "gemini://localhost%s?%s\r\n",
				redirect_path(&asked), query);
			answer_free(&asked);
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
	expect_code(&found, "/comments/recover", "emma", 30, "/comments/recover/as/emma/~");
	expect_code(&found, "/comments/recover", "nemo", 30, "/comments/recover/as/nemo/~");
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
	assert_true(person_renew_for(&ended, &good, -30, -1));
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
	assert_true(person_make(&soon, PERSON_P256, "soon", -1, 10));
	assert_true(person_renew_for(&later, &soon, -1, 400));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("a second device is linked by a code, and the first one removed",
			two_devices_are_one_person),
		TEST("of two that use one code at once exactly one gets it", one_code_is_used_once),
		TEST("a lost certificate is recovered by its code, and unknown names answer alike",
			a_lost_certificate_is_recovered),
		TEST("guesses at a code end in 44, by whomever", guesses_are_limited),
		TEST("a certificate that has ended links a new one, and nothing else",
			an_ended_certificate_links_a_new_one),
		TEST("a certificate near its end is announced first of all", an_end_is_announced),
	};

	return cmocka_run_group_tests_name("linking", tests, fixture_start, fixture_end);
}
