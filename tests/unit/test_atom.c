/*
 * Atom: what the feed says, that it is valid, and that no text gets out of its element.
 */
#include "testing.h"
#include "xmllint.h"

#include "proto/atom.h"
#include "text/unicode.h"

#define NOON INT64_C(1800000000) /* 2027-01-15T08:00:00Z */

static struct arena arena;
static struct buf feed;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 64 << 20);
	buf_init(&feed, &arena, 8 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

static void begin(struct span title, struct span author)
{
	atom_begin(&feed, &(struct atom_feed){.title = title,
				  .id = S("gemini://here.example/atom.xml"),
				  .page = S("gemini://here.example/"),
				  .author = author,
				  .updated = NOON});
}

static void add(struct span title, struct span author, struct span text)
{
	atom_entry(&feed, &(struct atom_entry){.title = title,
				  .id = S("gemini://here.example/caf%C3%A9.gmi"),
				  .author = author,
				  .published = NOON - 1,
				  .updated = NOON,
				  .text = text});
}

/* What stands between the tags of the first element of this name. */
static struct span content_of(const char *name)
{
	char tag[32];
	snprintf(tag, sizeof tag, "<%s>", name);
	struct span rest = buf_view(&feed);
	const char *begin = memmem(rest.ptr, rest.len, tag, strlen(tag));
	assert_non_null(begin);
	begin += strlen(tag);
	const char *end = memchr(begin, '<', rest.len - (size_t)(begin - rest.ptr));
	assert_non_null(end);
	return (struct span){begin, (size_t)(end - begin)};
}

static void expect_valid(void)
{
	assert_false(buf_failed(&feed));
	assert_atom(feed.data, feed.len);
}

static void a_feed_as_it_is_written(void **state)
{
	(void)state;
	begin(S("Essays & more"), S("Rosa"));
	add(S("Caf\xc3\xa9"), S("Ibrahim"), S("1 < 2\nand so on"));
	atom_end(&feed);
	assert_span_equal(buf_view(&feed),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<feed xmlns=\"http://www.w3.org/2005/Atom\">\n"
		"<title>Essays &amp; more</title>\n"
		"<id>gemini://here.example/atom.xml</id>\n"
		"<link rel=\"self\" type=\"application/atom+xml\""
		" href=\"gemini://here.example/atom.xml\"/>\n"
		"<link rel=\"alternate\" type=\"text/gemini\" href=\"gemini://here.example/\"/>\n"
		"<updated>2027-01-15T08:00:00Z</updated>\n"
		"<author><name>Rosa</name>\n</author>\n"
		"<entry>\n"
		"<title>Caf\xc3\xa9</title>\n"
		"<id>gemini://here.example/caf%C3%A9.gmi</id>\n"
		"<link rel=\"alternate\" href=\"gemini://here.example/caf%C3%A9.gmi\"/>\n"
		"<published>2027-01-15T07:59:59Z</published>\n"
		"<updated>2027-01-15T08:00:00Z</updated>\n"
		"<author><name>Ibrahim</name>\n</author>\n"
		"<content>1 &lt; 2\nand so on</content>\n"
		"</entry>\n"
		"</feed>\n");
	expect_valid();
}

static void valid_without_what_may_be_missing(void **state)
{
	(void)state;
	begin(S(""), S(""));
	atom_end(&feed);
	expect_valid();
	buf_init(&feed, &arena, 8 << 20);
	begin(S("A title"), S("Rosa"));
	add(S(""), S(""), S(""));
	add(S("Another"), S(""), S("Words"));
	atom_end(&feed);
	expect_valid();
	assert_null(memmem(feed.data, feed.len, "<content></content>", 19));
}

/* Otherwise the tests above would say nothing. */
static void the_schema_refuses(void **state)
{
	(void)state;
	begin(S("Nobody wrote this"), S(""));
	add(S("Title"), S(""), S(""));
	atom_end(&feed);
	assert_no_atom(feed.data, feed.len);
	buf_init(&feed, &arena, 8 << 20);
	atom_begin(&feed, &(struct atom_feed){.title = S("Not absolute"),
				  .id = S("/atom.xml"),
				  .page = S("/"),
				  .author = S("Rosa")});
	atom_end(&feed);
	assert_no_atom(feed.data, feed.len);
	buf_init(&feed, &arena, 8 << 20);
	begin(S("Not ended"), S("Rosa"));
	assert_no_atom(feed.data, feed.len);
}

static void hostile_texts(void **state)
{
	const struct {
		struct span text;
		const char *written;
	} rows[] = {
		{S("</title><script>"), "&lt;/title&gt;&lt;script&gt;"},
		{S("]]>"), "]]&gt;"},
		{S("<![CDATA["), "&lt;![CDATA["},
		{S("&lt;&#0;&x"), "&amp;lt;&amp;#0;&amp;x"},
		{S("\"'"), "&quot;'"},
		{S("a\0b"), "ab"},
		{S("\x01\x08\x0b\x0c\x1f\x7f\x1b[31m"), "[31m"},
		{S("\xc2\x80\xc2\x9b\xc2\x85"), ""},
		{S("a\tb\nc"), "a\tb\nc"},
		{S("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90"), ""},             /* noncharacters */
		{S("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
		{S("\xff\xc3"), "\xef\xbf\xbd\xef\xbf\xbd"},
		{S("a\xe2\x80\xae"
		   "b\xe2\x81\xa6\xef\xbb\xbf"),
			"ab"}, /* what turns text around */
		{S("\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9"),
			"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		buf_init(&feed, &arena, 8 << 20);
		begin(rows[i].text, S("Rosa"));
		assert_span_equal(content_of("title"), rows[i].written);
		add(rows[i].text, S("Rosa"), rows[i].text);
		atom_end(&feed);
		expect_valid();
	}
}

/* Only what XML allows is left of any bytes, and nothing in a text is a tag or an entity of its
 * own: so decoding gives the text without what was left out. */
static void any_bytes(void **state)
{
	static const char pieces[] =
		"<>&\"'];/!-?#x0\n\r\t \0\x01\x1b\xc3\xa9\xe2\x80\xae\xf0\x9f\xed";
	uint32_t seed = 7;
	(void)state;
	begin(S("Random"), S("Rosa"));
	for (int i = 0; i < 2000; i++) {
		char text[64];
		size_t len = 0;
		while (len < sizeof text) {
			seed = seed * 1664525 + 1013904223;
			uint32_t drawn = seed >> 16;
			text[len++] = drawn & 0x100 ? (char)drawn
						    : pieces[(drawn & 0xff) % (sizeof pieces - 1)];
		}
		add((struct span){text, len}, S("Rosa"), (struct span){text, len});
	}
	atom_end(&feed);
	assert_true(unicode_is_valid(buf_view(&feed)));
	struct span rest = buf_view(&feed);
	size_t tags = 0;
	for (size_t i = 0; i < rest.len; i++)
		tags += rest.ptr[i] == '<';
	/* Of the feed: six elements with two tags, two links with one, the declaration. Of an
	 * entry: eight, and one link. */
	assert_int_equal(tags, 15 + 2000 * 17);
	expect_valid();
}

static void no_room(void **state)
{
	(void)state;
	buf_init(&feed, &arena, 100);
	begin(S("Too long for a hundred bytes"), S(""));
	atom_end(&feed);
	assert_true(buf_failed(&feed));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_feed_as_it_is_written),
		TEST(valid_without_what_may_be_missing),
		TEST(the_schema_refuses),
		TEST(hostile_texts),
		TEST(any_bytes),
		TEST(no_room),
	};
	return cmocka_run_group_tests_name("atom", tests, NULL, NULL);
}
