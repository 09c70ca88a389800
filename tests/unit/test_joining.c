/*
 * How a certificate becomes somebody's.
 */
#include "members.h"

#include "comments/limits.h"

#define ASK_NAME    "What name would you like to go by? 1 to 32 characters"
#define ASK_LINK    "Please type the one-time code that your other device shows"
#define WRONG_CODE  "That is not the recovery code of this name. Please type it again"
#define NOT_A_CODE  "That is no code: it is some words and four digits"
#define OTHER_CODE  "heron-maple-violin-otter-ocean-river-1234"
#define SHORT_OTHER "heron-maple-violin-otter-9271"

static void a_reader_registers(void **state)
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
	assert_holds(page, "asked for a name. It is kept, with the time and with a fingerprint "
			   "of the certificate's key; the page on how commenting works, below, "
			   "lists all that is kept.\n");
	assert_holds(page, "``` Fingerprint\nSHA256 c1:c1:");
	assert_holds(page, ":c1\nvalid until 2028-01-15\n```\n");
	assert_leads_to_guard(page, "Register with it", "/comments/register/" ESSAY_WAY, 1);
	assert_leads_to_guard(
		page, "I am registered already, on another device", "/comments/link/" ESSAY_WAY, 1);
	assert_leads_to_guard(page, "I lost my certificate and have a recovery code",
		"/comments/recover/" ESSAY_WAY, 1);
	assert_holds(page, "You were on your way to: leave a comment on \"Kindness Spreads\".\n");

	assert_answer("/comments/register/" ESSAY_WAY, 1, STATUS_INPUT, ASK_NAME);
	const char *welcome = led_to("/comments/register/" ESSAY_WAY "?Rosa", 1);
	page = page_of(welcome, 1);
	assert_holds(page, "# Hello, Rosa\n\nThe certificate that you showed now belongs to "
			   "Rosa.\n\n");
	assert_lacks(page, "lost certificate");
	assert_leads_to_guard(
		page, "Go on: leave a comment on \"Kindness Spreads\"", ESSAY_ON "/new", 1);
	assert_holds(page, "\n## Keep this\n\n``` Recovery code\n");
	assert_holds(page, "\n```\nIt is shown once: write it down. ");
	/* Once, and to her alone. */
	const char *code = code_in(page);
	page = page_of(welcome, 1);
	assert_lacks(page, code);
	assert_holds(page, "# Hello, Rosa\n");
	assert_holds(page, "not shown here a second time");
	assert_true(strstr(welcome, code) == NULL);

	/* From now on the way leads straight there. */
	const char *new = guard_of(ESSAY_ON "/new", 1);
	assert_answer("/comments/?" ESSAY_WAY, 1, STATUS_REDIRECT, new);
	assert_answer("/comments/register/" ESSAY_WAY, 1, STATUS_REDIRECT, new);
	assert_answer("/comments/register?Luz", 1, STATUS_REDIRECT, "/comments/");
	assert_is(1, "Rosa");
}

static void another_reader_is_not_shown_a_code(void **state)
{
	(void)state;
	const char *welcome = led_to("/comments/register?Rosa", 1);
	join(2, "Luz");
	assert_lacks(page_of(welcome, 2), "Keep this");
	assert_holds(page_of(welcome, 1), "Keep this");
	/* Nor is she, when it is late. */
	welcome = led_to("/comments/register?Ibrahim", 3);
	now += CODE_REVEAL_SECONDS + 1;
	assert_lacks(page_of(welcome, 3), "Keep this");
}

