/*
 * The request line: complete, not yet, or never, and the same however it is cut into packets.
 */
#include "testing.h"

#include "proto/request_line.h"

#define URL "gemini://localhost/"

struct seen {
	enum request_line_state state;
	struct span uri;
	size_t used;
	const char *why;
};

static struct seen scan(struct span received)
{
	struct seen seen = {.why = NULL};
	seen.state = request_line_scan(received, &seen.uri, &seen.used, &seen.why);
	if (seen.state == REQUEST_LINE_BAD)
		assert_non_null(seen.why);
	return seen;
}

static void complete(void **state)
{
	(void)state;
	struct seen seen = scan(S(URL "\r\n"));
	assert_int_equal(seen.state, REQUEST_LINE_COMPLETE);
	assert_span_equal(seen.uri, URL);
	assert_int_equal(seen.used, sizeof URL - 1 + 2);
	seen = scan(S(URL "\r\nbytes\0\xff after\r\n"));
	assert_int_equal(seen.state, REQUEST_LINE_COMPLETE);
	assert_span_equal(seen.uri, URL);
	assert_int_equal(seen.used, sizeof URL - 1 + 2);
	seen = scan(S("\r\n")); /* an empty URL is the parser's business */
	assert_int_equal(seen.state, REQUEST_LINE_COMPLETE);
	assert_int_equal(seen.uri.len, 0);
	seen = scan(S(URL "caf\xc3\xa9\r\n"));
	assert_int_equal(seen.state, REQUEST_LINE_COMPLETE);
	assert_span_equal(seen.uri, URL "caf\xc3\xa9");
}

static void more(void **state)
{
	(void)state;
	static const char *const rows[] = {
		"", "g", URL, URL "\r", URL "\n", URL "\ngemini://x/\n", URL "\xc3"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(scan(span_of(rows[i])).state, REQUEST_LINE_MORE);
}

static void bad(void **state)
{
	(void)state;
	const struct span rows[] = {SPAN_LIT(URL "\rx"), SPAN_LIT(URL "\r\r\n"), SPAN_LIT(URL "\0"),
		SPAN_LIT(URL "\t\r\n"), SPAN_LIT(URL "\x1b"), SPAN_LIT("\x7f"),
		SPAN_LIT(URL "\n\r\n"), SPAN_LIT(URL "\n\0"), SPAN_LIT("\xef\xbb\xbf" URL "\r\n"),
		SPAN_LIT(URL "\xff\r\n"), SPAN_LIT(URL "\xc3\r\n"),
		SPAN_LIT(URL "\xed\xa0\x80\r\n"), SPAN_LIT("\x16\x03\x01"),
		SPAN_LIT("GET / HTTP/1.1\nHost: x\r\n")};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (scan(rows[i]).state != REQUEST_LINE_BAD)
			fail_msg("row %zu is bad", i);
}

static void at_the_limit(void **state)
{
	(void)state;
	char line[REQUEST_LINE_MAX + 10];
	memset(line, 'x', sizeof line);
	memcpy(line + REQUEST_URI_MAX, "\r\n", 2);
	struct seen seen = scan((struct span){line, sizeof line});
	assert_int_equal(seen.state, REQUEST_LINE_COMPLETE);
	assert_int_equal(seen.uri.len, REQUEST_URI_MAX);
	assert_int_equal(seen.used, REQUEST_LINE_MAX);
	assert_int_equal(scan((struct span){line, REQUEST_LINE_MAX - 1}).state, REQUEST_LINE_MORE);

	memcpy(line + REQUEST_URI_MAX, "x\r\n", 3);
	assert_int_equal(scan((struct span){line, REQUEST_LINE_MAX - 1}).state, REQUEST_LINE_MORE);
	assert_int_equal(scan((struct span){line, REQUEST_LINE_MAX}).state, REQUEST_LINE_BAD);
	assert_int_equal(scan((struct span){line, sizeof line}).state, REQUEST_LINE_BAD);

	memset(line, '\n', sizeof line);
	assert_int_equal(scan((struct span){line, REQUEST_LINE_MAX - 1}).state, REQUEST_LINE_MORE);
	assert_int_equal(scan((struct span){line, REQUEST_LINE_MAX}).state, REQUEST_LINE_BAD);
}

static void in_any_number_of_packets(void **state)
{
	(void)state;
	struct span whole = S(URL "caf\xc3\xa9?a%20b\r\n");
	for (size_t len = 0; len < whole.len; len++)
		assert_int_equal(scan(span_take(whole, len)).state, REQUEST_LINE_MORE);
	assert_int_equal(scan(whole).state, REQUEST_LINE_COMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(complete),
		cmocka_unit_test(more),
		cmocka_unit_test(bad),
		cmocka_unit_test(at_the_limit),
		cmocka_unit_test(in_any_number_of_packets),
	};
	return cmocka_run_group_tests_name("request_line", tests, NULL, NULL);
}
