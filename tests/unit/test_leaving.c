/*
 * Taking one's data along, and leaving.
 */
#include "members.h"

#include <signal.h>
#include <sys/resource.h>

/* The body, read to its end. */
static struct span body_of(const char *path, unsigned char who, const char *type)
{
	struct buf whole;
	char bytes[1000];
	size_t got;
	enum body_state read;
	assert_answer(path, who, STATUS_SUCCESS, type);
	buf_init(&whole, &w.arena, 16 << 20);
	do {
		read = body_read(&reply.body, bytes, sizeof bytes, &got);
		assert_int_not_equal(read, BODY_FAILED);
		buf_bytes(&whole, bytes, got);
	} while (read == BODY_DATA);
	assert_false(buf_failed(&whole));
	body_close(&reply.body);
	return buf_view(&whole);
}

static void data_is_given_whole(void **state)
{
	(void)state;
	join(1, "Rosa");
	int64_t luz = person_of(2, "luz");
	static char text[60000];
	memset(text, 'w', sizeof text - 1);
	for (int i = 1; i <= 45; i++) {
		memcpy(text, i < 10 ? "n0" : "n ", 2);
		snprintf(text + 2, 12, "%d", i);
		text[strlen(text)] = '.';
		write_one(1, ESSAY, text);
	}
	write_one(luz, ESSAY, "another's");
	answer_one(1, 46, "=> gemini://evil.example/ evil\n```");
	write_one(1, ESSAY, "deleted");
	tell_file("UPDATE comments SET state = 2 WHERE id = 1");
	tell_file("UPDATE comments SET edited = written + 60 WHERE id = 45");
	assert_int_equal(store_comment_delete(w.store, HERE, 48, 1), STORE_OK);
	struct span data =
		body_of(typed_at("/comments/account/data.gmi", 1, "yes"), 1, "text/gemini");
	assert_holds(data, "# What is kept of Rosa\n\nRegistered: 2027-01-15T08:00:00Z\n");
	assert_holds(data, "\nSHA256 01:01:");
	assert_says(link_of(data, "All of it, as JSON"), 1, STATUS_INPUT, "JSON");
	assert_holds(data, "Z\n=> /comments/47 On posts/essay, passing on what came from luz\n"
			   "> => gemini://evil.example/ evil\n> ```\n");
	assert_holds(data, ", hidden by a moderator\n=> /comments/1 On posts/essay\n> n01.");
	assert_holds(data, ", edited 20");
	assert_holds(data, "Z\n=> /comments/45 On posts/essay\n> n 45.");
	assert_lacks(data, "another's");
	assert_lacks(data, "> deleted");
	assert_true(data.len > 45 * 59000);

	struct span json =
		body_of(typed_at("/comments/account/data.json", 1, "yes"), 1, "application/json");
	assert_true(span_starts_with(json, S("{")));
	assert_holds(json, "n 45.");
	assert_lacks(json, "another's");
	assert_true(json.len > 45 * 59000);
}

static void data_is_not_given_all_the_time(void **state)
{
	(void)state;
	join(1, "Rosa");
	const char *at = typed_at("/comments/account/data.json", 1, "yes");
	assert_holds(body_of(typed_at("/comments/account/data.gmi", 1, "yes"), 1, "text/gemini"),
		"\n## Comments, the latest first\n\nNone.\n");
	for (int i = 1; i < 10; i++)
		body_of(at, 1, "application/json");
	assert_says(at, 1, STATUS_SLOW_DOWN, "");
}

static void data_without_a_disk_is_41(void **state)
{
	(void)state;
	join(1, "Rosa");
	assert_int_equal(setenv("TMPDIR", "/nonexistent", 1), 0);
	assert_says(
		typed_at("/comments/account/data.gmi", 1, "yes"), 1, STATUS_SERVER_UNAVAILABLE, "");
	assert_int_equal(setenv("TMPDIR", "/dev/null", 1), 0);
	assert_says(typed_at("/comments/account/data.json", 1, "yes"), 1, STATUS_SERVER_UNAVAILABLE,
		"");
	assert_int_equal(unsetenv("TMPDIR"), 0);
}