static void the_way_to_an_answer_is_kept(void **state)
{
	(void)state;
	int64_t id = write_one(person_of(1, "rosa"), S("posts/kindness-spreads"), "hello");
	const char *way = arena_printf(&w.arena, "/comments/?%lld/reply", (long long)id);
	struct span page = page_of(way, 2);
	assert_holds(page, "You were on your way to: pass on the comment by rosa.\n");
	assert_leads_to_guard(page, "Register with it", "/comments/register/1/reply", 2);
	page = page_of(led_to("/comments/register/1/reply?Luz", 2), 2);
	assert_leads_to_guard(page, "Go on: pass on the comment by rosa", "/comments/1/reply", 2);
	assert_answer(way, 2, STATUS_REDIRECT, guard_of("/comments/1/reply", 2));
	/* The way to one that was deleted leads to the own page. */
	assert_int_equal(store_comment_delete(w.store, HERE, id, 1), STORE_OK);
	assert_holds(page_of(way, 2), "# Luz\n");
	assert_lacks(page_of(way, 3), "on your way");
}

static void names_are_asked_for_again(void **state)
{
	(void)state;
	person_of(1, "rosa");
	/* More often than registrations are allowed: none of these is one. */
	for (int i = 0; i < 12; i++)
		assert_answer("/comments/register?Rosa", 2, STATUS_INPUT,
			"That name is taken. Please type another name");
	assert_says("/comments/register?%E2%80%AEasoR", 2, STATUS_INPUT, "cannot be seen");
	assert_says("/comments/register?%FF", 2, STATUS_INPUT, "UTF-8");
	assert_says("/comments/register?Here.Example", 2, STATUS_INPUT, "kept for the capsule");
	assert_says("/comments/register?Here.org", 2, STATUS_INPUT, "kept for the capsule");
	assert_says("/comments/register?Luz,%20today", 2, STATUS_INPUT, "a comma");
	assert_says("/comments/register?", 2, STATUS_INPUT, "1 to 32");
	assert_is_nobody(2);
	assert_holds(page_of(led_to("/comments/register?+R%C3%B3sa+", 2), 2),
		"# Hello, +R\xc3\xb3sa+\n");
}

static void registrations_are_limited(void **state)
{
	(void)state;
	char path[64];
	for (unsigned char i = 1; i <= 10; i++) {
		snprintf(path, sizeof path, "/comments/register?Reader%d", i);
		led_to(path, i);
	}
	assert_says("/comments/register?Reader11", 11, STATUS_SLOW_DOWN, "");
	assert_is_nobody(11);
	uint64_t wait;
	assert_true(span_to_u64(reply.meta, 3600, &wait) && wait > 0);
}

static void closed_registration_says_so(void **state)
{
	(void)state;
	person_of(1, "rosa");
	capsule.registration = REGISTRATION_CLOSED;
	struct span page = page_of("/comments/", 2);
	assert_holds(page, "Nobody new can register here at present.");
	assert_lacks(page, "/comments/register");
	assert_holds(page, "=> /comments/link/~");
	assert_answer("/comments/register/" ESSAY_WAY, 2, STATUS_REDIRECT, "/comments/?" ESSAY_WAY);
	assert_answer("/comments/register?Luz", 2, STATUS_REDIRECT, "/comments/");
	const char *invited = path_with(guard_of("/comments/invitation", 2), SHORT_OTHER);
	assert_answer(invited, 2, STATUS_REDIRECT, guard_of("/comments/register", 2));
	assert_is_nobody(2);
	/* Who is registered can still link another device. */
	led_to(path_with("/comments/link", device_code(1)), 3);
	assert_is(3, "rosa");
}

