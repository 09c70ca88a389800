/*
 * The response header: always one line of at most 1024 bytes of META, whatever META is.
 */
#include "testing.h"

#include "proto/header.h"
#include "text/unicode.h"

static struct span written(enum status status, struct span meta)
{
	static char out[HEADER_SIZE_MAX];
	return (struct span){out, header_write(status, meta, out)};
}

static void ordinary(void **state)
{
	(void)state;
	assert_span_equal(
		written(STATUS_SUCCESS, S("text/gemini; lang=en")), "20 text/gemini; lang=en\r\n");
	assert_span_equal(written(STATUS_SLOW_DOWN, S("1800")), "44 1800\r\n");
	assert_span_equal(written(STATUS_INPUT, S("Gr\xc3\xbc\xc3\x9f"
						  "e?")),
		"10 Gr\xc3\xbc\xc3\x9f"
		"e?\r\n");
}

static void empty_meta_is_the_sentence(void **state)
{
	(void)state;
	assert_span_equal(
		written(STATUS_NOT_FOUND, S("")), "51 No such page. The home page is at /\r\n");
	assert_span_equal(written(STATUS_SLOW_DOWN, S("\xef\xbb\xbf")), "44 60\r\n");
}

static void hostile_meta(void **state)
{
	(void)state;
	static const struct {
		const char *meta, *header;
	} rows[] = {
		{"/x\r\n20 text/gemini\r\n# Hello", "30 /x  20 text/gemini  # Hello\r\n"},
		{"\x1b[31mred\x7f", "30  [31mred \r\n"},
		{"a\xc2\x85"
		 "b\xe2\x80\xa8"
		 "c",
			"30 a b c\r\n"},
		{"a\xe2\x80\xae"
		 "b",
			"30 a b\r\n"},
		{"\xef\xbb\xbf/x", "30 /x\r\n"},
		{"\xef\xbb\xbf\xef\xbb\xbf/x", "30  /x\r\n"},
		{"/\xff\xc3", "30 /\xef\xbf\xbd\xef\xbf\xbd\r\n"},
		{"\t", "30  \r\n"},
		{"a\x7f"
		 "b",
			"30 a b\r\n"},
		/* What joins two characters into one is part of many a name. */
		{"a\xe2\x80\x8d"
		 "b",
			"30 a\xe2\x80\x8d"
			"b\r\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_span_equal(written(STATUS_REDIRECT, span_of(rows[i].meta)), rows[i].header);
	assert_span_equal(written(STATUS_REDIRECT, S("a\0b")), "30 a b\r\n");
}

static void long_meta_is_cut(void **state)
{
	(void)state;
	char meta[3000];
	memset(meta, 'x', sizeof meta);
	struct span header = written(STATUS_INPUT, (struct span){meta, 1024});
	assert_int_equal(header.len, HEADER_SIZE_MAX);
	header = written(STATUS_INPUT, (struct span){meta, sizeof meta});
	assert_int_equal(header.len, HEADER_SIZE_MAX);
	assert_span_equal(span_skip(header, header.len - 3), "x\r\n");
	/* Two bytes a character, shifted by one: the last one has no room for its second half. */
	for (size_t i = 1; i + 1 < sizeof meta; i += 2)
		memcpy(meta + i, "\xc3\xa9", 2);
	header = written(STATUS_INPUT, (struct span){meta, sizeof meta});
	assert_int_equal(header.len, HEADER_SIZE_MAX - 1);
	assert_true(unicode_is_valid(header));
	assert_span_equal(span_skip(header, header.len - 4), "\xc3\xa9\r\n");
	/* Wrong bytes grow to three each. */
	memset(meta, 0xff, sizeof meta);
	header = written(STATUS_INPUT, (struct span){meta, sizeof meta});
	assert_int_equal(header.len, 3 + 1023 + 2);
	assert_true(unicode_is_valid(header));
}

static void known_statuses(void **state)
{
	(void)state;
	int known = 0;
	for (int number = -1; number < 100; number++) {
		if (!status_is_known(number))
			continue;
		known++;
		struct span header = written((enum status)number, S("x"));
		char expected[8];
		snprintf(expected, sizeof expected, "%d x\r\n", number);
		assert_span_equal(header, expected);
		assert_true(strlen(status_sentence((enum status)number)) > 0);
	}
	assert_int_equal(known, 18);
	assert_false(status_is_known(21));
	assert_false(status_is_known(63));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary),
		cmocka_unit_test(empty_meta_is_the_sentence),
		cmocka_unit_test(hostile_meta),
		cmocka_unit_test(long_meta_is_cut),
		cmocka_unit_test(known_statuses),
	};
	return cmocka_run_group_tests_name("header", tests, NULL, NULL);
}
