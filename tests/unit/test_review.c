/*
 * Texts looked over: what is wrong, and on which line it begins.
 */
#include "testing.h"

#include "proto/review.h"

static void nothing_is_wrong(void **state)
{
	(void)state;
	static const char *const texts[] = {"", "\n", "# A\n=> b c\n\ttext\n", "# A\r\n=> b\r\n",
		"```\ncode => \n```\ntext", "caf\xc3\xa9 \xe2\x80\x94 \xf0\x9f\x92\x9b", "last\r"};
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct review review;
		review_text(span_of(texts[i]), true, &review);
		if (review.mark || review.not_utf8 > 0 || review.control > 0 ||
			review.lone_return > 0 || review.unclosed > 0 || review.bare_arrow > 0)
			fail_msg("text %zu", i);
	}
}

static void each_flaw_has_its_first_line(void **state)
{
	(void)state;
	struct review review;
	review_text(S("\xef\xbb\xbf# A\n\n=>\n=> "
		      "\na\rb\nc\rd\ncaf\xe9\n\x1b[m\x07\n```\nx\n```\n```\n"),
		true, &review);
	assert_true(review.mark);
	assert_int_equal(review.bare_arrow, 3);
	assert_int_equal(review.lone_return, 5);
	assert_int_equal(review.not_utf8, 7);
	assert_int_equal(review.control, 8);
	assert_int_equal(review.control_code, 0x1b);
	assert_int_equal(review.unclosed, 12);
}

static void controls_of_both_kinds(void **state)
{
	(void)state;
	const struct {
		struct span text;
		uint32_t code;
	} rows[] = {{S("\0"), 0}, {S("\x7f"), 0x7f}, {S("\xc2\x9b"), 0x9b}, {S("\f"), 0xc}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct review review;
		review_text(rows[i].text, false, &review);
		assert_int_equal(review.control, 1);
		assert_int_equal(review.control_code, rows[i].code);
	}
}

/* Between fences and in other texts an arrow is no link, and outside gemtext a fence is no fence.
 */
static void gemtext_alone_has_links(void **state)
{
	(void)state;
	struct review review;
	review_text(S("```\n=>\n```\n"), true, &review);
	assert_int_equal(review.bare_arrow, 0);
	review_text(S("=>\n```\n"), false, &review);
	assert_int_equal(review.bare_arrow, 0);
	assert_int_equal(review.unclosed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wrong),
		cmocka_unit_test(each_flaw_has_its_first_line),
		cmocka_unit_test(controls_of_both_kinds),
		cmocka_unit_test(gemtext_alone_has_links),
	};
	return cmocka_run_group_tests_name("review", tests, NULL, NULL);
}
