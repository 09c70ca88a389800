/*
 * page/body and page/reply: bodies read in pieces of any size, and replies that always hold.
 */
#include "testing.h"

#include <fcntl.h>
#include <unistd.h>

#include "page/reply.h"

static struct conf_capsule capsule = {.host = "localhost", .lang = "en"};
static struct arena arena;
static struct request request;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	request = (struct request){.arena = &arena, .capsule = &capsule};
	capsule.lang = "en";
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

/* All of a body, read `step` bytes at a time; NULL where it fails. */
static const char *all_of(struct body *body, size_t step)
{
	static char text[4096];
	size_t len = 0, got;
	enum body_state state;
	do {
		state = body_read(body, text + len, step, &got);
		assert_in_range(got, 0, step);
		len += got;
		assert_in_range(len, 0, sizeof text - step - 1);
	} while (state == BODY_DATA);
	text[len] = '\0';
	body_close(body);
	return state == BODY_END ? text : NULL;
}

static int file_of(const char *text)
{
	char path[] = "/tmp/kindling-body-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	unlink(path);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void a_body_is_the_same_in_pieces_of_any_size(void **state)
{
	(void)state;
	for (size_t step = 1; step < 40; step++) {
		struct body body = {.fd = -1};
		assert_string_equal(all_of(&body, step), "");
		body_of_memory(&body, S("in memory"));
		assert_string_equal(all_of(&body, step), "in memory");
		body_of_file(&body, file_of("in a file\n"), 10);
		assert_string_equal(all_of(&body, step), "in a file\n");
		body_of_file(&body, file_of("# Post\nlast line"), 16);
		assert_true(body_add_section(&body, S("## Comments\n"), &arena));
		assert_string_equal(all_of(&body, step), "# Post\nlast line\n## Comments\n");
		body_of_file(&body, file_of("```\nopen\n"), 9);
		assert_true(body_add_section(&body, S("## Comments\n"), &arena));
		assert_string_equal(all_of(&body, step), "```\nopen\n```\n## Comments\n");
		body_of_file(&body, file_of(""), 0);
		assert_true(body_add_section(&body, S("## Comments\n"), &arena));
		assert_string_equal(all_of(&body, step), "## Comments\n");
	}
}

static void a_file_that_grows_or_shrinks_ends_cleanly(void **state)
{
	(void)state;
	struct body body;
	body_of_file(&body, file_of("0123456789"), 4);
	assert_string_equal(all_of(&body, 3), "0123");
	body_of_file(&body, file_of("0123"), 10);
	assert_string_equal(all_of(&body, 3), "0123");
}

static void a_file_that_cannot_be_read_fails(void **state)
{
	(void)state;
	int fd = open("/tmp", O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	struct body body;
	body_of_file(&body, fd, 10);
	assert_null(all_of(&body, 5));
}

static void a_section_without_memory_changes_nothing(void **state)
{
	(void)state;
	struct arena none;
	arena_init(&none, 0);
	struct body body;
	body_of_memory(&body, S("page"));
	assert_false(body_add_section(&body, S("section"), &none));
	assert_string_equal(all_of(&body, 10), "page");
}

static void a_redirect_is_encoded(void **state)
{
	(void)state;
	struct reply reply = {.body.fd = -1};
	reply_redirect(&request, &reply, STATUS_REDIRECT, S("/a b/\xc3\xa4"), "on/x");
	assert_int_equal(reply.status, 30);
	assert_span_equal(reply.meta, "/a%20b/%C3%A4?on/x");
}

static void a_redirect_that_is_too_long_is_no_redirect(void **state)
{
	(void)state;
	static char path[1000];
	memset(path, ' ', sizeof path);
	path[0] = '/';
	struct reply reply = {.body.fd = -1};
	reply_redirect(&request, &reply, STATUS_REDIRECT, (struct span){path, sizeof path}, NULL);
	assert_int_equal(reply.status, 50);
}

static void gemtext_names_its_language(void **state)
{
	(void)state;
	assert_string_equal(reply_gemtext_type(&request), "text/gemini; lang=en");
	capsule.lang = "en,fr";
	assert_string_equal(reply_gemtext_type(&request), "text/gemini; lang=\"en,fr\"");
	capsule.lang = "";
	assert_string_equal(reply_gemtext_type(&request), "text/gemini");
}

static void a_page_that_did_not_fit_is_a_failure(void **state)
{
	(void)state;
	struct reply reply = {.body.fd = -1};
	struct buf page;
	buf_init(&page, &arena, 4);
	buf_text(&page, "too long");
	reply_page(&request, &reply, &page);
	assert_int_equal(reply.status, 40);
	assert_string_equal(all_of(&reply.body, 10), "");
}

static void another_status_drops_the_body(void **state)
{
	(void)state;
	int fd = file_of("secret");
	struct reply reply = {.status = STATUS_SUCCESS};
	body_of_file(&reply.body, fd, 6);
	reply_status(&request, &reply, STATUS_NOT_FOUND, "gone %d", 1);
	assert_span_equal(reply.meta, "gone 1");
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	assert_string_equal(all_of(&reply.body, 10), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_body_is_the_same_in_pieces_of_any_size),
		TEST(a_file_that_grows_or_shrinks_ends_cleanly),
		TEST(a_file_that_cannot_be_read_fails),
		TEST(a_section_without_memory_changes_nothing),
		TEST(a_redirect_is_encoded),
		TEST(a_redirect_that_is_too_long_is_no_redirect),
		TEST(gemtext_names_its_language),
		TEST(a_page_that_did_not_fit_is_a_failure),
		TEST(another_status_drops_the_body),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
