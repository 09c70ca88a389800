/*
 * Codes: the words, how codes are made, and what may be typed for one.
 */
#include "testing.h"

#include <ctype.h>

#include "comments/codes.h"
#include "comments/words.h"

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters have to be changed, left out or put in (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t row[16], columns = strlen(b);

	for (size_t j = 0; j <= columns; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= columns; j++) {
			size_t above = row[j];

			row[j] = smaller(
				smaller(row[j], row[j - 1]) + 1, corner + (a[i - 1] != b[j - 1]));
			corner = above;
		}
	}
	return row[columns];
}

/* The first letter, then the consonants without any doubled. */
static void sound_of(const char *word, char sound[16])
{
	size_t len = 0;

	for (size_t i = 0; word[i] != '\0'; i++)
		if (i == 0 || (strchr("aeiouyhw", word[i]) == NULL && word[i] != sound[len - 1]))
			sound[len++] = word[i];
	sound[len] = '\0';
}

static void words(void **state)
{
	(void)state;
	for (size_t i = 0; i < WORDS_COUNT; i++) {
		const char *word = words_of_codes[i];

		assert_in_range(strlen(word), 3, 9);
		for (const char *c = word; *c != '\0'; c++)
			assert_true(islower((unsigned char)*c));
		if (i > 0)
			assert_true(strcmp(words_of_codes[i - 1], word) < 0);
		for (size_t j = 0; j < i; j++) {
			char one[16], other[16];

			sound_of(word, one);
			sound_of(words_of_codes[j], other);
			if (distance(word, words_of_codes[j]) < 2 || strcmp(one, other) == 0)
				fail_msg("%s and %s are too much alike", word, words_of_codes[j]);
		}
	}
}

static size_t count_of(const char *text, char wanted)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == wanted;
	return count;
}

static void made(void **state)
{
	struct code code, again, other;

	(void)state;
	for (int strength = CODE_SHORT; strength <= CODE_LONG; strength++) {
		for (int i = 0; i < 200; i++) {
			assert_true(code_make((enum code_strength)strength, &code));
			assert_int_equal(count_of(code.text, '-'), strength == CODE_SHORT ? 4 : 6);
			assert_true(code_read(span_of(code.text), &again));
			assert_string_equal(again.text, code.text);
			assert_memory_equal(again.hash, code.hash, SECRET_SIZE);
		}
		assert_true(code_make((enum code_strength)strength, &other));
		assert_string_not_equal(other.text, code.text);
		assert_memory_not_equal(other.hash, code.hash, SECRET_SIZE);
	}
}

/* Each of 256 words in each place, and numbers over the whole of their range. */
static void spread(void **state)
{
	enum { CODES = 20000 };
	static bool seen[4][WORDS_COUNT];
	struct code code;
	unsigned low = 9999, high = 0;

	(void)state;
	for (int i = 0; i < CODES; i++) {
		char *text = code.text, *end;

		assert_true(code_make(CODE_SHORT, &code));
		for (size_t place = 0; place < 4; place++, text = end + 1) {
			size_t word = 0;

			end = strchr(text, '-');
			assert_non_null(end);
			*end = '\0';
			while (word < WORDS_COUNT && strcmp(words_of_codes[word], text) != 0)
				word++;
			assert_true(word < WORDS_COUNT);
			seen[place][word] = true;
		}
		unsigned number = (unsigned)strtoul(text, NULL, 10);
		low = number < low ? number : low;
		high = number > high ? number : high;
	}
	for (size_t place = 0; place < 4; place++)
		for (size_t word = 0; word < WORDS_COUNT; word++)
			assert_true(seen[place][word]);
	assert_in_range(low, 0, 100);
	assert_in_range(high, 9900, 9999);
}

static void typed(void **state)
{
	static const char *const good[] = {"heron-maple-violin-otter-9271",
		"heron maple violin otter 9271", "Heron Maple Violin Otter 9271",
		"  HERON-MAPLE-VIOLIN-OTTER-9271\n", "heron-maple-violin-otter-9271-",
		"heron, maple, violin, otter; 9271.", "heron_maple/violin+otter9271",
		"heron\xe2\x80\x93maple\xc2\xa0violin otter 9271",
		"\"heron - maple - violin - otter - 9271\"",
		"\theron\r\nmaple\r\nviolin\r\notter\r\n9271"};
	struct code code, first;

	(void)state;
	assert_true(code_read(span_of(good[0]), &first));
	assert_string_equal(first.text, good[0]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(code_read(span_of(good[i]), &code));
		assert_string_equal(code.text, first.text);
		assert_memory_equal(code.hash, first.hash, SECRET_SIZE);
	}
	assert_true(code_read(S("acorn almond amber anchor angel zigzag 0007"), &code));
	assert_string_equal(code.text, "acorn-almond-amber-anchor-angel-zigzag-0007");
}

