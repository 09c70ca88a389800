/*
 * What is typed into a search, as an expression of FTS5's.
 */
#include "testing.h"

#include "store/expression.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 64 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

static const char *expression_of(struct span typed)
{
	struct buf buf;
	buf_init(&buf, &arena, 64 << 10);
	if (!expression_write(&buf, typed))
		return NULL;
	buf_byte(&buf, '\0');
	return buf_view(&buf).ptr;
}

static void what_is_typed_as_an_expression(void **state)
{
	const struct {
		struct span typed;
		const char *expression;
	} rows[] = {
		{S("bus"), "\"bus\" "},
		{S("  the\tbus\ndriver "), "\"the\" \"bus\" \"driver\" "},
		{S("\"bus driver\" waited"), "\"bus driver\" \"waited\" "},
		{S("\xe2\x80\x9c"
		   "bus  driver\xe2\x80\x9d"),
			"\"bus driver\" "},
		{S("\"not closed"), "\"not closed\" "},
		{S("a\"b c\"d"), "\"a\" \"b c\" \"d\" "},
		{S("wait*"), "\"wait\" * "},
		{S("\"bus dri*\" x"), "\"bus dri\" * \"x\" "},
		{S("w* wai*ted **"), "\"w\" \"wai ted\" "},
		{S("aa* bb* cc* dd* ee* ff"), "\"aa\" * \"bb\" * \"cc\" * \"dd\" * \"ee\" \"ff\" "},
		{S("don't (a OR b) NOT c -d e+f text:g ^h NEAR(i"),
			"\"don t\" \"a\" \"OR\" \"b\" \"NOT\" \"c\" \"d\" \"e f\" \"text g\" \"h\" "
			"\"NEAR i\" "},
		{S("a\0b"), "\"a\" \"b\" "},
		{S("\xff\x80z"), "\"z\" "},
		{S("cafe\xcc\x81 \xcc\x81x"), "\"cafe\xcc\x81\" \"x\" "},
		{S("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"),
			"\"1\" \"2\" \"3\" \"4\" \"5\" \"6\" \"7\" \"8\" \"9\" \"10\" \"11\" "
			"\"12\" "
			"\"13\" \"14\" \"15\" \"16\" "},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_string_equal(expression_of(rows[i].typed), rows[i].expression);
	const struct span none[] = {
		S(""), S(" \n"), S("***"), S("\"\""), S("!?-+(){}:^"), S("\xff"), S("\xcc\x81")};
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		assert_null(expression_of(none[i]));
	}
}

/* Strings that hold no quote, each perhaps with a star behind it. */
static void assert_is_expression(const char *text)
{
	const char *rest = text;
	while (*rest != '\0') {
		if (*rest++ != '"' || strcspn(rest, "\"") == 0)
			fail_msg("%s", text);
		rest += strcspn(rest, "\"");
		if (strncmp(rest, "\" * ", 4) == 0)
			rest += 4;
		else if (strncmp(rest, "\" ", 2) == 0)
			rest += 2;
		else
			fail_msg("%s", text);
	}
}

static void any_bytes(void **state)
{
	static const char pieces[] = "\"\"\"***   ab12'(\0\xc3\xa9\xcc\x81\xe2\x80\x9d\xf0\xff.";
	uint32_t seed = 5;
	size_t some = 0;
	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		char text[48];
		for (size_t k = 0; k < sizeof text; k++) {
			seed = seed * 1664525 + 1013904223;
			text[k] = pieces[(seed >> 16) % sizeof pieces];
		}
		const char *written = expression_of((struct span){text, i % sizeof text});
		if (written != NULL) {
			some++;
			assert_is_expression(written);
		}
	}
	assert_true(some > 10000);
}

static void a_long_text(void **state)
{
	struct buf buf;
	char text[3 * EXPRESSION_TYPED_MAX];
	(void)state;
	memset(text, 'a', sizeof text);
	buf_init(&buf, &arena, sizeof text);
	assert_true(expression_write(&buf, (struct span){text, sizeof text}));
	assert_int_equal(buf.len, EXPRESSION_TYPED_MAX + 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_typed_as_an_expression),
		TEST(any_bytes),
		TEST(a_long_text),
	};
	return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
