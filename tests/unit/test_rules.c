/*
 * The rules for names and comments.
 */
#include "comments/rules.h"

#include "testing.h"

struct check {
	struct arena arena;
	const char *wrong;
	struct span name, folded, text;
};

static struct check check;

static int set_up(void **state)
{
	(void)state;
	arena_init(&check.arena, 16 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_end(&check.arena);
	return 0;
}

static const char *name(struct span typed)
{
	static const char *const names[] = {"localhost", "capsule.example", "*.wild.example"};
	return rules_check_name(
		typed, (struct host_names){names, 3}, &check.arena, &check.name, &check.folded);
}

static const char *comment(struct span typed)
{
	return rules_check_comment(typed, &check.arena, &check.text);
}

/* `unit` so many times. */
static struct span repeated(const char *unit, size_t times)
{
	struct buf buf;
	buf_init(&buf, &check.arena, 1 << 20);
	for (size_t i = 0; i < times; i++)
		buf_text(&buf, unit);
	return buf_view(&buf);
}

static void names_are_accepted(void **state)
{
	(void)state;
	static const char *const names[] = {"Rosa", "Ibrahim", "J\xc3\xbcrgen",
		"\xe5\xb1\xb1\xe7\x94\xb0",
		"\xd8\xa5\xd8\xa8\xd8\xb1\xd8\xa7\xd9\x87\xd9\x8a\xd9\x85", "O'Brien-Smith",
		"\xe2\x9d\xa4\xef\xb8\x8f", /* a heart with its emoji selector */
		"# Rosa", "=> Rosa", "Administratorin", "x", "Rosa 2", "The Owner's Cat",
		"Root Beer", "Rosa & you"};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *wrong = name(span_of(names[i]));
		if (wrong != NULL)
			fail_msg("%s: %s", names[i], wrong);
		assert_span_equal(check.name, names[i]);
	}
}

static void blanks_become_single_spaces(void **state)
{
	(void)state;
	assert_null(name(S(" \t Rosa\xc2\xa0\xe3\x80\x80 \n Luz\r\n")));
	assert_span_equal(check.name, "Rosa Luz");
}

static void names_are_in_normal_form_c(void **state)
{
	(void)state;
	assert_null(name(S("Jose\xcc\x81")));
	assert_span_equal(check.name, "Jos\xc3\xa9");
}

static void names_that_look_alike_fold_alike(void **state)
{
	(void)state;
	static const char *const alike[] = {"ROSA",
		"\xef\xbc\xb2\xef\xbd\x8f\xef\xbd\x93\xef\xbd\x81", "Rosa\xef\xb8\x8f", " rosa "};
	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++) {
		assert_null(name(span_of(alike[i])));
		assert_span_equal(check.folded, "rosa");
	}
	assert_null(name(S("Stra\xc3\x9f"
			   "e")));
	assert_span_equal(check.folded, "strasse");
}

static void the_length_is_counted_in_graphemes(void **state)
{
	(void)state;
	assert_null(name(repeated("x", 32)));
	assert_non_null(strstr(name(repeated("x", 33)), "too long"));
	assert_null(name(repeated("q\xcc\x88", 32))); /* no composed form: 64 code points */
	assert_non_null(strstr(name(repeated("q\xcc\x88", 33)), "too long"));
	assert_non_null(strstr(name(repeated("x", NAME_BYTES_MAX + 1)), "too long"));
}

static void empty_names_are_refused(void **state)
{
	(void)state;
	assert_non_null(name(S("")));
	assert_non_null(name(S(" \t\n")));
	assert_non_null(name(S("\xc2\xa0\xe2\x80\x83")));
}

