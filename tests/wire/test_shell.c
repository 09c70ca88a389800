/*
 * The store at the shell while it is served: comments and people, codes, exports, copies.
 */
#include "moderator.h"
#include "shell.h"

static const char *number(long value)
{
	static char text[32];

	snprintf(text, sizeof(text), "%ld", value);
	return text;
}

/* Until a page says something, or says it no more. */
static int64_t wait_for_page(const char *path, const char *part, bool there)
{
	int64_t begun = now_ms();
	bool is_there;

	do {
		char *body = page_of(&server, NULL, path);

		is_there = strstr(body, part) != NULL;
		free(body);
		if (now_ms() - begun > PATIENCE_MS)
			fail_msg("%s: \"%s\" is %s", path, part, there ? "not there" : "there");
	} while (is_there != there);
	return now_ms() - begun;
}

static void moderated_comment(void **state)
{
	long id = reader_comment(&server, &rosa, ESSAY, "The bus driver waited.");

	(void)state;
	wait_for_page("/posts/essay.gmi", "> The bus driver waited.", true);
	assert_done(SHELL("comments", "hide", number(id), "not", "now"), "by Rosa is hidden now");
	/* What is remembered of a page is forgotten within a second; the rest is the machine's. */
	assert_in_range(
		wait_for_page("/posts/essay.gmi", "> The bus driver waited.", false), 0, 5000);
	assert_failed(SHELL("comments", "hide", number(id), "again"), 1,
		", which is hidden: only one that is shown or held can be hidden");
	assert_done(SHELL("comments", "list", "--hidden"), "  hidden  ");
	assert_done(SHELL("comments", "unhide", number(id), "it", "was", "fine"), "is shown again");
	wait_for_page("/posts/essay.gmi", "> The bus driver waited.", true);
	assert_failed(SHELL("comments", "approve", number(id), "x"), 1, "only one that is held");
	assert_done(SHELL("comments", "remove", number(id), "spam"), "is removed");
	wait_for_page("/posts/essay.gmi", "> The bus driver waited.", false);
	assert_failed(SHELL("comments", "remove", number(id), "spam"), 1, "gone already");
	assert_failed(SHELL("comments", "remove", "4711", "spam"), 1, "no such comment");
	assert_failed(SHELL("comments", "remove", "-1", "spam"), 2, "no such flag");
	assert_failed(SHELL("comments", "remove", "x", "spam"), 1, "no number of a comment");

	struct program_result log = SHELL("people", "log");

	assert_code(&log, 0);
	assert_contains(log.out, "Z  the shell removed comment ");
	assert_contains(log.out, " by Rosa (person 1): spam\n");
	assert_contains(log.out, "showed again comment 1 by Rosa (person 1): it was fine\n");
	assert_true(strstr(log.out, "removed") < strstr(log.out, "hid comment")); /* newest first */
	program_result_free(&log);
}

static void held_and_reported(void **state)
{
	char url[URL_SIZE];
	long id = reader_comment(&server, &rosa, ESSAY, "Buy my lemons.");
	struct answer answer = reader_type(
		&server, &ibrahim, url_of(url, "/comments/%ld/report", id) + 18, "it is spam");

	(void)state;
	assert_answer(&answer, 30, url);
	answer_free(&answer);
	assert_done(SHELL("comments", "list", "--reported"),
		"  Rosa  reported by Ibrahim: it is spam  Buy my lemons.\n");
	assert_done(SHELL("comments", "settle", number(id), "lemons are fine"), "stays as it is");
	assert_failed(SHELL("comments", "settle", number(id), "once more"), 1, "that is settled");
	assert_empty(SHELL("comments", "list", "--reported"));
	assert_empty(SHELL("comments", "list", "--held"));
	daemon_stop(&server);
	server.extra = (const char *const[]){"--commenting", "all-held", NULL};
	daemon_start(&server);
	id = reader_comment(&server, &rosa, ESSAY, "Shown later.");
	assert_done(SHELL("comments", "list", "--held"), "Shown later.");
	assert_done(SHELL("comments", "approve", number(id), "why not"), "shown to everybody now");
	wait_for_page("/posts/essay.gmi", "> Shown later.", true);
	server.extra = NULL;
}

