/*
 * Titan's parameters: which are taken, what is left of the URI, and what each mistake is called.
 */
#include "testing.h"

#include "proto/titan.h"
#include "proto/uri.h"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

static struct titan titan;

/* Takes it, and compares what is left. */
static void take(const char *text, const char *left)
{
	struct span uri;
	const char *wrong = titan_parse(span_of(text), &arena, &titan, &uri);

	if (wrong != NULL)
		fail_msg("%s: %s", text, wrong);
	assert_true(titan.present);
	assert_span_equal(uri, left);
}

/* The sentence holds these words. */
static void refuse(const char *text, const char *words)
{
	struct span uri;
	const char *wrong = titan_parse(span_of(text), &arena, &titan, &uri);

	if (wrong == NULL || strstr(wrong, words) == NULL)
		fail_msg("%s: \"%s\" instead of \"…%s…\"", text, wrong == NULL ? "taken" : wrong,
			words);
}

static void other_schemes(void **state)
{
	static const char *const others[] = {"gemini://localhost/a;size=3", "", "t", "titan",
		"titans://localhost/", "//localhost/a;size=3", "https://x/;size=1;size=1"};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct span uri;

		assert_null(titan_parse(span_of(others[i]), &arena, &titan, &uri));
		assert_false(titan.present);
		assert_span_equal(uri, others[i]);
	}
}

static void parameters(void **state)
{
	(void)state;
	take("titan://localhost/a;size=12", "titan://localhost/a");
	assert_int_equal(titan.size, 12);
	assert_false(titan.edit);
	assert_int_equal(titan.mime.len + titan.token.len, 0);
	take("titan://localhost/a;mime=text/plain;size=3;token=s%20%C3%A9%3B%2F",
		"titan://localhost/a");
	assert_span_equal(titan.mime, "text/plain");
	assert_span_equal(titan.token, "s \xc3\xa9;/");
	assert_int_equal(titan.size, 3);
	take("titan://localhost/a;token=;mime=;size=007", "titan://localhost/a");
	assert_int_equal(titan.size, 7);
	take("titan://localhost/a;size=18446744073709551615", "titan://localhost/a");
	assert_true(titan.size == UINT64_MAX);
	take("titan://localhost/a;edit", "titan://localhost/a");
	assert_true(titan.edit);
	assert_int_equal(titan.size, 0);
	take("titan://localhost/a;token=x;edit;mime=text%2Fgemini", "titan://localhost/a");
	assert_span_equal(titan.mime, "text/gemini");
	assert_true(titan.edit);
	take("titan://localhost/a;token=a=b;size=1", "titan://localhost/a");
	assert_span_equal(titan.token, "a=b");
}

static void left_over(void **state)
{
	struct uri parsed;

	(void)state;
	take("TITAN://localhost/a/b;size=1", "TITAN://localhost/a/b");
	take("titan://localhost/;size=1", "titan://localhost/");
	take("titan://localhost;size=1", "titan://localhost");
	take("titan://localhost:1965/a%3Bb;size=1", "titan://localhost:1965/a%3Bb");
	take("titan://localhost/a;size=1?x;y=/?;", "titan://localhost/a?x;y=/?;");
	take("titan://localhost/a;edit?", "titan://localhost/a?");
	take("titan:;size=1", "titan:");
	/* What is left is for uri_parse, which has its own word on it. */
	take("titan://localhost/a%3Bb;size=1?q", "titan://localhost/a%3Bb?q");
	assert_null(uri_parse(S("titan://localhost/a%3Bb?q"), &arena, &parsed));
	assert_int_equal(parsed.scheme, URI_TITAN);
	assert_span_equal(parsed.path, "/a;b");
}

