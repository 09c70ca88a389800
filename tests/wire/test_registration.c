/*
 * Who may register: everybody, whoever has an invitation, nobody; and the owner in any case.
 */
#include "reader.h"
#include "fixture.h"

static const char my_page[] = "gemini://localhost/comments/";

static void restart(const char *const *flags)
{
	daemon_stop(&server);
	server.extra = flags;
	daemon_start(&server);
}

static void expect_text(const struct person *person, const char *url, const char *text)
{
	struct answer answer = ask(&server, person, url);

	assert_answer(&answer, 20, url);
	assert_contains(answer.body, text);
	answer_free(&answer);
}

/* The key's fingerprint, as one's own account shows it. */
static void read_key(const struct person *person, char key[FINGERPRINT_SIZE])
{
	struct answer answer =
		ask(&server, person, "gemini://localhost/comments/account/certificates");
	size_t used = 0;
	const char *text;

	assert_answer(&answer, 20, "certificates");
	text = strstr(answer.body, "SHA256 ");
	assert_non_null(text);
	for (text += 7; *text != '`'; text++) {
		if (*text == ' ' || *text == '\n')
			continue;
		assert_true(used < FINGERPRINT_SIZE - 1);
		key[used++] = *text;
	}
	key[used] = '\0';
	answer_free(&answer);
}

static void closed(void **state)
{
	static const char *const flags[] = {"--registration", "closed", NULL};
	struct person here, device, stranger;
	char code[CODE_TEXT_SIZE];
	struct answer answer;

	(void)state;
	reader_join(&server, &here, "Here Before");
	restart(flags);
	assert_true(person_make_ordinary(&stranger, "stranger"));
	answer = ask(&server, &stranger, my_page);
	assert_contains(answer.body, "Nobody new can register here at present.");
	assert_lacks(answer.body, "=> /comments/register");
	answer_free(&answer);
	answer = reader_answer(&server, &stranger, "/comments/register", "Late");
	assert_string_equal(redirect_path(&answer), "/comments/");
	answer_free(&answer);
	expect_text(&stranger, my_page, "# Welcome\n");
	/* Who is registered goes on, on another device too. */
	reader_device_code(&server, &here, code);
	assert_true(person_make_ordinary(&device, "device"));
	answer = reader_type_code(&server, &device, "/comments/link", code);
	assert_answer(&answer, 30, "link");
	answer_free(&answer);
	expect_text(&device, my_page, "# Here Before\n");
	person_end(&here);
	person_end(&device);
	person_end(&stranger);
}

/* From the configuration to the invitation that lets somebody in. */
static void by_invitation(void **state)
{
	char key[FINGERPRINT_SIZE], code[CODE_TEXT_SIZE], url[URL_SIZE];
	const char *flags[] = {"--registration", "invitation", "--owner", key, NULL};
	struct person owner, guest, other;
	struct answer answer;

	(void)state;
	reader_join(&server, &owner, "The Host");
	read_key(&owner, key);
	restart(flags);
	expect_text(&owner, my_page, "identity, as the capsule's owner.\n");
	answer = reader_type(&server, &owner, "/comments/moderation/invite", "A guest");
	url_of(url, "%s", redirect_path(&answer));
	answer_free(&answer);
	answer = ask(&server, &owner, url);
	assert_answer(&answer, 20, url);
	read_code(answer.body, code);
	answer_free(&answer);

	assert_true(person_make_ordinary(&guest, "guest"));
	assert_true(person_make_ordinary(&other, "other"));
	expect_text(&guest, my_page, "asked for the code of your invitation");
	answer = reader_answer(&server, &guest, "/comments/register/on/posts/essay/new", "Guest");
	assert_contains(redirect_path(&answer), "/comments/invitation/on/posts/essay/new/~");
	answer_free(&answer);
	answer = reader_type_code(&server, &guest, "/comments/invitation/on/posts/essay/new", code);
	assert_answer(&answer, 30, "invitation");
	assert_contains(redirect_path(&answer), "/comments/register/on/posts/essay/new/~");
	answer_free(&answer);
	answer = reader_type_code(&server, &other, "/comments/invitation", code);
	assert_answer(&answer, 11, "the same invitation again");
	answer_free(&answer);
	reader_register(&server, &guest, "Guest", code);
	expect_text(&guest, my_page, "# Guest\n");
	expect_text(&other, my_page, "# Welcome\n");
	person_end(&owner);
	person_end(&guest);
	person_end(&other);
}

/* Where nobody else can, and before anybody has. */
static void the_owner_in_any_case(void **state)
{
	char key[FINGERPRINT_SIZE], code[CODE_TEXT_SIZE];
	const char *flags[] = {"--registration", "closed", "--owner", key, NULL};
	struct person owner;
	struct answer answer;

	(void)state;
	reader_join(&server, &owner, "Host");
	read_key(&owner, key);
	answer = reader_type(&server, &owner, "/comments/account/leave/erase", "yes");
	assert_answer(&answer, 30, "leave");
	answer_free(&answer);
	restart(flags);
	reader_register(&server, &owner, "Host Again", code);
	expect_text(&owner, my_page, "identity, as the capsule's owner.\n");
	expect(&server, &owner, "gemini://localhost/comments/moderation/", 20);
	expect(&server, &owner, "gemini://localhost/comments/moderation/log", 20);
	person_end(&owner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNNING("closed: nobody new, and who is registered goes on", closed),
		RUNNING("by invitation: one code lets one in", by_invitation),
		RUNNING("the owner of the configuration registers in any case",
			the_owner_in_any_case),
	};

	return cmocka_run_group_tests_name("registration", tests, NULL, NULL);
}