static void mistyped(void **state)
{
	static const char *const bad[] = {"", " ", "-", "9271", "heron", "heron-maple-violin-otter",
		"heron-maple-violin-9271", "heron-maple-violin-otter-927",
		"heron-maple-violin-otter-92711", "heron-maple-violin-otter-9271-heron",
		"heron-maple-violin-otter-9271-heronheronheron", "heron-maple-violin-otter-9271 1",
		"heron-maple-violin-otter-9271 anextremelylongword",
		"heron-maple-violin-otter-92-71", "9271-heron-maple-violin-otter",
		"heron-maple-violin-otter-heron-9271",
		"heron-maple-violin-otter-heron-maple-violin-9271",
		"herons-maple-violin-otter-9271", "hero-maple-violin-otter-9271",
		"heronmaple-violin-otter-otter-9271", "h\xc3\xa9ron-maple-violin-otter-9271",
		"heron-maple-violin-otter-\xd9\xa1\xd9\xa2", "aardvark-maple-violin-otter-9271",
		"zzz-maple-violin-otter-9271"};
	char *endless = malloc(100000);
	struct code code;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (code_read(span_of(bad[i]), &code))
			fail_msg("\"%s\" was taken for %s", bad[i], code.text);
	assert_non_null(endless);
	memset(endless, 'a', 100000);
	assert_false(code_read((struct span){endless, 100000}, &code));
	memset(endless, '-', 100000);
	assert_false(code_read((struct span){endless, 100000}, &code));
	free(endless);
	assert_false(code_read((struct span){"heron\0", 6}, &code));
}

static void halves(void **state)
{
	char token[CODE_TOKEN_SIZE], other[CODE_TOKEN_SIZE];
	unsigned char salt[SECRET_SIZE], salts[SECRET_SIZE];
	struct code code, again;

	(void)state;
	assert_true(code_make_halves(token, salt));
	assert_true(code_make_halves(other, salts));
	assert_true(code_from_halves(CODE_LONG, span_of(token), salt, &code));
	assert_true(code_from_halves(CODE_LONG, span_of(token), salt, &again));
	assert_string_equal(again.text, code.text);
	assert_memory_equal(again.hash, code.hash, SECRET_SIZE);
	assert_true(code_read(span_of(code.text), &again));
	assert_memory_equal(again.hash, code.hash, SECRET_SIZE);
	/* One half alone leads nowhere near. */
	assert_true(code_from_halves(CODE_LONG, span_of(other), salt, &again));
	assert_string_not_equal(again.text, code.text);
	assert_true(code_from_halves(CODE_LONG, span_of(token), salts, &again));
	assert_string_not_equal(again.text, code.text);
	assert_true(code_from_halves(CODE_SHORT, span_of(token), salt, &again));
	assert_int_equal(count_of(again.text, '-'), 4);
}

static void tokens(void **state)
{
	char token[CODE_TOKEN_SIZE], other[CODE_TOKEN_SIZE];

	(void)state;
	assert_true(code_make_token(token));
	assert_true(code_make_token(other));
	assert_string_not_equal(token, other);
	assert_int_equal(strlen(token), 26);
	for (const char *c = token; *c != '\0'; c++)
		assert_true(islower((unsigned char)*c) || (*c >= '2' && *c <= '7'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"256 words in order, no two alike by ear or one letter", words, NULL, NULL, NULL},
		{"a code reads back as what it is, and none is made twice", made, NULL, NULL, NULL},
		{"every word and every number is as likely", spread, NULL, NULL, NULL},
		{"any case and anything between the words will do", typed, NULL, NULL, NULL},
		{"what cannot be a code is told from one", mistyped, NULL, NULL, NULL},
		{"a code from two halves is made again from both alone", halves, NULL, NULL, NULL},
		{"tokens are 26 letters and digits", tokens, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("codes", tests, NULL, NULL);
}
