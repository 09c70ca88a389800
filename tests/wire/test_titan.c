/*
 * Uploads: what is a request, where it is taken, and when it is refused.
 */
#include "writer.h"

#define BIGGEST 65536
#define MUCH    ((size_t)1 << 20)

static const char new_comment[] = UPLOAD_NEW;

static int start(void **state)
{
	static const char *const extra[] = {"--comments-per-hour", "1000", NULL};

	return writer_start(state, extra);
}

static void stored(void **state)
{
	static const char text[] =
		"# Uploaded\n\n* in gemtext\n=> gemini://example.org/ with a link";
	long id;
	char url[URL_SIZE];
	struct answer answer;

	(void)state;
	id = uploaded_comment(&server, &writer, new_comment, text);
	assert_kept(&server, &writer, id, text, sizeof(text) - 1);
	answer = ask(&server, NULL, url_of(url, "/comments/%ld", id));
	assert_answer(&answer, 20, url);
	assert_contains(answer.body, "\n> # Uploaded\n");
	answer_free(&answer);
	/* Edited in the same way. */
	titan_url(url, "/comments/%ld/edit", id);
	assert_int_equal(uploaded_comment(&server, &writer, url, "Better so"), id);
	assert_kept(&server, &writer, id, "Better so", 9);
	/* And passed on. */
	titan_url(url, "/comments/%ld/reply", id);
	assert_true(uploaded_comment(&server, &writer, url, "An answer") > id);
}

static void parameters(void **state)
{
	static const char *const good[] = {"size=9", "mime=text/plain;size=9",
		"token=a%20b;size=9;mime=text/gemini",
		"size=9;mime=application%2Foctet-stream;token=", "size=009",
		"size=9?a=query;of=the/client"};
	char text[16];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct client_options options = from_anywhere(&writer);
		struct answer answer;

		snprintf(text, sizeof(text), "number %02zu", i);
		answer = upload_as(&server, &options, new_comment, good[i], text, 9, 0);
		assert_answer(&answer, 30, good[i]);
		assert_kept(&server, &writer, comment_id(&answer), text, 9);
		answer_free(&answer);
	}
}

static void wrong_parameters(void **state)
{
	static const char *const bad[] = {"", "mime=text/plain", "size=", "size=x", "size=-5",
		"size=5.0", "size=99999999999999999999999", "size=5;size=5", "size=5;colour=red",
		"size=5;edit", "edit;edit", "edit=1", "size=5;", ";size=5", "SIZE=5", "size=5/new",
		"size=5;token=%zz", "size=5;token=%00", "size=5#part", "size=0"};
	struct answer answer;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		const struct client_options options = {.person = &writer};

		answer = upload_as(&server, &options, new_comment, bad[i], "hello", 5, 0);
		assert_answer(&answer, 59, bad[i]);
		answer_free(&answer);
	}
	/* Without any, and in an earlier segment. */
	expect(&server, &writer, new_comment, 59);
	expect(&server, &writer, "titan://localhost/comments;size=5/on/posts/essay/new", 59);
	assert_not_kept(&server, "hello");
}

static void empty(void **state)
{
	const struct client_options options = {.person = &writer};
	struct answer answer = upload_as(&server, &options, new_comment, "size=0", NULL, 0, 0);

	(void)state;
	assert_answer(&answer, 59, "size=0");
	assert_contains(answer.meta, "delet");
	answer_free(&answer);
}

static void elsewhere(void **state)
{
	static const struct {
		const char *path;
		int upload, edit;
	} places[] = {{"/", 50, 51}, {"/posts/essay.gmi", 50, 51}, {"/new.gmi", 50, 51},
		{"/atom.xml", 50, 51}, {"/robots.txt", 50, 51}, {"/search", 50, 50},
		{"/comments/", 50, 50}, {"/comments/on/posts/essay/", 50, 50},
		{"/comments/account/rename", 50, 50}, {"/comments/nothing/here", 51, 51},
		{"/comments/on/posts/missing/new", 51, 51}, {"/comments/999999/reply", 51, 51},
		{"/comments/999999/edit", 51, 51}};
	char url[URL_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		struct answer answer;

		titan_url(url, "%s", places[i].path);
		expect_upload(&server, &writer, url, "hello", places[i].upload);
		answer = ask_edit(&server, &writer, url);
		assert_answer(&answer, places[i].edit, url);
		answer_free(&answer);
	}
	expect_upload(
		&server, &writer, "titan://example.org/comments/on/posts/essay/new", "hello", 53);
	assert_not_kept(&server, "hello");
}

