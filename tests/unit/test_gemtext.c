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

static struct span quoted_some(const char *text, size_t max, bool cut)
{
	buf_init(&buf, &arena, LIMIT);
	assert_int_equal(gemtext_quote_some(&buf, span_of(text), max), cut);
	assert_false(buf_failed(&buf));
	return buf_view(&buf);
}

static void long_quotes_are_cut(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t max;
		bool cut;
		const char *quote;
	} rows[] = {
		{"abcd", 4, false, "> abcd\n"},
		{"abcd\n\n \n", 4, false, "> abcd\n"},
		{"abcde", 4, true, "> abcd\xe2\x80\xa6\n"},
		{"\xc3\xa9\xc3\xa9\xc3\xa9", 2, true, "> \xc3\xa9\xc3\xa9\xe2\x80\xa6\n"},
		{"ab\ncd", 4, true, "> ab\n> \xe2\x80\xa6\n"},
		{"ab\ncd", 2 + GEMTEXT_LINE_WEIGHT + 1, true, "> ab\n> c\xe2\x80\xa6\n"},
		{"ab\n\ncd", 2 + GEMTEXT_LINE_WEIGHT + 2, false, "> ab\n>\n> cd\n"},
		/* what is not shown does not count */
		{"a\x1b\xe2\x80\xae"
		 "b",
			2, false, "> ab\n"},
		{"", 0, false, ""},
		{"a", 0, true, "> \xe2\x80\xa6\n"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_span_equal(
			quoted_some(rows[i].text, rows[i].max, rows[i].cut), rows[i].quote);
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

static const char *const own_items[] = {"here.example"};
static const struct host_names own = {own_items, 1};

/* What is written for a text, and how many links that are. */
static struct span links_of(struct span text, size_t count)
{
	buf_init(&buf, &arena, LIMIT);
	assert_int_equal(gemtext_links_of(&buf, text, own, "Links:"), count);
	assert_false(buf_failed(&buf));
	return buf_view(&buf);
}

static void links_of_a_comment(void **state)
{
	(void)state;
	assert_span_equal(links_of(S("=> https://example.org/ Your bank\nhttps://plain.example/\n"
				     "=> /comments/1/delete\n=> https://a\xe2\x80\xae"
				     "b/ x\n"
				     "```\n=>nex://fenced/\n```\n=> mailto:rosa@example.org\r\n"),
				  5),
		"Links:\n"
		"=> https://example.org/ https://example.org/\n"
		"=> https://plain.example/ https://plain.example/\n"
		"=> https://a%E2%80%AEb/ https://a%E2%80%AEb/\n"
		"=> nex://fenced/ nex://fenced/\n"
		"=> mailto:rosa@example.org mailto:rosa@example.org\n");
	assert_int_equal(links_of(S(""), 0).len, 0);
	assert_int_equal(links_of(S(" no links: /here or there\n"), 0).len, 0);
}

/* One word each, and the only link in it; NULL for none. */
static void links_inside_sentences(void **state)
{
	(void)state;
	static const struct {
		const char *text, *url;
	} rows[] = {
		{"see https://debian.org/ now", "https://debian.org/"},
		{"https://debian.org", "https://debian.org"},
		{"Is it gopher://x/1/a?", "gopher://x/1/a"},
		{"(on https://a.example/b),", "https://a.example/b"},
		{"(https://a.example/b_(c))", "https://a.example/b_(c)"},
		{"https://a.example/b_(c)", "https://a.example/b_(c)"},
		{"https://a.example/b_[c])].\"", "https://a.example/b_[c]"},
		{"<https://a.example/?q=1>!", "https://a.example/?q=1"},
		{"['https://a.example/';]", "https://a.example/"},
		{"{https://a.example/}", NULL},
		{"x\xc2\xa0https://a.example/\xe3\x80\x80y", "https://a.example/"},
		{"x\xe2\x80\xa8https://a.example/\xc2\x85y", "https://a.example/"},
		{"x\vhttps://a.example/\fy", "https://a.example/"},
		{"https://a.example/\xe2\x80\x8by", "https://a.example/%E2%80%8By"},
		{"https://a.example/\xff\xe2\x80", "https://a.example/%FF%E2%80"},
		{"rosa@example.org", NULL},
		{"Note: well", NULL},
		{"https://...", NULL},
		{"(((=> )))", NULL},
		{"=>=>https://a.example/", NULL},
		{"https://good.example@evil.example/.", NULL},
		{"javascript:alert(1)", NULL},
		{"https://a.example/\x1b[31m", NULL},
		{"https://a.example/\x07", NULL},
		{"gemini://here.example/comments/register?Fool.", NULL},
		{"(gemini://HERE.example:1965/comments/register?Fool)", NULL},
		{"\"gemini://here.example/x/..%2F?Fool\"", NULL},
		{"gemini://here.example/comments/register?)", "gemini://here.example/comments/"
							      "register"},
		{"gemini://here.example/posts/x.gmi,", "gemini://here.example/posts/x.gmi"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char lines[128] = "";
		if (rows[i].url != NULL)
			snprintf(lines, sizeof lines, "Links:\n=> %s %s\n", rows[i].url,
				rows[i].url);
		assert_span_equal(links_of(span_of(rows[i].text), rows[i].url != NULL), lines);
	}
	assert_int_equal(links_of(S("https://a\0b/"), 0).len, 0);
}

static void links_are_few_and_each_is_one(void **state)
{
	(void)state;
	assert_span_equal(
		links_of(S("nex://a/ nex://b/ (nex://a/) nex://\xc3\xa9 nex://%C3%A9"), 3),
		"Links:\n=> nex://a/ nex://a/\n=> nex://b/ nex://b/\n"
		"=> nex://%C3%A9 nex://%C3%A9\n");
	struct buf many;
	buf_init(&many, &arena, LIMIT);
	for (int i = 0; i < 11; i++)
		buf_printf(&many, "nex://a nex://%d ", i);
	struct span written = links_of(buf_view(&many), GEMTEXT_LINKS_MAX);
	assert_true(span_ends_with(written, S("=> nex://8 nex://8\n")));
}

/* However much a text holds that is no link, it takes next to no memory. */
static void wrong_links_take_no_memory(void **state)
{
	(void)state;
	struct arena small;
	struct buf text;
	buf_init(&text, &arena, LIMIT);
	for (int i = 0; i < 5000; i++)
		buf_text(&text, "gemini://here.example/?x nex://a ");
	for (int i = 0; i < 100000; i++)
		buf_byte(&text, ')');
	arena_init(&small, 1024);
	buf_init(&buf, &small, LIMIT);
	assert_int_equal(gemtext_links_of(&buf, buf_view(&text), own, "Links:"), 1);
	assert_span_equal(buf_view(&buf), "Links:\n=> nex://a nex://a\n");
	arena_end(&small);

	arena_init(&small, 0);
	buf_init(&buf, &small, LIMIT);
	assert_int_equal(gemtext_links_of(&buf, S("nex://a"), own, "Links:"), 0);
	assert_true(buf_failed(&buf));
	arena_end(&small);
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
		TEST(long_quotes_are_cut),
		TEST(stacked_marks_are_cut),
		TEST(one_line),
		TEST(memory_out),
		TEST(link_lines),
		TEST(links_of_a_comment),
		TEST(links_inside_sentences),
		TEST(links_are_few_and_each_is_one),
		TEST(wrong_links_take_no_memory),
		TEST(closing),
	};
	return cmocka_run_group_tests_name("gemtext", tests, NULL, NULL);
}
