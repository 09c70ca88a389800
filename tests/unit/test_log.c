/*
 * base/log: one line for each event, and nothing foreign in it.
 */
#include "capture.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/log.h"
#include "terminal.h"

static void one_line(const char *text)
{
	size_t len = strlen(text);
	assert_true(len > 0);
	assert_ptr_equal(strchr(text, '\n'), text + len - 1);
	for (size_t i = 0; i + 1 < len; i++)
		assert_in_range((unsigned char)text[i], 0x20, 0x7e);
}

static const struct log_request hostile = {
	.address = "192.0.2.0",
	.host = {"localhost", 9},
	.path = {"/x\nFORGED \x1b[31m\xc3\xa4\"", 18},
	.query = {"a\\b", 3},
	.status = 51,
	.bytes = 30,
	.milliseconds = 2,
	.note = "note\r\n",
};

static void a_foreign_byte_is_escaped_in_text(void **state)
{
	(void)state;
	log_configure(LOG_TEXT, LOG_INFO);
	capture_begin();
	log_access(&hostile);
	const char *text = capture_end();
	one_line(text);
	assert_non_null(
		strstr(text, "192.0.2.0 51 30B 2ms \"localhost/x\\x0aFORGED \\x1b[31m\\xc3\\xa4"));
	assert_non_null(strstr(text, "?a\\\\b\""));
}

static void a_foreign_byte_is_escaped_in_json(void **state)
{
	(void)state;
	log_configure(LOG_JSON, LOG_INFO);
	capture_begin();
	log_access(&hostile);
	const char *text = capture_end();
	one_line(text);
	assert_non_null(
		strstr(text, "\"url\":\"localhost/x\\u000aFORGED \\u001b[31m\\u00c3\\u00a4\\\"?a"));
	assert_non_null(strstr(
		text, "\"status\":51,\"bytes\":30,\"ms\":2,\"note\":\"note\\u000d\\u000a\"}"));
}

static void a_line_that_is_too_long_is_cut(void **state)
{
	(void)state;
	static char path[20000];
	memset(path, '\x01', sizeof path);
	struct log_request request = hostile;
	request.path = (struct span){path, sizeof path};
	log_configure(LOG_TEXT, LOG_INFO);
	capture_begin();
	log_access(&request);
	const char *text = capture_end();
	one_line(text);
	assert_in_range(strlen(text), 3990, 4000);
}

static void off_leaves_warnings(void **state)
{
	(void)state;
	log_configure(LOG_OFF, LOG_DEBUG);
	capture_begin();
	log_access(&hostile);
	log_message(LOG_INFO, "quiet");
	log_message(LOG_WARNING, "heard");
	const char *text = capture_end();
	one_line(text);
	assert_non_null(strstr(text, "warning: heard"));
	assert_null(strstr(text, "quiet"));
}

static void a_request_that_could_not_be_parsed_has_no_url(void **state)
{
	(void)state;
	log_configure(LOG_TEXT, LOG_INFO);
	capture_begin();
	log_access(&(struct log_request){.address = "", .status = 59});
	assert_non_null(strstr(capture_end(), " 59 0B 0ms \"-\"\n"));
}

static void a_stuck_reader_costs_lines_and_no_time(void **state)
{
	(void)state;
	log_configure(LOG_TEXT, LOG_INFO);
	capture_begin();
	log_open();
	for (int i = 0; i < 5000; i++)
		log_access(&hostile);
	static char text[1 << 20];
	assert_true(read(pipe_ends[0], text, sizeof text) > 0);
	log_message(LOG_INFO, "heard again");
	const char *after = capture_end();
	log_open();
	assert_ptr_equal(strstr(after, "("), after);
	assert_non_null(strstr(after, " lines of this log were lost)\n"));
	assert_non_null(strstr(after, "info: heard again\n"));
}

/* A terminal takes a line in part, where a pipe takes it whole or not at all. */
static void a_stuck_terminal_costs_no_time_either(void **state)
{
	(void)state;
	int terminal, screen;
	terminal_open(&terminal, &screen);
	int saved = dup(STDERR_FILENO);
	dup2(screen, STDERR_FILENO);
	log_configure(LOG_TEXT, LOG_INFO);
	log_open();
	for (int i = 0; i < 5000; i++)
		log_access(&hostile);
	dup2(saved, STDERR_FILENO);
	log_open();
	close(saved);
	close(screen);
	char text[256];
	assert_true(read(terminal, text, sizeof text) > 0);
	close(terminal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stuck_reader_costs_lines_and_no_time),
		cmocka_unit_test(a_stuck_terminal_costs_no_time_either),
		cmocka_unit_test(a_foreign_byte_is_escaped_in_text),
		cmocka_unit_test(a_foreign_byte_is_escaped_in_json),
		cmocka_unit_test(a_line_that_is_too_long_is_cut),
		cmocka_unit_test(off_leaves_warnings),
		cmocka_unit_test(a_request_that_could_not_be_parsed_has_no_url),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