/* The body may come with the line or after it, cut anywhere. */
static void every_split(void **state)
{
	static const char request[] =
		"titan://localhost/comments/on/posts/essay/new;size=5;mime=text/plain\r\nsplit";
	const size_t length = sizeof(request) - 1;
	long first = 0;

	(void)state;
	for (size_t cut = 1; cut < length; cut++) {
		struct client_options options = from_anywhere(&writer);
		struct client client;
		struct answer answer;

		assert_true(client_open(&client, server.port, &options));
		assert_true(client_send(&client, request, cut, 0));
		assert_true(client_send(&client, request + cut, length - cut, 0));
		client_receive(&client, &answer);
		assert_answer(&answer, 30, request);
		/* The same text again is the same comment. */
		first = first == 0 ? comment_id(&answer) : first;
		assert_int_equal(comment_id(&answer), first);
		answer_free(&answer);
		client_close(&client);
	}
	assert_kept(&server, &writer, first, "split", 5);
}

static void byte_by_byte(void **state)
{
	struct client_options options = from_anywhere(&writer);
	struct answer answer =
		upload_as(&server, &options, new_comment, "size=12", "one by one..", 12, 1);

	(void)state;
	assert_answer(&answer, 30, "byte by byte");
	assert_kept(&server, &writer, comment_id(&answer), "one by one..", 12);
	answer_free(&answer);
}

/* The service has decided long before the body comes. */
static void body_later(void **state)
{
	static const char line[] = "titan://localhost/comments/on/posts/essay/new;size=5\r\n";
	struct client_options options = from_anywhere(&writer);
	struct client client;
	struct answer answer;

	(void)state;
	assert_true(client_open(&client, server.port, &options));
	assert_true(client_send(&client, line, sizeof(line) - 1, 0));
	assert_false(client_has_input(&client, 500));
	assert_true(client_send(&client, "later", 5, 0));
	client_receive(&client, &answer);
	assert_answer(&answer, 30, line);
	assert_kept(&server, &writer, comment_id(&answer), "later", 5);
	answer_free(&answer);
	client_close(&client);
}

static void tls_versions(void **state)
{
	static const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
	static const char *const texts[] = {"by TLS 1.2", "by TLS 1.3"};

	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		struct client_options options = from_anywhere(&writer);
		struct answer answer;

		options.version = versions[i];
		answer = upload_as(&server, &options, new_comment, "size=10", texts[i], 10, 3);
		assert_answer(&answer, 30, texts[i]);
		assert_kept(&server, &writer, comment_id(&answer), texts[i], 10);
		answer_free(&answer);
	}
}

static char *make_text(size_t length)
{
	char *text = malloc(length + 1);

	assert_non_null(text);
	for (size_t i = 0; i < length; i++)
		text[i] = i % 64 == 63 && i + 1 < length ? '\n' : (char)('a' + i % 26);
	text[length] = '\0';
	return text;
}

static void biggest(void **state)
{
	char *text = make_text(BIGGEST);
	long id;

	(void)state;
	id = uploaded_comment(&server, &writer, new_comment, text);
	assert_kept(&server, &writer, id, text, BIGGEST);
	free(text);
}

static void too_big(void **state)
{
	static const char *const sizes[] = {
		"size=65537", "size=1048576", "size=4294967296", "size=18446744073709551615"};
	char *text = make_text(MUCH);

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		/* Refused before a byte of it, and all the same after a mebibyte. */
		for (size_t length = 0; length <= MUCH; length += MUCH) {
			struct client_options options = from_anywhere(&writer);
			struct answer answer = upload_as(
				&server, &options, new_comment, sizes[i], text, length, 0);

			assert_answer(&answer, 50, sizes[i]);
			assert_contains(answer.meta, "65,536");
			answer_free(&answer);
		}
	}
	free(text);
}

/* Whoever may not upload hears that before the body, and what is sent nevertheless does not take
 * the answer away. */