static void invitations_let_one_in_each(void **state)
{
	(void)state;
	capsule.registration = REGISTRATION_INVITATION;
	const char *code = made_code(STORE_CODE_INVITATION);
	assert_holds(page_of("/comments/", 1), "asked for the code of your invitation, then for "
					       "a name.");
	const char *at = guard_of("/comments/invitation/" ESSAY_WAY, 1);
	assert_answer("/comments/register/" ESSAY_WAY "?Rosa", 1, STATUS_REDIRECT, at);
	assert_answer("/comments/invitation", 1, STATUS_SENSITIVE_INPUT,
		"Please type the code of your invitation");
	assert_says("/comments/invitation?hello", 1, STATUS_SENSITIVE_INPUT, NOT_A_CODE);
	assert_says("/comments/invitation?" SHORT_OTHER, 1, STATUS_SENSITIVE_INPUT,
		"No invitation has that code");
	/* A link that holds a good one does not use it up. */
	answer_once(path_with("/comments/invitation", code), 1);
	led_to(path_with(at, code), 1);
	assert_string_equal(
		arena_copy(&w.arena, reply.meta), guard_of("/comments/register/" ESSAY_WAY, 1));
	/* Good for one. */
	assert_says(path_with("/comments/invitation", code), 2, STATUS_SENSITIVE_INPUT,
		"No invitation has that code");
	assert_says("/comments/register?Luz", 2, STATUS_REDIRECT, "/comments/invitation/~");
	assert_is_nobody(2);
	led_to("/comments/register/" ESSAY_WAY "?Rosa", 1);
	assert_is(1, "Rosa");
}

static void one_code_links_one_device(void **state)
{
	(void)state;
	join(1, "Rosa");
	const char *code = device_code(1);
	assert_answer("/comments/link", 2, STATUS_SENSITIVE_INPUT, ASK_LINK);
	assert_says("/comments/link?hello", 2, STATUS_SENSITIVE_INPUT, NOT_A_CODE);
	assert_says("/comments/link?%FF", 2, STATUS_SENSITIVE_INPUT, NOT_A_CODE);
	assert_says("/comments/link?" SHORT_OTHER, 2, STATUS_SENSITIVE_INPUT, "not known");
	assert_answer(path_with("/comments/link/" ESSAY_WAY, code), 2, STATUS_REDIRECT,
		"/comments/welcome/linked/" ESSAY_WAY);
	struct span page = page_of("/comments/welcome/linked/" ESSAY_WAY, 2);
	assert_holds(page, "# Hello, Rosa\n\nThe certificate that you showed now belongs to "
			   "Rosa.\n\n=> /comments/" ESSAY_WAY "/~");
	assert_lacks(page, "ecovery");
	assert_lacks(page, "lost");
	assert_is(2, "Rosa");
	assert_says(path_with("/comments/link", code), 3, STATUS_SENSITIVE_INPUT, "not known");
	/* Nor after its time. */
	code = device_code(1);
	now += CODE_LINK_SECONDS + 1;
	assert_says(path_with("/comments/link", code), 3, STATUS_SENSITIVE_INPUT, "not known");
	assert_is_nobody(3);
}

static void codes_end_with_the_next_one(void **state)
{
	(void)state;
	join(1, "Rosa");
	const char *first = device_code(1), *second = device_code(1);
	assert_says(path_with("/comments/link", first), 2, STATUS_SENSITIVE_INPUT, "not known");
	led_to(path_with("/comments/link", second), 2);
	assert_is(2, "Rosa");
}

static void twenty_certificates_are_enough(void **state)
{
	(void)state;
	join(1, "Rosa");
	char text[160];
	for (int i = 2; i <= STORE_CERTIFICATES_MAX; i++) {
		snprintf(text, sizeof text,
			"INSERT INTO certificates (capsule, key, person, added) "
			"VALUES (1, randomblob(32), 1, %d)",
			i);
		tell_file(text);
	}
	const char *code = device_code(1);
	assert_says(path_with("/comments/link", code), 2, STATUS_SENSITIVE_INPUT,
		"all the certificates that it can have");
	assert_is_nobody(2);
	tell_file("DELETE FROM certificates WHERE added = 2");
	led_to(path_with("/comments/link", code), 2);
	assert_is(2, "Rosa");
}