static void characters_that_cannot_be_seen_are_refused(void **state)
{
	(void)state;
	static const char *const hostile[] = {"Ro\x01sa", "Ro\x1b[31msa", "Ro\x7fsa",
		"Ro\xc2\x85sa", "Ro\xe2\x80\x8bsa", /* zero width space */
		"Ro\xe2\x80\x8dsa",                 /* zero width joiner */
		"\xe2\x80\xaesoR",                  /* right-to-left override */
		"Ro\xe2\x81\xa6sa",                 /* left-to-right isolate */
		"Ro\xd8\x9csa",                     /* Arabic letter mark */
		"\xef\xbb\xbfRosa",                 /* byte-order mark */
		"Ro\xcd\x8fsa",                     /* grapheme joiner */
		"Ro\xef\xb8\x80sa",                 /* variation selector 1 */
		"\xe3\x85\xa4",                     /* Hangul filler */
		"\xe2\xa0\x80",                     /* blank braille */
		"Ro\xf3\xa0\x81\x81sa",             /* tag letter */
		"Ro\xf3\xa0\x84\x80sa",             /* variation selector 17 */
		"Ro\xf0\x9d\x85\x99sa",             /* null notehead */
		"Rosa\xf0\x96\xbf\xa4",             /* Khitan filler */
		"Rosa\xf0\x93\x91\x81",             /* Egyptian blank */
		"Rosa\xf0\x93\x91\x82",             /* half of it */
		"Rosa\xef\xbf\xbc",                 /* object replacement */
		"Ro\xee\x80\x80sa"};                /* private use */
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		const char *wrong = name(span_of(hostile[i]));
		if (wrong == NULL || strstr(wrong, "cannot be seen") == NULL)
			fail_msg("%zu: %s", i, wrong == NULL ? "accepted" : wrong);
	}
}

static void stacked_and_loose_accents_are_refused(void **state)
{
	(void)state;
	assert_non_null(strstr(name(S("\xcc\x81Rosa")), "begins with an accent"));
	assert_non_null(strstr(name(S(" \xcc\x81Rosa")), "begins with an accent"));
	assert_non_null(strstr(name(S("q\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81")), "too many"));
	assert_null(name(S("q\xcc\x81\xcc\x81\xcc\x81\xcc\x81")));
}

static void what_is_not_utf8_is_refused(void **state)
{
	(void)state;
	assert_non_null(strstr(name(S("Ros\xe4")), "UTF-8"));
	assert_non_null(strstr(name(S("\xed\xa0\x80")), "UTF-8"));
	assert_non_null(strstr(comment(S("Ros\xe4")), "UTF-8"));
}

static void names_of_the_capsule_are_kept(void **state)
{
	(void)state;
	static const char *const kept[] = {"owner", "Owner", "ADMIN", "Ad min", "admin.",
		"The Owner", "\xef\xbd\x81\xef\xbd\x84\xef\xbd\x8d\xef\xbd\x89\xef\xbd\x8e",
		"capsule.example", "Capsule.Example", "capsule.example.", "local host",
		"localhost!", "Capsule Example", "any.wild.example", "Adm\xc4\xb1n", "ADM\xc4\xb0N",
		"admins", "owner\xcc\xb7", "owner \xe2\x9d\xa4", "A comment", "Admin1",
		"moderator team", "your friendly webmaster", "42 moderators", "You"};
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *wrong = name(span_of(kept[i]));
		if (wrong == NULL || strstr(wrong, "is kept") == NULL)
			fail_msg("%s: %s", kept[i], wrong == NULL ? "accepted" : wrong);
	}
	/* The capsule's name in Unicode, where its host is punycode. */
	static const char *const punycode[] = {"xn--bcher-kva.example"};
	assert_non_null(rules_check_name(S("B\xc3\xbc"
					   "cher.example"),
		(struct host_names){punycode, 1}, &check.arena, &check.name, &check.folded));
}

static void assert_refused(const char *typed, const char *words)
{
	const char *wrong = name(span_of(typed));
	if (wrong == NULL || strstr(wrong, words) == NULL)
		fail_msg("%s: %s", typed, wrong == NULL ? "accepted" : wrong);
}

/* Each person has a number, too, and a shell takes a word of digits for that. */
static void numbers_are_no_names(void **state)
{
	(void)state;
	assert_refused("7", "is a number");
	assert_refused("0041", "is a number");
	assert_null(name(S("7 of 9")));
	assert_null(name(S("41a")));
}

