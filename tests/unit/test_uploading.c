/*
 * Comments that are uploaded: refused before their body wherever that can be.
 */
#include "comments/comments.h"

#include "moderators.h"

#define LIMIT 65536

/* titan://here.example PATH, with what it brings: NULL before the body is here. */
static void upload(const char *path, unsigned char who, uint64_t size, const char *body)
{
	char url[2048];
	snprintf(url, sizeof url, "titan://here.example%s", path);
	prepare_request(url, who);
	request.titan = (struct titan){.present = true, .size = size, .mime = S("image/png")};
	request.has_body = body != NULL;
	request.body = span_of(body);
	comments_answer(comments, &request, &reply);
}

/* Both steps of one that is welcome. */
static void send_upload(const char *path, unsigned char who, const char *body)
{
	upload(path, who, strlen(body), NULL);
	assert_true(reply.wants_body);
	upload(path, who, strlen(body), body);
	assert_false(reply.wants_body);
}

static void assert_refused(enum status status, const char *words)
{
	assert_false(reply.wants_body);
	if (reply.status != status || !holds(reply.meta, words))
		fail_msg("%d %.*s, not %d … %s", (int)reply.status, SPAN_ARG(reply.meta),
			(int)status, words);
}

/* A URL has 1024 bytes: the more its address takes, the less is promised for what is typed. */
static void the_room_for_what_is_typed_is_told(void **state)
{
	static const struct {
		size_t slug;
		const char *port, *words;
	} rows[] = {{100, "", "About 600 characters"}, {100, ":1966", "About 600 characters"},
		{100, ":61966", "About 600 characters"}, {500, ":1966", "About 300 characters"},
		{900, "", "About 49 characters"}};
	static char slug[1000];
	(void)state;
	person_of(1, "rosa");
	another_slug = slug;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		memset(slug, 'x', rows[i].slug);
		slug[rows[i].slug] = '\0';
		const char *path = guard_of(arena_printf(&w.arena, "/comments/on/%s/new", slug), 1);
		prepare_request(
			arena_printf(&w.arena, "gemini://here.example%s%s", rows[i].port, path), 1);
		comments_answer(comments, &request, &reply);
		assert_refused(STATUS_INPUT, rows[i].words);
	}
	another_slug = NULL;
}

static void uploads_are_kept_as_they_are(void **state)
{
	(void)state;
	person_of(1, "rosa");
	send_upload(ESSAY_ON "/new", 1, "# Not a heading\n\nA longer one.\n");
	assert_refused(STATUS_REDIRECT, "");
	assert_span_equal(reply.meta, "gemini://here.example/comments/1");
	assert_span_equal(comment_of(1).text, "# Not a heading\n\nA longer one.");
	send_upload("/comments/1/reply", 1, "Passed on");
	assert_span_equal(reply.meta, "gemini://here.example/comments/2");
	send_upload("/comments/2/edit", 1, "Passed on, and on");
	assert_span_equal(reply.meta, "gemini://here.example/comments/2");
	assert_span_equal(comment_of(2).text, "Passed on, and on");
	/* The way back to another port. */
	prepare_request("titan://here.example:1966/comments/2/edit", 1);
	request.titan = (struct titan){.present = true, .size = 3};
	request.has_body = true;
	request.body = S("New");
	comments_answer(comments, &request, &reply);
	assert_span_equal(reply.meta, "gemini://here.example:1966/comments/2");
}

static void uploads_are_refused_before_their_body(void **state)
{
	(void)state;
	person_of(1, "rosa");
	person_of(2, "luz");
	upload(ESSAY_ON "/new", 1, LIMIT, NULL);
	assert_true(reply.wants_body);
	upload(ESSAY_ON "/new", 1, LIMIT + 1, NULL);
	assert_refused(STATUS_PERMANENT_FAILURE,
		"A comment may have 64 KiB (65,536 bytes); this one has 65537 bytes.");
	upload(ESSAY_ON "/new", 0, 5, NULL);
	assert_refused(STATUS_CERTIFICATE_REQUIRED, "/comments/");
	upload(ESSAY_ON "/new", 3, 5, NULL);
	assert_refused(STATUS_CERTIFICATE_NOT_AUTHORISED, "/comments/");
	upload("/comments/on/posts/missing/new", 1, 5, NULL);
	assert_refused(STATUS_NOT_FOUND, "");
	upload("/comments/1/reply", 1, 5, NULL);
	assert_refused(STATUS_NOT_FOUND, "");
	send_upload(ESSAY_ON "/new", 1, "Mine");
	upload("/comments/1/edit", 2, 5, NULL);
	assert_refused(STATUS_CERTIFICATE_NOT_AUTHORISED, "by rosa");
	upload("/comments/1/delete", 1, 5, NULL);
	assert_refused(STATUS_PERMANENT_FAILURE, "gemini://");
	upload("/comments/1", 1, 5, NULL);
	assert_refused(STATUS_PERMANENT_FAILURE, "gemini://");
	assert_span_equal(comment_of(1).text, "Mine");
}

