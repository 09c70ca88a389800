/*
 * Links that strangers wrote: what is made of them, and what is made of none.
 */
#include "testing.h"

#include "proto/link.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

static bool read_link(struct span text, struct span *link)
{
	static const char *const names[] = {
		"here.example", "xn--bcher-kva.example", "*.wild.example", "192.0.2.1"};
	return link_read(text, (struct host_names){names, 4}, &arena, link);
}

/* `expected` is NULL for what stays as it is. */
static void assert_link(const char *text, const char *expected)
{
	struct span link;
	if (!read_link(span_of(text), &link))
		fail_msg("%s may be a link", text);
	assert_span_equal(link, expected == NULL ? text : expected);
}

static void assert_none(const char *text)
{
	struct span link;
	if (read_link(span_of(text), &link))
		fail_msg("%s may be no link", text);
}

static void known_schemes(void **state)
{
	(void)state;
	static const char *const good[] = {"https://example.org/", "http://example.org:8080/?a#b",
		"gemini://there.example", "GEMINI://there.example/?a%20b#c", "gopher://x/1/a",
		"finger://x/rosa", "spartan://x/", "nex://x/", "MAILTO:rosa@example.org",
		"https://example.org/@rosa"};
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_link(good[i], NULL);
	static const char *const bad[] = {"", "/a", "a.gmi", "//example.org/", "https:/x",
		"https://", "https:///x", "https", "mailto:", "javascript:alert(1)",
		"javascript://x/%0Aalert(1)", "file:///etc/passwd", "data:text/plain,x", "a://b",
		"titan://there.example/x;size=1", "gemini:x"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_none(bad[i]);
}

static void all_is_plain_to_see(void **state)
{
	(void)state;
	assert_link("gopher://x/1/caf\xc3\xa9", "gopher://x/1/caf%C3%A9");
	assert_link("https://Log\xe2\xa0\x80in", "https://Log%E2%A0%80in");
	assert_link("https://a\xe2\x80\xae/", "https://a%E2%80%AE/");
	assert_link(
		"https://b\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5\xcc\xb5",
		"https://b%CC%B5%CC%B5%CC%B5%CC%B5%CC%B5%CC%B5%CC%B5%CC%B5%CC%B5");
	assert_link("https://a\xff", "https://a%FF");
	static const char *const bad[] = {"https://a b", "https://a\tb", "https://a\nb",
		"https://a\x1b[m", "https://a\x7f", "https://a\rb"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_none(bad[i]);
}

static void no_user_stands_before_the_host(void **state)
{
	(void)state;
	assert_none("https://good.example@evil.example/");
	assert_none("https://good.example\xe2\x88\x95@evil.example/");
	assert_none("https://good.example\\@evil.example/");
	assert_none("gopher://rosa:secret@evil.example");
	assert_none("gemini://rosa@there.example/");
}

static void the_length_is_bounded(void **state)
{
	(void)state;
	static char text[LINK_BYTES_MAX + 2];
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "https://", 8);
	assert_none(text);
	text[LINK_BYTES_MAX] = '\0';
	assert_link(text, NULL);
	text[LINK_BYTES_MAX - 1] = '\xe9'; /* three bytes in the end */
	assert_none(text);
}

static void none_acts_on_this_capsule(void **state)
{
	(void)state;
	static const char *const bad[] = {"gemini://here.example/comments/register?Fool",
		"gemini://here.example/comments/on/posts/x/new?Fool", "gemini://here.example?x",
		"GEMINI://HERE.Example:1965/comments/register?Fool",
		"gemini://here.example:1966/comments/register?Fool",
		"gemini://here.example./comments/register?Fool",
		"gemini://%68ere.example/comments/register?Fool",
		("gemini://b\xc3\xbc"
		 "cher.example/comments/register?Fool"),
		"gemini://any.wild.example/comments/register?Fool",
		"gemini://192.0.2.1/comments/register?Fool",
		"gemini://here.example/x/../comments/register?Fool",
		"gemini://here.example/../comments/register?Fool",
		"gemini://here.example/%63omments/register?Fool",
		"gemini://here.example/comments/register?Fool#x",
		"gemini://here.example\\comments/register?Fool"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_none(bad[i]);
	assert_link("gemini://here.example/comments/on/posts/x/", NULL);
	assert_link("gemini://here.example/posts/x.gmi#part", NULL);
	assert_link("gemini://there.example/search?x", NULL);
	assert_link("https://here.example/?x", NULL);
}

static void memory_that_is_out(void **state)
{
	(void)state;
	struct arena none;
	struct span link;
	arena_init(&none, 0);
	assert_false(
		link_read(S("https://example.org/"), (struct host_names){NULL, 0}, &none, &link));
	arena_end(&none);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(known_schemes),
		TEST(all_is_plain_to_see),
		TEST(no_user_stands_before_the_host),
		TEST(the_length_is_bounded),
		TEST(none_acts_on_this_capsule),
		TEST(memory_that_is_out),
	};
	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