static void names_hold_no_comma(void **state)
{
	(void)state;
	static const char *const commas[] = {",", "\xef\xbc\x8c", "\xd8\x8c", "\xe3\x80\x81",
		"\xef\xb9\x90", "\xef\xbd\xa4", "\xe2\x80\x9a", "\xe1\x8d\xa3"};
	char typed[64];
	for (size_t i = 0; i < sizeof(commas) / sizeof(commas[0]); i++) {
		snprintf(typed, sizeof typed, "Rosa%s 2 days ago", commas[i]);
		assert_refused(typed, "a comma");
	}
}

static void names_keep_to_one_alphabet(void **state)
{
	(void)state;
	assert_refused("R\xd0\xbesa", "two alphabets");
	assert_refused("\xd0\xb0"
		       "dmin",
		"two alphabets");
	assert_refused("R\xce\xbfsa", "two alphabets");
	assert_null(name(S("\xd0\xa0\xd0\xbe\xd0\xb7\xd0\xb0")));
	assert_null(name(S("\xe5\xb1\xb1\xe7\x94\xb0 Rosa")));
}

static void an_accepted_name_stays_as_it_is(void **state)
{
	(void)state;
	assert_null(name(S("  Jose\xcc\x81   \xef\xbc\xac\xef\xbd\x95\xef\xbd\x9a ")));
	struct span first = check.name, folded = check.folded;
	assert_null(name(first));
	assert_true(span_equal(first, check.name));
	assert_true(span_equal(folded, check.folded));
}

static void comments_are_kept_as_typed(void **state)
{
	(void)state;
	assert_null(comment(S("# not a heading\n\n=> gemini://example.org/ label\n  indented")));
	assert_span_equal(
		check.text, "# not a heading\n\n=> gemini://example.org/ label\n  indented");
	assert_null(comment(S("\n \n\t\n  first\nlast \n\n  \n")));
	assert_span_equal(check.text, "  first\nlast");
	assert_null(comment(S("a \t\n\xc2\xa0\n\n  b\xe3\x80\x80\r\n")));
	assert_span_equal(check.text, "a\n\n\n  b");
	assert_null(comment(S("Jose\xcc\x81")));
	assert_span_equal(check.text, "Jos\xc3\xa9");
}

static void comments_must_say_something(void **state)
{
	(void)state;
	static const char *const nothing[] = {"", "\n\n", " \xc2\xa0\n", "\xe2\x80\x8b", "\xcc\x81",
		"\xe2\xa0\x80", "\xf0\x9d\x85\x99", "\x01\x02"};
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		const char *wrong = comment(span_of(nothing[i]));
		if (wrong == NULL || strstr(wrong, "nothing to read") == NULL)
			fail_msg("%zu: %s", i, wrong == NULL ? "accepted" : wrong);
	}
}

static void comments_have_64_kib_at_most(void **state)
{
	(void)state;
	assert_null(comment(repeated("x", COMMENT_BYTES_MAX)));
	assert_int_equal(check.text.len, COMMENT_BYTES_MAX);
	assert_non_null(strstr(comment(repeated("x", COMMENT_BYTES_MAX + 1)), "64 KiB"));
	/* In normal form C this one is longer: U+0958 is two letters there. */
	assert_non_null(strstr(comment(repeated("\xe0\xa5\x98", 20000)), "64 KiB"));
	/* One line, of accents upon accents. */
	assert_null(comment(repeated("q\xcc\x88\xcc\x88", COMMENT_BYTES_MAX / 5)));
}

static const char *reason(struct span typed)
{
	return rules_check_reason(typed, &check.arena, &check.text);
}