static void uploads_must_be_text(void **state)
{
	(void)state;
	person_of(1, "rosa");
	upload(ESSAY_ON "/new", 1, 3, "a\xff");
	assert_refused(STATUS_BAD_REQUEST, "UTF-8");
	upload(ESSAY_ON "/new", 1, 3, " \n ");
	assert_refused(STATUS_BAD_REQUEST, "nothing to read");
	assert_int_equal(ask_file("SELECT count(*) FROM comments"), 0);
	/* Banned, or deleted, while the body was on its way. */
	send_upload(ESSAY_ON "/new", 1, "Mine");
	upload("/comments/1/reply", 1, 4, NULL);
	assert_true(reply.wants_body);
	tell_file("UPDATE people SET standing = 1");
	upload("/comments/1/reply", 1, 4, "Late");
	assert_refused(STATUS_CERTIFICATE_NOT_AUTHORISED, "banned");
	assert_int_equal(ask_file("SELECT count(*) FROM comments"), 1);
}

static void assert_editable(const char *path, const char *text)
{
	char url[256];
	snprintf(url, sizeof url, "titan://here.example%s", path);
	prepare_request(url, 1);
	request.titan = (struct titan){.present = true, .edit = true};
	comments_answer(comments, &request, &reply);
	assert_false(reply.wants_body);
	assert_int_equal(reply.status, STATUS_SUCCESS);
	assert_span_equal(reply.meta, "text/gemini");
	assert_span_equal(reply.body.memory, text);
}

static void what_is_to_be_edited_is_given_as_it_is(void **state)
{
	(void)state;
	person_of(1, "rosa");
	person_of(2, "luz");
	send_upload(ESSAY_ON "/new", 1, "=> gemini://example.org/ A link\n```\nas typed");
	send_upload(ESSAY_ON "/new", 2, "Somebody else's");
	assert_editable(ESSAY_ON "/new", "");
	assert_editable("/comments/1/reply", "");
	assert_editable("/comments/1/edit", "=> gemini://example.org/ A link\n```\nas typed");
	prepare_request("titan://here.example/comments/2/edit", 1);
	request.titan = (struct titan){.present = true, .edit = true};
	comments_answer(comments, &request, &reply);
	assert_refused(STATUS_CERTIFICATE_NOT_AUTHORISED, "by luz");
}

static void what_is_closed_or_too_much_is_refused_before_its_body(void **state)
{
	(void)state;
	char body[32];
	capsule.comments_per_hour = 1000;
	person_of(1, "rosa");
	for (int i = 0; i < 60; i++) {
		snprintf(body, sizeof body, "Number %d", i);
		send_upload(ESSAY_ON "/new", 1, body);
	}
	upload(ESSAY_ON "/new", 1, 5, NULL);
	assert_refused(STATUS_SLOW_DOWN, "");
	capsule.commenting = COMMENTING_CLOSED;
	upload(ESSAY_ON "/new", 1, 5, NULL);
	assert_refused(STATUS_PERMANENT_FAILURE, "closed");
	upload("/comments/1/reply", 1, 5, NULL);
	assert_refused(STATUS_PERMANENT_FAILURE, "closed");
	upload("/comments/1/edit", 1, 5, NULL);
	assert_refused(STATUS_PERMANENT_FAILURE, "closed");
}

static void the_hour_of_a_person_is_told_before_a_body(void **state)
{
	(void)state;
	capsule.comments_per_hour = 1;
	person_of(1, "rosa");
	send_upload(ESSAY_ON "/new", 1, "The only one");
	upload(ESSAY_ON "/new", 1, 5, NULL);
	assert_refused(STATUS_SLOW_DOWN, "3600");
	upload("/comments/1/reply", 1, 5, NULL);
	assert_refused(STATUS_SLOW_DOWN, "3600");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_room_for_what_is_typed_is_told),
		TEST(uploads_are_kept_as_they_are),
		TEST(uploads_are_refused_before_their_body),
		TEST(uploads_must_be_text),
		TEST(what_is_to_be_edited_is_given_as_it_is),
		TEST(what_is_closed_or_too_much_is_refused_before_its_body),
		TEST(the_hour_of_a_person_is_told_before_a_body),
	};
	return cmocka_run_group_tests_name("uploading", tests, NULL, NULL);
}