/* Nothing that a reader wrote moves a terminal or passes for a line of ours. */
static void hostile_text(void **state)
{
	static const char *const lists[][3] = {
		{"comments", "list", NULL}, {"comments", "show", "1"}, {"people", "log", NULL}};

	(void)state;
	reader_comment(&server, &rosa, ESSAY, "a\x1b[2Jb\x07\n9  shown  2026-01-01  Ida  forged");
	assert_done(SHELL("comments", "hide", "1", "a \x1b[2J reason"), "is hidden");
	for (size_t i = 0; i < COUNT(lists); i++) {
		struct program_result result =
			lists[i][2] != NULL ? SHELL(lists[i][0], lists[i][1], lists[i][2])
					    : SHELL(lists[i][0], lists[i][1]);

		assert_code(&result, 0);
		assert_lacks(result.out, "\x1b");
		assert_lacks(result.out, "\x07");
		assert_lacks(result.out, "\n9  shown");
		program_result_free(&result);
	}
}

static void a_ban(void **state)
{
	static const char url[] = "gemini://localhost/comments/";

	(void)state;
	expect(&server, &rosa, url, 20);
	assert_done(SHELL("people", "ban", "rosa", "spam"), "Rosa (person 1) is banned");
	expect(&server, &rosa, url, 61);
	assert_failed(SHELL("people", "ban", "1", "spam"), 1, "person 1: banned already, or gone");
	assert_failed(SHELL("people", "link-code", "Rosa"), 1, "kindling people unban first");
	assert_done(SHELL("people", "show", "ROSA"), "Standing:   banned\n");
	assert_done(SHELL("people", "unban", "1", "forgiven"), "is not banned any more");
	expect(&server, &rosa, url, 20);
	assert_failed(SHELL("people", "ban", "Nobody", "at", "all", "spam"), 1,
		"Nobody: there is nobody of that name; a name with blanks goes in quotes, or use "
		"the number that kindling people list shows\n");
	assert_failed(SHELL("people", "ban", "77", "spam"), 1, "no such person");
	assert_done(SHELL("people", "appoint", "Ibrahim", "kind"), "is a moderator now");
	expect(&server, &ibrahim, "gemini://localhost/comments/moderation/", 20);
	assert_done(SHELL("people", "dismiss", "Ibrahim", "tired"), "is a reader again");
	expect(&server, &ibrahim, "gemini://localhost/comments/moderation/", 61);
}

static void a_list_and_a_name(void **state)
{
	char key[KEY_TEXT_SIZE];

	(void)state;
	assert_done(SHELL("people", "list"), "1  reader  active  ");
	assert_done(SHELL("people", "list"), "  0 shown, 0 held  Ibrahim\n");
	key_of_person(&rosa, key);
	assert_done(SHELL("people", "show", "Rosa"), key);
	assert_done(SHELL("people", "rename", "Rosa", "Rosa", "of", "Lima"),
		"Person 1 is Rosa of Lima now.\n");
	expect_on_page(&server, &rosa, "/comments/", "# Rosa of Lima");
	assert_failed(SHELL("people", "rename", "1", "Ibrahim"), 1, "somebody's already");
	assert_failed(SHELL("people", "rename", "2", "Rosa"), 1, "or was lately");
	assert_failed(SHELL("people", "rename", "1", "admin"), 1, "kept for the capsule");
}

/* What a verb that makes a code prints in its first line. */
static void take_code(struct program_result result, const char *words, char code[CODE_TEXT_SIZE])
{
	size_t length = strcspn(result.out, "\n");

	assert_code(&result, 0);
	assert_in_range(length, 8, CODE_TEXT_SIZE - 1);
	memcpy(code, result.out, length);
	code[length] = '\0';
	assert_contains(result.out, words);
	program_result_free(&result);
}