static void mistakes(void **state)
{
	(void)state;
	refuse("titan://localhost/a", ";size=NUMBER");
	refuse("titan://localhost/a?;size=1", ";size=NUMBER");
	refuse("titan://localhost/a;mime=text/plain", ";size=NUMBER");
	refuse("titan://localhost/a;token=x", ";size=NUMBER");
	refuse("titan://localhost/a;", "parameters are");
	refuse("titan://localhost/a;size=1;", "parameters are");
	refuse("titan://localhost/a;;size=1", "parameters are");
	refuse("titan://localhost/a;Size=1", "parameters are");
	refuse("titan://localhost/a;size", "parameters are");
	refuse("titan://localhost/a;edit=1", "parameters are");
	refuse("titan://localhost/a;size=1;colour=red", "parameters are");
	refuse("titan://localhost/a;=1", "parameters are");
	refuse("titan://localhost/a;size=1;edit", "not both");
	refuse("titan://localhost/a;edit;size=1", "not both");
	refuse("titan://localhost/a;size=1#x", "fragment");
	refuse("titan://localhost/a;size=1;token=x#y", "fragment");
}

static void sizes(void **state)
{
	static const char *const bad[] = {"", "-1", "+1", "1.0", "1e3", "0x10", " 1", "1 ", "%31",
		"one", "18446744073709551616", "99999999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(arena_printf(&arena, "titan://localhost/a;size=%s", bad[i]),
			"in decimal digits");
	refuse("titan://localhost/a;size=0", "deletes nothing");
	refuse("titan://localhost/a;size=000", "deletes nothing");
}

static void twice(void **state)
{
	(void)state;
	refuse("titan://localhost/a;size=1;size=1", "once");
	refuse("titan://localhost/a;size=1;mime=a/b;mime=a/b", "once");
	refuse("titan://localhost/a;token=;size=1;token=", "once");
	refuse("titan://localhost/a;edit;edit", "once");
}

static void earlier_segments(void **state)
{
	(void)state;
	refuse("titan://localhost/a;size=1/b", "last part");
	refuse("titan://localhost/a;b/c;size=1", "last part");
	refuse("titan://localhost/a;edit/", "last part");
	refuse("titan://localhost/a;token=x/y;size=1", "last part");
	refuse("titan://localhost/a;mime=text/plain/b;size=1", "last part");
	refuse("titan://localhost/a;/b;size=1", "last part");
}

static void values(void **state)
{
	static const char *const bad[] = {
		"%", "%4", "%zz", "%00", "%0A", "%1B", "%7F", "%FF", "%C3", "a%ED%A0%80"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refuse(arena_printf(&arena, "titan://localhost/a;size=1;token=%s", bad[i]),
			"percent-encoded");
		refuse(arena_printf(&arena, "titan://localhost/a;mime=%s;size=1", bad[i]),
			"percent-encoded");
	}
}

static void no_memory(void **state)
{
	struct arena none;
	struct span uri;

	(void)state;
	arena_init(&none, 0);
	assert_non_null(titan_parse(S("titan://localhost/a;size=1?q"), &none, &titan, &uri));
	assert_non_null(titan_parse(S("titan://localhost/a;size=1;token=x"), &none, &titan, &uri));
	assert_null(titan_parse(S("titan://localhost/a;size=1"), &none, &titan, &uri));
	arena_end(&none);
}

#define TEST(words, function)                                                                      \
	{                                                                                          \
		words, function, begin, end, NULL                                                  \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("another scheme is left as it is", other_schemes),
		TEST("size, mime, token and edit in any order", parameters),
		TEST("what is left is the URI without them, with its query", left_over),
		TEST("each mistake has its own sentence", mistakes),
		TEST("a size is a decimal number, and not 0", sizes),
		TEST("no parameter is given twice", twice),
		TEST("parameters stand behind the last segment; mime alone may hold a slash",
			earlier_segments),
		TEST("values are percent-encoded text without controls", values),
		TEST("without memory there is a sentence, too", no_memory),
	};

	return cmocka_run_group_tests_name("titan", tests, NULL, NULL);
}