static void data_that_does_not_fit_is_41(void **state)
{
	(void)state;
	struct rlimit before, small;
	struct sigaction ignore = {.sa_handler = SIG_IGN}, before_action;
	static char text[60000];
	join(1, "Rosa");
	memset(text, 'w', sizeof text - 1);
	for (int i = 0; i < 3; i++)
		write_one(1, ESSAY, text);
	const char *at = typed_at("/comments/account/data.gmi", 1, "yes");
	const char *json = typed_at("/comments/account/data.json", 1, "yes");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 100000;
	assert_int_equal(sigaction(SIGXFSZ, &ignore, &before_action), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_says(at, 1, STATUS_SERVER_UNAVAILABLE, "");
	assert_says(json, 1, STATUS_SERVER_UNAVAILABLE, "");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(sigaction(SIGXFSZ, &before_action, NULL), 0);
	assert_true(body_of(at, 1, "text/gemini").len > 3 * 59000);
}

static void who_leaves_may_leave_the_comments(void **state)
{
	(void)state;
	join(1, "Rosa");
	write_one(1, ESSAY, "I waited.");
	struct span page = page_of("/comments/account/leave", 1);
	assert_lacks(page, "owner");
	const char *keep = link_of(page, "Leave, and let my comments stay, without my name");
	assert_says(keep, 1, STATUS_INPUT, "without your name? Type yes");
	assert_answer(path_with(keep, "yes"), 1, STATUS_REDIRECT, "/comments/goodbye");
	assert_holds(page_of("/comments/goodbye", 1), "# Goodbye\n");
	assert_is_nobody(1);
	struct store_comment comment;
	assert_int_equal(store_comment_by_id(w.store, HERE, 1, &w.arena, &comment), STORE_OK);
	assert_int_equal(comment.state, STORE_SHOWN);
	assert_int_equal(comment.author.len, 0);
	/* The name is nobody's for a while, and the identity a stranger's. */
	assert_says("/comments/register?Rosa", 1, STATUS_INPUT, "That name is taken.");
	assert_holds(page_of("/comments/", 1), "# Welcome\n");
}

static void an_owner_is_told_how_to_make_another_one(void **state)
{
	(void)state;
	join(1, "Rosa");
	tell_file("UPDATE people SET role = 2 WHERE id = 1");
	assert_holds(page_of("/comments/account/leave", 1),
		"You are an owner of this capsule, which then has one owner less. A new one is "
		"made at the server's shell: \"kindling people owner-code\"");
}

static void who_leaves_may_take_the_comments_away(void **state)
{
	(void)state;
	join(1, "Rosa");
	write_one(1, ESSAY, "I waited.");
	answer_one(person_of(2, "luz"), 1, "So did I.");
	struct span page = page_of("/comments/account/leave", 1);
	const char *erase = link_of(page, "Leave, and delete my comments");
	assert_says(erase, 1, STATUS_INPUT, "delete all of your comments? Type yes");
	assert_answer(path_with(erase, "yes"), 1, STATUS_REDIRECT, "/comments/goodbye");
	assert_is_nobody(1);
	struct store_comment comment;
	assert_int_equal(store_comment_by_id(w.store, HERE, 1, &w.arena, &comment), STORE_OK);
	assert_int_equal(comment.state, STORE_DELETED);
	assert_int_equal(comment.text.len, 0);
	assert_int_equal(store_comment_by_id(w.store, HERE, 2, &w.arena, &comment), STORE_OK);
	assert_int_equal(comment.state, STORE_SHOWN);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(data_is_given_whole),
		TEST(data_is_not_given_all_the_time),
		TEST(data_without_a_disk_is_41),
		TEST(data_that_does_not_fit_is_41),
		TEST(who_leaves_may_leave_the_comments),
		TEST(an_owner_is_told_how_to_make_another_one),
		TEST(who_leaves_may_take_the_comments_away),
	};
	return cmocka_run_group_tests_name("leaving", tests, NULL, NULL);
}