static void refused_before_the_body(void **state)
{
	struct person stranger, outdated;
	char *text = make_text(MUCH);

	(void)state;
	assert_true(person_make_ordinary(&stranger, "stranger"));
	assert_true(person_make(&outdated, PERSON_P256, "outdated", -30, -1));
	const struct {
		const struct person *person;
		const char *url;
		int status;
	} refusals[] = {{NULL, new_comment, 60}, {&stranger, new_comment, 61},
		{&outdated, new_comment, 62},
		{&writer, "titan://localhost/comments/on/posts/missing/new", 51},
		{&writer, "titan://localhost/index.gmi", 50},
		{&writer, "titan://localhost:99/comments/on/posts/essay/new", 53}};
	for (size_t i = 0; i < COUNT(refusals); i++) {
		for (size_t length = 0; length <= MUCH; length += MUCH) {
			struct client_options options = from_anywhere(refusals[i].person);
			struct answer answer = upload_as(
				&server, &options, refusals[i].url, "size=60000", text, length, 0);

			assert_answer(&answer, refusals[i].status, refusals[i].url);
			answer_free(&answer);
		}
	}
	free(text);
	person_end(&stranger);
	person_end(&outdated);
}

static void more_than_promised(void **state)
{
	static const char body[] =
		"exactly thisgemini://localhost/\r\ntitan://localhost/;size=1\r\nx";
	char *text = make_text(MUCH);
	struct client_options options = from_anywhere(&writer);
	struct answer answer =
		upload_as(&server, &options, new_comment, "size=12", body, sizeof(body) - 1, 0);

	(void)state;
	assert_answer(&answer, 30, body);
	assert_kept(&server, &writer, comment_id(&answer), body, 12);
	answer_free(&answer);
	options = from_anywhere(&writer);
	answer = upload_as(&server, &options, new_comment, "size=100", text, MUCH, 0);
	assert_answer(&answer, 30, "a mebibyte");
	assert_kept(&server, &writer, comment_id(&answer), text, 100);
	answer_free(&answer);
	free(text);
}

static void not_text(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} bodies[] = {{"\xff\xfe"
		       "a",
			      3},
		{"abc\xc3", 4}, {"a\0b", 3}, {" \n \n", 4}};
	char sized[32];

	(void)state;
	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct client_options options = from_anywhere(&writer);
		struct answer answer;

		snprintf(sized, sizeof(sized), "size=%zu", bodies[i].length);
		answer = upload_as(&server, &options, new_comment, sized, bodies[i].bytes,
			bodies[i].length, 0);
		assert_answer(&answer, 59, sized);
		answer_free(&answer);
	}
}

static void edit_has_no_body(void **state)
{
	const struct client_options options = {.person = &writer};
	char url[URL_SIZE];
	long id = uploaded_comment(&server, &writer, new_comment, "To be edited\nlater");
	struct answer answer;

	(void)state;
	titan_url(url, "/comments/%ld/edit", id);
	answer = upload_as(&server, &options, url, "edit", "not looked at", 13, 0);
	assert_answer(&answer, 20, url);
	assert_string_equal(answer.body, "To be edited\nlater");
	answer_free(&answer);
	assert_kept(&server, &writer, id, "To be edited\nlater", 18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("an upload is stored as it is, and leads on to gemini://", stored),
		TEST("parameters in any order; mime, token and query do not matter", parameters),
		TEST("bad parameters: 59, whatever follows", wrong_parameters),
		TEST("size=0 is 59, and says how to delete", empty),
		TEST("where nothing takes uploads: 50; nothing to edit: 51; another host: 53",
			elsewhere),
		TEST("a request cut in two at any byte", every_split),
		TEST("a request byte by byte", byte_by_byte),
		TEST("the body long after the line", body_later),
		TEST("over TLS 1.2 and 1.3", tls_versions),
		TEST("64 KiB are taken, every byte of them", biggest),
		TEST("one byte more is 50 with the limit, before the body and after it", too_big),
		TEST("refusals come before the body, and a mebibyte does not drown them",
			refused_before_the_body),
		TEST("what comes behind the promised bytes is ignored", more_than_promised),
		TEST("what is no text: 59", not_text),
		TEST("a request to edit has no body", edit_has_no_body),
	};

	return cmocka_run_group_tests_name("titan", tests, start, writer_end);
}
