/*
 * Unicode: what is valid, what hides, and which texts are the same.
 */
#include "testing.h"

#include "text/unicode.h"

#define LIMIT 65536

static void valid(void **state)
{
	(void)state;
	static const char *const good[] = {"", "a", "plain ASCII that is longer than a word",
		"12345678\xc3\xa9", "\xc2\x80", "\xe2\x82\xac", "\xed\x9f\xbf", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf", "\xef\xbb\xbf"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		if (!unicode_is_valid(span_of(good[i])))
			fail_msg("row %zu is valid: %s", i, good[i]);
	static const char *const bad[] = {"\x80", "\xff", "a\xc3", "12345678\xc3", "\xc0\xaf",
		"\xc1\xbf", "\xe0\x80\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf0\x80\x80\xaf",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (unicode_is_valid(span_of(bad[i])))
			fail_msg("row %zu is not valid", i);
}

static void next(void **state)
{
	(void)state;
	struct span rest = S("a\xe2\x82\xac\xe2\x82z");
	struct span bytes;
	uint32_t code_point;
	assert_true(unicode_next(&rest, &code_point));
	assert_int_equal(code_point, 'a');
	assert_true(unicode_next_bytes(&rest, &code_point, &bytes));
	assert_int_equal(code_point, 0x20ac);
	assert_span_equal(bytes, "\xe2\x82\xac");
	for (int wrong = 0; wrong < 2; wrong++) {
		assert_true(unicode_next_bytes(&rest, &code_point, &bytes));
		assert_int_equal(code_point, 0xfffd);
		assert_span_equal(bytes, "\xef\xbf\xbd");
	}
	assert_true(unicode_next(&rest, &code_point));
	assert_int_equal(code_point, 'z');
	assert_false(unicode_next(&rest, &code_point));
}

static void invisible_controls(void **state)
{
	(void)state;
	static const uint32_t hidden[] = {0x00, 0x1b, 0x1f, 0x7f, 0x85, 0x9f, 0xad, 0x61c, 0x115f,
		0x200b, 0x200d, 0x200e, 0x2028, 0x2029, 0x202a, 0x202e, 0x2065, 0x2066, 0x2069,
		0x3164, 0xd800, 0xe000, 0xfdd0, 0xfeff, 0xfff0, 0xffff, 0xe0041, 0xe0fff, 0x10ffff};
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++)
		if (!unicode_is_invisible_control(hidden[i]))
			fail_msg("U+%04X is hidden", (unsigned)hidden[i]);
	/* The last two: a variation selector, and an emoji younger than many a libunistring. */
	static const uint32_t seen[] = {
		' ', '~', 0xa0, 0xe9, 0x301, 0x5d0, 0x3000, 0xfffd, 0x1f600, 0xfe0f, 0x1fa77};
	for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
		if (unicode_is_invisible_control(seen[i]))
			fail_msg("U+%04X is not hidden", (unsigned)seen[i]);
}

static void classes(void **state)
{
	(void)state;
	assert_true(unicode_is_space(' '));
	assert_true(unicode_is_space('\t'));
	assert_true(unicode_is_space('\r'));
	assert_true(unicode_is_space(0xa0));
	assert_true(unicode_is_space(0x2028));
	assert_true(unicode_is_space(0x3000));
	assert_false(unicode_is_space('a'));
	assert_false(unicode_is_space(0x200b));
	assert_true(unicode_is_mark(0x301));
	assert_true(unicode_is_mark(0x20dd));
	assert_false(unicode_is_mark('e'));
	assert_false(unicode_is_mark(0xe9));
	assert_true(unicode_is_joiner(0x200c));
	assert_true(unicode_is_joiner(0x200d));
	assert_false(unicode_is_joiner(0x200e));
}

static void letters_and_blanks(void **state)
{
	(void)state;
	static const uint32_t letters[] = {'a', '7', 0xe9, 0x430, 0x5d0, 0x5c71};
	for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
		if (!unicode_is_letter(letters[i]))
			fail_msg("U+%04X is a letter", (unsigned)letters[i]);
	static const uint32_t others[] = {' ', '!', '-', 0x301, 0x337, 0x2019, 0x1f600};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (unicode_is_letter(others[i]))
			fail_msg("U+%04X is no letter", (unsigned)others[i]);
	static const uint32_t blanks[] = {
		0x34f, 0x180b, 0x2800, 0xfe00, 0xfffc, 0x13441, 0x13442, 0x16fe4, 0x1d159, 0xe01ef};
	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
		if (!unicode_is_blank(blanks[i]))
			fail_msg("U+%04X is blank", (unsigned)blanks[i]);
	static const uint32_t seen[] = {'a', 0x301, 0x2801, 0xfe0e, 0xfe0f, 0x1d15a};
	for (size_t i = 0; i < sizeof seen / sizeof seen[0]; i++)
		if (unicode_is_blank(seen[i]))
			fail_msg("U+%04X is not blank", (unsigned)seen[i]);
}

static void alphabets(void **state)
{
	(void)state;
	assert_true(unicode_mixes_alphabets(S("R\xd0\xbesa")));    /* a Cyrillic o */
	assert_true(unicode_mixes_alphabets(S("R\xce\xbfsa")));    /* a Greek one */
	assert_false(unicode_mixes_alphabets(S("R\xc3\xb3sa 2"))); /* an accent */
	assert_false(unicode_mixes_alphabets(S("\xd0\xa0\xd0\xbe\xd0\xb7\xd0\xb0 2!")));
	assert_false(unicode_mixes_alphabets(S("\xce\xa1\xcf\x8c\xce\xb6\xce\xb1")));
	assert_false(unicode_mixes_alphabets(S("\xe5\xb1\xb1 Rosa")));
	assert_false(unicode_mixes_alphabets(S("")));
}

static void assert_nfc(const char *text, const char *expected)
{
	struct arena arena;
	struct span out;
	arena_init(&arena, LIMIT);
	assert_true(unicode_to_nfc(span_of(text), &arena, &out));
	assert_span_equal(out, expected);
	arena_end(&arena);
}

static void normal_form(void **state)
{
	(void)state;
	assert_nfc("", "");
	assert_nfc("plain", "plain");
	assert_nfc("e\xcc\x81", "\xc3\xa9");
	assert_nfc("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "\xed\x95\x9c");
	assert_nfc("\xe2\x84\xab", "\xc3\x85");     /* Angstrom sign */
	assert_nfc("\xef\xac\x81", "\xef\xac\x81"); /* a ligature stays */
}

static void normal_form_refused(void **state)
{
	(void)state;
	struct arena arena;
	struct span out;
	arena_init(&arena, LIMIT);
	assert_false(unicode_to_nfc(S("e\xcc"), &arena, &out));
	assert_false(unicode_fold(S("e\xcc"), &arena, &out));
	arena_end(&arena);
	arena_init(&arena, 4);
	assert_false(unicode_to_nfc(S("plain text"), &arena, &out));
	assert_false(unicode_to_nfc(S("\xc3\xa9\xc3\xa9\xc3\xa9"), &arena, &out));
	assert_false(unicode_fold(S("plain text"), &arena, &out));
	arena_end(&arena);
}

static void assert_same(const char *a, const char *b)
{
	struct arena arena;
	struct span folded_a, folded_b, again;
	arena_init(&arena, LIMIT);
	assert_true(unicode_fold(span_of(a), &arena, &folded_a));
	assert_true(unicode_fold(span_of(b), &arena, &folded_b));
	assert_span_equal(folded_a, arena_copy(&arena, folded_b));
	assert_true(unicode_fold(folded_a, &arena, &again));
	assert_span_equal(again, arena_copy(&arena, folded_a));
	arena_end(&arena);
}

static void fold(void **state)
{
	(void)state;
	assert_same("", "\xe2\x80\x8b");
	assert_same("ROSA", "rosa");
	assert_same("Stra\xc3\x9f"
		    "e",
		"STRASSE");
	assert_same("\xc3\x89"
		    "mile",
		"e\xcc\x81mile");
	assert_same("\xef\xbc\xa1\xef\xbc\xa2", "ab"); /* full width */
	assert_same("\xef\xac\x81n", "Fin");
	assert_same("ro\xe2\x80\x8bsa", "rosa");
	assert_same("\xce\xa3\xce\xaf\xcf\x82", "\xcf\x83\xce\xaf\xcf\x83");
	assert_same("\xe2\x9d\xa4\xef\xb8\x8f", "\xe2\x9d\xa4"); /* a heart, with its selector */
	assert_same("a\xe3\x85\xa4", "a");                       /* a blank letter */
	assert_same("Rosa\xf0\x9d\x85\x99", "rosa");             /* a null notehead */
	assert_same("adm\xc4\xb1n", "ADM\xc4\xb0N");             /* without a dot, and with one */
	assert_same("admi\xcc\x87n", "admin");                   /* with a second one */
	assert_same("\xc4\xb1\xcc\x81", "\xc3\xad");
	assert_same("\xf0\x9d\x9a\xa4", "i"); /* mathematical, dotless */
}

static void graphemes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t count;
	} rows[] = {
		{"", 0},
		{"abc", 3},
		{"a\r\nb", 3},
		{"e\xcc\x81", 1},
		{"\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", 1},             /* with a skin tone */
		{"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 1}, /* joined */
		{"\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab\xf0\x9f\x87\xb7", 2}, /* flags */
		{"\xed\x95\x9c\xea\xb5\xad", 2},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(unicode_count_graphemes(span_of(rows[i].text)), rows[i].count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),
		cmocka_unit_test(next),
		cmocka_unit_test(invisible_controls),
		cmocka_unit_test(classes),
		cmocka_unit_test(letters_and_blanks),
		cmocka_unit_test(alphabets),
		cmocka_unit_test(normal_form),
		cmocka_unit_test(normal_form_refused),
		cmocka_unit_test(fold),
		cmocka_unit_test(graphemes),
	};
	return cmocka_run_group_tests_name("unicode", tests, NULL, NULL);
}