static void codes(void **state)
{
	char code[CODE_TEXT_SIZE];
	struct person phone, ana;
	struct answer answer;

	(void)state;
	assert_true(person_make_ordinary(&phone, "another phone"));
	take_code(SHELL("people", "link-code", "Rosa"), "gemini://localhost/comments/link", code);
	answer = reader_type_code(&server, &phone, "/comments/link", code);
	assert_answer(&answer, 30, "/comments/link");
	answer_free(&answer);
	expect_on_page(&server, &phone, "/comments/", "# Rosa");
	take_code(SHELL("people", "owner-code"), "gemini://localhost/comments/account/owner", code);
	answer = reader_type_code(&server, &rosa, "/comments/account/owner", code);
	assert_answer(&answer, 30, "/comments/account/owner");
	answer_free(&answer);
	assert_done(SHELL("people", "show", "Rosa"), "Role:       owner\n");
	assert_done(SHELL("people", "log"), "Rosa became an owner");
	assert_failed(SHELL("people", "invite", "Ana"), 1, "registration is open");
	daemon_stop(&server);
	server.extra = (const char *const[]){"--registration", "invitation", NULL};
	daemon_start(&server);
	take_code(SHELL("people", "invite", "my", "friend", "Ana", "--registration", "invitation"),
		"gemini://localhost/comments/invitation", code);
	assert_true(person_make_ordinary(&ana, "Ana"));
	answer = reader_type_code(&server, &ana, "/comments/invitation", code);
	assert_answer(&answer, 30, "/comments/invitation");
	answer_free(&answer);
	answer = reader_answer(&server, &ana, "/comments/register", "Ana");
	assert_contains(redirect_path(&answer), "/comments/welcome/");
	answer_free(&answer);
	assert_done(SHELL("people", "log"), "the shell invited: my friend Ana\n");
	server.extra = NULL;
	person_end(&phone);
	person_end(&ana);
}

/* The port is one that the server listens on: the usual one, or the first. */
static void addresses(void **state)
{
	static const char id[] = "/comments/people/1\n";
	static const struct {
		const char *first, *second, *origin;
	} known[] = {
		{"127.0.0.1:1966", "127.0.0.1:1967", "At:         gemini://localhost:1966"},
		{"[::1]:1966", "127.0.0.1:1965", "At:         gemini://localhost"},
		{"127.0.0.1:0", "127.0.0.1:1966", "At:         gemini://localhost"},
	};
	char line[128];

	(void)state;
	for (size_t i = 0; i < COUNT(known); i++) {
		snprintf(line, sizeof(line), "%s%s", known[i].origin, id);
		assert_done(SHELL("people", "show", "1", "--listen", known[i].first, "--listen",
				    known[i].second),
			line);
	}
	reader_comment(&server, &rosa, ESSAY, "Hello");
	assert_done(SHELL("comments", "show", "1", "--listen", "127.0.0.1:1966"),
		"At:       gemini://localhost:1966/comments/1\n");
	assert_done(SHELL("people", "owner-code", "--listen", "127.0.0.1:1966"),
		"It is typed at gemini://localhost:1966/comments/account/owner, works once");
}

/* What the configuration gives, the shell tells, and does not pretend to take. */
static void owner_by_configuration(void **state)
{
	char key[KEY_TEXT_SIZE], first[160];

	(void)state;
	key_of_person(&rosa, key);
	snprintf(
		first, sizeof(first), "take %s out of owner there, and start the server anew", key);
	assert_done(SHELL("people", "list", "--owner", key),
		"1  owner, by the configuration  active  ");
	assert_done(SHELL("people", "list", "--owner", key), "2  reader  active  ");
	assert_done(SHELL("people", "show", "Rosa", "--owner", key),
		"Role:       owner, by the configuration\n");
	assert_failed(SHELL("people", "dismiss", "Rosa", "tired", "--owner", key), 1, first);
	assert_failed(SHELL("people", "ban", "Rosa", "spam", "--owner", key), 1, first);
	assert_done(SHELL("people", "show", "Rosa"), "Standing:   active\n");
	assert_empty(SHELL("people", "log"));
	assert_done(SHELL("people", "ban", "Ibrahim", "spam", "--owner", key), "is banned");
	assert_done(SHELL("people", "list", "--owner", key), "2  reader  banned  ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEETING("what is hidden at the shell is hidden on the page", moderated_comment),
		MEETING("held and reported comments are listed and decided", held_and_reported),
		MEETING("what readers wrote moves no terminal", hostile_text),
		MEETING("a banned person gets 61, and may come back", a_ban),
		MEETING("people are listed, shown and renamed", a_list_and_a_name),
		MEETING("codes from the shell are typed in a client", codes),
		MEETING("addresses have the port that the server listens on", addresses),
		MEETING("an owner by the configuration is told, and stays one",
			owner_by_configuration),
	};

	return cmocka_run_group_tests_name("shell", tests, NULL, NULL);
}
