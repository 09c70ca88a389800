/*
 * The words for which a comment waits for a moderator.
 */
#include "comments/rules.h"

#include "testing.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

static bool holds_one(const char *text, const char *word)
{
	return rules_holds_word(span_of(text), &word, 1, &arena);
}

static void held_words_are_whole_words(void **state)
{
	(void)state;
	static const struct {
		const char *word, *text;
		bool held;
	} cases[] = {
		{"ass", "an ass", true},
		{"ass", "passed on", false},
		{"ass", "assist", false},
		{"ass", "compass, ass.", true},
		{"ass", "(ASS)", true},
		{"ass", "ass", true},
		{"ass", "as s", false},
		{"ass", "ass2", false},
		{"ass", "ass_ass", true},
		{"ass", "", false},
		{"Spam", "buy sPAM", true},
		{"spam", "\xef\xbc\xb3\xef\xbc\xb0\xef\xbc\xa1\xef\xbc\xad", true},
		{"spam",
			"sp\xe2\x80\x8b"
			"am",
			true}, /* a space that is none */
		{"spam", "see spam.example", true},
		{"casa", "casa\xcc\x81", false},
		{"caf\xc3\xa9", "CAFE\xcc\x81", true},
		{"stra\xc3\x9f"
		 "e",
			"STRASSE", true},
		{"buy now", "Buy\n\t  now!", true},
		{"buy now", "buy \xe2\x80\x8b now", true},
		{"buy now", "buynow", false},
		{"buy  now ", "buy now", true},
		{"buy now", "buy nowhere", false},
		{"$$$", "a$$$b", true},
		{"c++", "c++11", true},
		{"c++", "abc++", false},
		{"", "anything", false},
		{" \n", "any thing", false},
		{"\xe8\xb3\xad\xe5\x8d\x9a", /* of two in a row of four */
			"\xe6\x9d\xa5\xe8\xb3\xad\xe5\x8d\x9a\xe5\x90\xa7", true},
		{"\xe0\xb8\x9e\xe0\xb8\x99\xe0\xb8\xb1\xe0\xb8\x99", /* Thai */
			"\xe0\xb9\x80\xe0\xb8\x9e\xe0\xb8\x99\xe0\xb8\xb1\xe0\xb8\x99", true},
		{"\xec\x8a\xa4\xed\x8c\xb8", /* Korean, with an ending */
			"\xec\x8a\xa4\xed\x8c\xb8\xec\x9d\x84", true},
		{"spam", "\xe6\x9d\xa5spam\xe5\x90\xa7", true},
		{"\xd1\x81\xd0\xbf\xd0\xb0\xd0\xbc", /* Cyrillic has word boundaries */
			"\xd1\x81\xd0\xbf\xd0\xb0\xd0\xbc\xd0\xb5\xd1\x80", false},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (holds_one(cases[i].text, cases[i].word) != cases[i].held)
			fail_msg("\"%s\" in \"%s\"", cases[i].word, cases[i].text);
	}
	static const char *const several[] = {"one", "two", "three"};
	assert_true(rules_holds_word(S("and three"), several, 3, &arena));
	assert_false(rules_holds_word(S("and three"), several, 2, &arena));
	assert_false(rules_holds_word(S("and three"), NULL, 0, &arena));
}

static uint32_t seed = 20261123;

static unsigned dice(unsigned sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 16) % sides;
}

/* Up to `most` characters of "ab" and three ways to end a word. */
static void roll(char *text, unsigned most)
{
	unsigned length = dice(most + 1);
	for (unsigned i = 0; i < length; i++)
		text[i] = "aabb ,\n"[dice(7)];
	text[length] = '\0';
}

/* What "between word boundaries" means, said in another way: the word with an end of a word on
 * both sides, in the text with one on both sides. */
static bool stands_alone(const char *text, const char *word)
{
	static const char ends[] = " ,\n";
	char padded[80], wanted[32];
	snprintf(padded, sizeof padded, " %s ", text);
	for (const char *before = ends; *before != '\0'; before++) {
		for (const char *behind = ends; *behind != '\0'; behind++) {
			snprintf(wanted, sizeof wanted, "%c%s%c", *before, word, *behind);
			if (strstr(padded, wanted) != NULL)
				return true;
		}
	}
	return false;
}

static void random_words_are_held_where_they_stand_alone(void **state)
{
	(void)state;
	unsigned held = 0;
	for (int i = 0; i < 20000; i++) {
		char text[64], word[8];
		roll(text, 40);
		unsigned length = 1 + dice(4);
		for (unsigned j = 0; j < length; j++)
			word[j] = "ab"[dice(2)];
		word[length] = '\0';
		bool expected = stands_alone(text, word);
		held += expected;
		if (holds_one(text, word) != expected)
			fail_msg("\"%s\" in \"%s\"", word, text);
		/* Neither case nor a hidden character nor a blank more makes a difference. */
		char other[256];
		size_t used = 0;
		for (const char *c = text; *c != '\0'; c++)
			used += (size_t)snprintf(other + used, sizeof other - used, "%s%c%s",
				dice(3) == 0 ? "\xe2\x80\xab" : "",
				*c >= 'a' && dice(2) ? *c - 'a' + 'A' : *c, *c == ' ' ? " " : "");
		other[used] = '\0';
		if (holds_one(other, word) != expected)
			fail_msg("\"%s\" in \"%s\", told as \"%s\"", word, text, other);
		if (i % 100 == 0) {
			arena_end(&arena);
			arena_init(&arena, 1 << 20);
		}
	}
	assert_in_range(held, 2000, 18000);
}

static void where_memory_is_out_a_moderator_looks(void **state)
{
	(void)state;
	const char *word = "never";
	struct arena none;
	arena_init(&none, 0);
	assert_true(rules_holds_word(S("kind"), &word, 1, &none));
	assert_false(holds_one("kind", word));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(held_words_are_whole_words),
		TEST(random_words_are_held_where_they_stand_alone),
		TEST(where_memory_is_out_a_moderator_looks),
	};
	return cmocka_run_group_tests_name("held words", tests, NULL, NULL);
}