static void a_reason_is_one_line(void **state)
{
	(void)state;
	assert_null(reason(S("  It is\n\n=> unkind\t to \xe3\x80\x80 Jose\xcc\x81 \n")));
	assert_span_equal(check.text, "It is => unkind to Jos\xc3\xa9");
	assert_null(reason(S("x")));
	assert_null(reason(repeated("q\xcc\x88", 500)));
	assert_non_null(strstr(reason(repeated("x", 501)), "too long"));
	assert_non_null(
		strstr(reason(repeated("q\xcc\x88\xcc\x88\xcc\x88\xcc\x88", 500)), "too long"));
	assert_non_null(strstr(reason(S(" \n\t")), "nothing to read"));
	assert_non_null(strstr(reason(S("\xe2\x80\xae")), "nothing to read"));
	assert_non_null(strstr(reason(S("\xff")), "UTF-8"));
}

static void times_are_told_in_words(void **state)
{
	(void)state;
	const int64_t day = 86400, noon = 20000 * day + day / 2;
	struct arena *arena = &check.arena;
	assert_string_equal(rules_when(noon, noon, arena), "today");
	assert_string_equal(rules_when(noon + 10 * day, noon, arena), "today");
	assert_string_equal(rules_when(20000 * day, 20000 * day + day - 1, arena), "today");
	assert_string_equal(rules_when(20000 * day - 1, 20000 * day, arena), "yesterday");
	assert_string_equal(rules_when(noon - 2 * day, noon, arena), "2 days ago");
	assert_string_equal(rules_when(noon - 29 * day, noon, arena), "29 days ago");
	assert_string_equal(rules_when(noon - 30 * day, noon, arena), "2024-09-04");
	assert_string_equal(rules_when(-1, 0, arena), "yesterday");
}

static void spans_of_time_are_told_in_words(void **state)
{
	(void)state;
	static const struct {
		int64_t seconds;
		const char *words;
	} rows[] = {{-5, "a moment later"}, {0, "a moment later"}, {59, "a moment later"},
		{60, "a minute later"}, {119, "a minute later"}, {120, "2 minutes later"},
		{3599, "59 minutes later"}, {3600, "an hour later"}, {7200, "2 hours later"},
		{86399, "23 hours later"}, {86400, "a day later"}, {172800, "2 days later"},
		{400 * 86400, "400 days later"}};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(
			rules_how_long(1000, 1000 + rows[i].seconds, &check.arena), rows[i].words);
}

static void memory_that_is_out_is_said(void **state)
{
	(void)state;
	struct arena none;
	arena_init(&none, 0);
	const struct host_names nameless = {NULL, 0};
	assert_non_null(strstr(
		rules_check_name(S("J\xc3\xbcrgen"), nameless, &none, &check.name, &check.folded),
		"once more"));
	assert_non_null(
		strstr(rules_check_comment(S("J\xc3\xbcrgen"), &none, &check.text), "once more"));
	assert_string_equal(rules_when(0, 86400 * 5, &none), "earlier");
	assert_string_equal(rules_how_long(0, 86400 * 5, &none), "later");
	assert_non_null(strstr(rules_check_reason(S("unkind"), &none, &check.text), "once more"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(names_are_accepted),
		TEST(blanks_become_single_spaces),
		TEST(names_are_in_normal_form_c),
		TEST(names_that_look_alike_fold_alike),
		TEST(the_length_is_counted_in_graphemes),
		TEST(empty_names_are_refused),
		TEST(characters_that_cannot_be_seen_are_refused),
		TEST(stacked_and_loose_accents_are_refused),
		TEST(what_is_not_utf8_is_refused),
		TEST(numbers_are_no_names),
		TEST(names_of_the_capsule_are_kept),
		TEST(names_hold_no_comma),
		TEST(names_keep_to_one_alphabet),
		TEST(an_accepted_name_stays_as_it_is),
		TEST(comments_are_kept_as_typed),
		TEST(comments_must_say_something),
		TEST(comments_have_64_kib_at_most),
		TEST(a_reason_is_one_line),
		TEST(times_are_told_in_words),
		TEST(spans_of_time_are_told_in_words),
		TEST(memory_that_is_out_is_said),
	};
	return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
