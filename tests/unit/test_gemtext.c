/*
 * Gemtext: what strangers type stays inside the place that it was given.
 */
#include "testing.h"

#include "proto/gemtext.h"

#define LIMIT (1 << 20)
#define ACUTE "\xcc\x81"

static struct arena arena;
static struct buf buf;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT);
	buf_init(&buf, &arena, LIMIT);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

static struct span quoted(struct span text)
{
	buf_init(&buf, &arena, LIMIT);
	gemtext_quote(&buf, text);
	assert_false(buf_failed(&buf));
	return buf_view(&buf);
}

static struct span inlined(const char *text, size_t max)
{
	buf_init(&buf, &arena, LIMIT);
	gemtext_inline(&buf, span_of(text), max);
	assert_false(buf_failed(&buf));
	return buf_view(&buf);
}

static void quote(void **state)
{
	(void)state;
	static const struct {
		const char *text, *quote;
	} rows[] = {
		{"", ""},
		{"\n \n\t\n", ""},
		{"\xe3\x80\x80\xe2\x80\x8d\n", ""},
		{"one", "> one\n"},
		{"one\n", "> one\n"},
		{"one\ntwo", "> one\n> two\n"},
		{"\n\none\n\n \n\ntwo\n\n", "> one\n>\n> two\n"},
		{"  indented\tverse", ">   indented verse\n"},
		/* every kind of line break, and CRLF as one */
		{"a\r\nb\rc\vd\fe", "> a\n> b\n> c\n> d\n> e\n"},
		{"a\xc2\x85"
		 "b\xe2\x80\xa8"
		 "c\xe2\x80\xa9"
		 "d",
			"> a\n> b\n> c\n> d\n"},
		{"a\r\r\nb", "> a\n>\n> b\n"},
		/* the rules of gemtext */
		{"```\n=> gemini://x/ y\n# h\n* l\n> q\n```",
			"> ```\n> => gemini://x/ y\n> # h\n> * l\n> > q\n> ```\n"},
		{"a\r```\r=> x", "> a\n> ```\n> => x\n"},
		{"\xe2\x80\x8b```", "> ```\n"},
		/* terminals */
		{"\x1b[2J\x1b]0;x\x07red\x7f\x08", "> [2J]0;xred\n"},
		{"\xc2\x9b"
		 "31m",
			"> 31m\n"},
		/* bidirectional and invisible */
		{"a\xe2\x80\xae"
		 "b\xe2\x81\xa6"
		 "c\xe2\x80\x8f"
		 "d\xef\xbb\xbf"
		 "e",
			"> abcde\n"},
		/* normal form, also across what was dropped between letter and accent */
		{"e" ACUTE "e\xe2\x80\xae" ACUTE, "> \xc3\xa9\xc3\xa9\n"},
		{ACUTE "x", "> " ACUTE "x\n"},
		{"\xdc\xb6\xe2\x80\x8d\xcc\xb6", "> \xdc\xb6\xe2\x80\x8d\xcc\xb6\n"},
		/* not UTF-8 */
		{"a\xff\xc3", "> a\xef\xbf\xbd\xef\xbf\xbd\n"},
		/* joiners only between visible characters, one at a time */
		{"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7",
			"> \xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7\n"},
		{"\xe2\x80\x8d"
		 "a\xe2\x80\x8d\xe2\x80\x8d"
		 "b \xe2\x80\x8c"
		 "c",
			"> a\xe2\x80\x8d"
			"b c\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_span_equal(quoted(span_of(rows[i].text)), rows[i].quote);
	assert_span_equal(quoted(S("a\0b")), "> ab\n");
}

static void stacked_marks_are_cut(void **state)
{
	(void)state;
	struct buf zalgo;
	buf_init(&zalgo, &arena, LIMIT);
	buf_byte(&zalgo, 'x');
	for (int i = 0; i < 500; i++)
		buf_text(&zalgo, "\xcc\xb6");
	buf_text(&zalgo, "y\xcc\xb6");
	struct span quote = quoted(buf_view(&zalgo));
	assert_span_equal(quote,
		"> x\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6\xcc\xb6y\xcc\xb6\n");
	buf_init(&zalgo, &arena, LIMIT);
	for (int i = 0; i < 20; i++)
		buf_text(&zalgo, "\xcc\xb6\xe2\x80\x8d"); /* a joiner is no way round */
	assert_int_equal(quoted(buf_view(&zalgo)).len, 2 + 8 * (2 + 3) + 1);
}

static void one_line(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t max;
		const char *line;
	} rows[] = {
		{"", 0, ""},
		{"Rosa", 0, "Rosa"},
		{"  Rosa \t Luz\n", 0, "Rosa Luz"},
		{"a\r\n=> b\n```\xe2\x80\xa8# c", 0, "a => b ``` # c"},
		{"\x1b[31mred\xe2\x80\xae", 0, "[31mred"},
		{"e" ACUTE, 0, "\xc3\xa9"},
		{ACUTE ACUTE "a", 0, "a"},
		{"\n" ACUTE "a", 0, "a"},
		{ACUTE "\xe2\x80\x8d"
		       "a",
			0, "a"},
		{"a\xe3\x80\x80\xc2\xa0"
		 "b",
			0, "a b"},
		{"\xff", 0, "\xef\xbf\xbd"},
		{"abcd", 4, "abcd"},
		{"abcd ", 4, "abcd"},
		{"abcde", 4, "abcd\xe2\x80\xa6"},
		{"abc de", 4, "abc\xe2\x80\xa6"},
		{"ab de", 4, "ab d\xe2\x80\xa6"},
		{"\xc3\xa9\xc3\xa9\xc3\xa9", 2, "\xc3\xa9\xc3\xa9\xe2\x80\xa6"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_span_equal(inlined(rows[i].text, rows[i].max), rows[i].line);
}

static void memory_out(void **state)
{
	(void)state;
	struct arena small;
	struct buf into;
	arena_init(&small, 64);
	buf_init(&into, &small, LIMIT);
	gemtext_quote(
		&into, S("much longer than what the arena can take, by design of this very test"));
	assert_true(buf_failed(&into));
	buf_init(&into, &small, LIMIT);
	gemtext_inline(
		&into, S("much longer than what the arena can take, by design of this test"), 0);
	assert_true(buf_failed(&into));
	arena_end(&small);
}

static void link_lines(void **state)
{
	(void)state;
	gemtext_link(&buf, "/comments/", "Log in\n=> /evil or register");
	assert_span_equal(buf_view(&buf), "=> /comments/ Log in => /evil or register\n");

	struct span url, label;
	assert_true(gemtext_read_link(S("=>\t/a \t A label "), &url, &label));
	assert_span_equal(url, "/a");
	assert_span_equal(label, "A label");
	assert_true(gemtext_read_link(S("=>/a"), &url, &label));
	assert_span_equal(url, "/a");
	assert_int_equal(label.len, 0);
	assert_false(gemtext_read_link(S("=> "), &url, &label));
	assert_false(gemtext_read_link(S(" => /a"), &url, &label));
	assert_false(gemtext_read_link(S("= > /a"), &url, &label));
}

static void links_of_a_comment(void **state)
{
	(void)state;
	struct span text = S("=> https://example.org/ Your bank\nhttps://not.a.link/\n"
			     "=> /comments/1/delete\n=> https://a\xe2\x80\xae"
			     "b/ x\n"
			     "```\n=> https://in.a.picture/\n```\n=> mailto:rosa@example.org\r\n"
			     "=> gemini://third/\n");
	static const char *const items[] = {"here.example"};
	const struct host_names own = {items, 1};
	assert_int_equal(gemtext_links_of(&buf, text, own, "Links:", 3), 3);
	assert_span_equal(buf_view(&buf), "Links:\n"
					  "=> https://example.org/ https://example.org/\n"
					  "=> https://a%E2%80%AEb/ https://a%E2%80%AEb/\n"
					  "=> mailto:rosa@example.org mailto:rosa@example.org\n");
	buf_init(&buf, &arena, LIMIT);
	assert_int_equal(gemtext_links_of(&buf, text, own, "Links:", 9), 4);
	buf_init(&buf, &arena, LIMIT);
	assert_int_equal(gemtext_links_of(&buf, S("no links\n"), own, "Links:", 9), 0);
	assert_int_equal(
		gemtext_links_of(&buf, S("=> gemini://here.example/?x\n"), own, "x", 9), 0);
	assert_int_equal(buf_view(&buf).len, 0);
}

static void closing(void **state)
{
	(void)state;
	static const struct {
		const char *page, *closing;
	} rows[] = {
		{"", ""},
		{"text\n", ""},
		{"text", "\n"},
		{"`", "\n"},
		{"```", "\n```\n"},
		{"```alt\ntext", "\n```\n"},
		{"```alt\ntext\n", "```\n"},
		{"```\ntext\n```", "\n"},
		{"```\ntext\n```\n", ""},
		{"```\ntext\n``", "\n```\n"},
		{"text ```\n", ""},
		{"``x`\n", ""},
		{"````\n", "```\n"},
		{"```\r\na\r\n```\r\n", ""},
		{"```\n ```\n", "```\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct gemtext_position whole = {0}, bytes = {0};
		struct span page = span_of(rows[i].page);
		gemtext_follow(&whole, page);
		assert_string_equal(gemtext_closing(&whole), rows[i].closing);
		for (size_t at = 0; at < page.len; at++)
			gemtext_follow(&bytes, span_take(span_skip(page, at), 1));
		assert_string_equal(gemtext_closing(&bytes), rows[i].closing);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(quote),
		TEST(stacked_marks_are_cut),
		TEST(one_line),
		TEST(memory_out),
		TEST(link_lines),
		TEST(links_of_a_comment),
		TEST(closing),
	};
	return cmocka_run_group_tests_name("gemtext", tests, NULL, NULL);
}