static void a_lost_certificate_is_recovered(void **state)
{
	(void)state;
	const char *code = join(1, "Rosa"), *at = "/comments/recover/as/rosa/" ESSAY_WAY;
	assert_answer("/comments/recover/" ESSAY_WAY, 2, STATUS_INPUT, "What is your name here?");
	assert_answer("/comments/recover/" ESSAY_WAY "?rosa", 2, STATUS_REDIRECT, guard_of(at, 2));
	assert_answer(at, 2, STATUS_SENSITIVE_INPUT, "Please type the recovery code of rosa");
	const char *welcome = led_to(path_with(at, code), 2);
	struct span page = page_of(welcome, 2);
	assert_holds(page, "# Hello, Rosa\n\nThe certificate that you showed now belongs to "
			   "Rosa.\nThe one that you lost is still linked to that name: remove it, "
			   "so that nobody else can use it.\n=> /comments/account/certificates "
			   "Remove the lost certificate\n\n=> /comments/" ESSAY_WAY "/~");
	/* It is used up, and there is a new one. */
	const char *next = code_in(page);
	assert_string_not_equal(code, next);
	assert_answer(path_with(at, code), 3, STATUS_SENSITIVE_INPUT, WRONG_CODE);
	assert_is_nobody(3);
	led_to(path_with(at, next), 3);
	assert_is(3, "Rosa");
	assert_is(1, "Rosa");
}

static void unknown_names_are_answered_alike(void **state)
{
	(void)state;
	join(1, "Rosa");
	assert_answer("/comments/recover?nobody%20else", 2, STATUS_REDIRECT,
		guard_of("/comments/recover/as/nobody%20else", 2));
	assert_answer("/comments/recover/as/nobody%20else", 2, STATUS_SENSITIVE_INPUT,
		"Please type the recovery code of nobody else");
	assert_answer("/comments/recover/as/nobody%20else?" OTHER_CODE, 2, STATUS_SENSITIVE_INPUT,
		WRONG_CODE);
	assert_answer(
		"/comments/recover/as/Rosa?" OTHER_CODE, 2, STATUS_SENSITIVE_INPUT, WRONG_CODE);
	assert_says("/comments/recover/as/Rosa?hello", 2, STATUS_SENSITIVE_INPUT, NOT_A_CODE);
	assert_says("/comments/recover/as/nobody?hello", 2, STATUS_SENSITIVE_INPUT, NOT_A_CODE);
	assert_says("/comments/recover?", 2, STATUS_INPUT, "What is your name here?");
	assert_says("/comments/recover?%FF", 2, STATUS_INPUT, "UTF-8");
	assert_says("/comments/recover?%20", 2, STATUS_INPUT, "Please type");
	/* Nobody has been told apart, and nobody let in. */
	assert_is_nobody(2);
}

/* A slash, and the dots that mean a folder, cannot stand in an address. */
static void every_name_can_be_recovered(void **state)
{
	(void)state;
	static const char *const names[] = {"=%3E%20/%20home", "..", ".", "%23%20Anton"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned char who = (unsigned char)(1 + i);
		const char *code = join(who, names[i]);
		const char *at =
			led_to(path_with("/comments/recover", names[i]), (unsigned char)(101 + i));
		led_to(path_with(at, code), (unsigned char)(101 + i));
		struct store_person person, again;
		assert_int_equal(store_person_by_key(w.store, HERE, key_of(who), &w.arena, &person),
			STORE_OK);
		assert_int_equal(store_person_by_key(w.store, HERE,
					 key_of((unsigned char)(101 + i)), &w.arena, &again),
			STORE_OK);
		assert_int_equal(person.id, again.id);
	}
}

static void guesses_are_limited(void **state)
{
	(void)state;
	const char *code = join(1, "Rosa");
	for (int i = 0; i < 10; i++)
		assert_says("/comments/recover/as/Rosa?" OTHER_CODE, 2, STATUS_SENSITIVE_INPUT, "");
	/* The right one, by then; but who guesses does not keep out whom it belongs to. */
	const char *right = path_with("/comments/recover/as/rosa", code);
	assert_says(right, 2, STATUS_SLOW_DOWN, "");
	assert_is_nobody(2);
	led_to(right, 3);
	assert_is(3, "Rosa");
	assert_says("/comments/recover/as/%20?" OTHER_CODE, 13, STATUS_NOT_FOUND, "");
	/* This key is done with codes of any kind; and soon so is the address. */
	assert_says("/comments/link?" SHORT_OTHER, 2, STATUS_SLOW_DOWN, "");
	for (unsigned char who = 4; who < 11; who++)
		assert_says("/comments/link?" SHORT_OTHER, who, STATUS_SENSITIVE_INPUT, "");
	assert_says("/comments/link?" SHORT_OTHER, 12, STATUS_SLOW_DOWN, "");
}

static void guesses_at_one_name_are_limited(void **state)
{
	struct visit visit = {.comments = comments, .request = &request, .reply = &reply};
	(void)state;
	const char *right = path_with("/comments/recover/as/ROSA", join(1, "Rosa"));
	const char *other = path_with("/comments/recover/as/Luz", join(2, "Luz"));
	prepare_request(BASE "/comments/", 0);
	while (limit_by_bytes(&visit, LIMIT_GUESSES_AT_NAME, "rosa", 4))
		continue;
	assert_says(right, 3, STATUS_SLOW_DOWN, "");
	assert_is_nobody(3);
	led_to(other, 3);
	assert_is(3, "Luz");
}

static void ways_to_nowhere_are_ignored(void **state)
{
	(void)state;
	person_of(1, "rosa");
	static const char *const ways[] = {"on/posts/none/new", "on//new", "on/new",
		"on/posts/kindness-spreads", "gemini://elsewhere.example/", "%FF", "x", "77/reply",
		"/reply", "0/reply", "x/reply"};
	char path[128];
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		snprintf(path, sizeof path, "/comments/?%s", ways[i]);
		assert_lacks(page_of(path, 2), "on your way");
		assert_holds(page_of(path, 1), "# rosa\n");
	}
	const char *welcome = led_to("/comments/register/on/posts/none/new?Luz", 2);
	assert_null(strstr(welcome, "on/"));
	assert_says("/comments/nothing/~0123456789ab", 1, STATUS_NOT_FOUND, "No such page");
	assert_says("/comments/help/~0123456789ab", 1, STATUS_NOT_FOUND, "No such page");
	assert_lacks(page_of("/comments/welcome/linked/on/posts/none/new", 2), "Go on");
}

static void ways_are_percent_encoded(void **state)
{
	(void)state;
#define CAFE "on/posts/caf%C3%A9%20noir/"
	struct span page = page_of("/comments/?" CAFE "new", 2);
	assert_holds(page, "=> /comments/register/" CAFE "new/~");
	assert_holds(page, "leave a comment on \"Caf\xc3\xa9 # noir\".");
	assert_holds(page_of(led_to("/comments/register/" CAFE "new?Luz", 2), 2),
		"=> /comments/" CAFE "new/~");
	assert_answer(
		"/comments/?" CAFE "new", 2, STATUS_REDIRECT, guard_of("/comments/" CAFE "new", 2));
	assert_says("/comments/" CAFE "new?Hello", 2, STATUS_REDIRECT, "/comments/1");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reader_registers),
		TEST(another_reader_is_not_shown_a_code),
		TEST(the_way_to_an_answer_is_kept),
		TEST(names_are_asked_for_again),
		TEST(registrations_are_limited),
		TEST(closed_registration_says_so),
		TEST(invitations_let_one_in_each),
		TEST(one_code_links_one_device),
		TEST(codes_end_with_the_next_one),
		TEST(twenty_certificates_are_enough),
		TEST(a_lost_certificate_is_recovered),
		TEST(unknown_names_are_answered_alike),
		TEST(every_name_can_be_recovered),
		TEST(guesses_are_limited),
		TEST(guesses_at_one_name_are_limited),
		TEST(ways_to_nowhere_are_ignored),
		TEST(ways_are_percent_encoded),
	};
	return cmocka_run_group_tests_name("joining", tests, NULL, NULL);
}
