/*
 * URIs: what a request may ask for, in one spelling, and what is refused with a sentence.
 */
#include "testing.h"

#include "proto/uri.h"

#define LIMIT 16384
#define HOST  "gemini://localhost"

/* The parser's answer lives as long as the test's arena. */
static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, LIMIT);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_end(&arena);
	return 0;
}

static struct uri parsed(const char *text)
{
	struct uri uri;
	const char *why = uri_parse(span_of(text), &arena, &uri);
	if (why != NULL)
		fail_msg("%s: %s", text, why);
	return uri;
}

static void whole(void **state)
{
	(void)state;
	struct uri uri = parsed("gemini://localhost:7000/a/b.gmi?q=%20+1");
	assert_int_equal(uri.scheme, URI_GEMINI);
	assert_span_equal(uri.host, "localhost");
	assert_false(uri.host_is_address);
	assert_int_equal(uri.port, 7000);
	assert_span_equal(uri.path, "/a/b.gmi");
	assert_true(uri.has_query);
	assert_span_equal(uri.query, "q=%20+1");
}

static void schemes(void **state)
{
	(void)state;
	assert_int_equal(parsed("GEMINI://localhost/").scheme, URI_GEMINI);
	assert_int_equal(parsed("Titan://localhost/x;size=1").scheme, URI_TITAN);
	assert_int_equal(parsed("https://localhost/%zz#x").scheme, URI_OTHER);
	assert_int_equal(parsed("mailto:rosa@example.org").scheme, URI_OTHER);
	assert_int_equal(parsed("a+b-c.1:").scheme, URI_OTHER);
	assert_int_equal(parsed("geminis://localhost/").scheme, URI_OTHER);
}

static void hosts(void **state)
{
	(void)state;
	static const struct {
		const char *text, *host;
		bool is_address;
		unsigned port;
	} rows[] = {
		{"gemini://LOCALHOST/", "localhost", false, 1965},
		{"gemini://localhost./", "localhost", false, 1965},
		{"gemini://localhost", "localhost", false, 1965},
		{"gemini://localhost?x", "localhost", false, 1965},
		{"gemini://localhost:/", "localhost", false, 1965},
		{"gemini://localhost:1965/", "localhost", false, 1965},
		{"gemini://localhost:001965/", "localhost", false, 1965},
		{"gemini://localhost:1/", "localhost", false, 1},
		{"gemini://localhost.:65535", "localhost", false, 65535},
		{"gemini://b\xc3\xbc"
		 "cher.example/",
			"xn--bcher-kva.example", false, 1965},
		{"gemini://b%c3%BCcher.example/", "xn--bcher-kva.example", false, 1965},
		{"gemini://xn--BCHER-kva.example/", "xn--bcher-kva.example", false, 1965},
		{"gemini://127.0.0.1/", "127.0.0.1", true, 1965},
		{"gemini://127.0.0.1:7000/", "127.0.0.1", true, 7000},
		{"gemini://127.0.0.256/", "127.0.0.256", false, 1965},
		{"gemini://[::1]/", "::1", true, 1965},
		{"gemini://[0:0::0:1]:7000/", "::1", true, 7000},
		{"gemini://[2001:DB8::A]:", "2001:db8::a", true, 1965},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct uri uri = parsed(rows[i].text);
		assert_span_equal(uri.host, rows[i].host);
		assert_int_equal(uri.host_is_address, rows[i].is_address);
		assert_int_equal(uri.port, rows[i].port);
	}
}

static void paths(void **state)
{
	(void)state;
	static const struct {
		const char *text, *path;
	} rows[] = {
		{"", "/"},
		{"/", "/"},
		{"?query", "/"},
		{"/a/b", "/a/b"},
		{"/a/b/", "/a/b/"},
		{"/a//b", "/a/b"},
		{"//a///b//", "/a/b/"},
		{"/a/./b", "/a/b"},
		{"/a/b/../c", "/a/c"},
		{"/a/b/..", "/a/"},
		{"/a/b/../", "/a/"},
		{"/a/.", "/a/"},
		{"/.", "/"},
		{"/a/..", "/"},
		{"/a/../b", "/b"},
		{"/a/%2e%2E/b", "/b"},
		{"/a/%2e/b", "/a/b"},
		{"/a/.%2e/b", "/b"},
		{"/a/b//../c", "/a/c"},
		{"/...", "/..."},
		{"/..a/.b/c.", "/..a/.b/c."},
		{"/a%20b", "/a b"},
		{"/%7Erosa", "/~rosa"},
		{"/caf%C3%A9", "/caf\xc3\xa9"},
		{"/caf\xc3\xa9", "/caf\xc3\xa9"},
		{"/a%3Fb%23c%25d", "/a?b#c%d"},
		{"/%252e%252e/x", "/%2e%2e/x"},
		{"/a;b=c", "/a;b=c"},
		{"/a?/../../b", "/a"},
		{"/a\\..\\b", "/a\\..\\b"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char text[128];
		snprintf(text, sizeof text, HOST "%s", rows[i].text);
		assert_span_equal(parsed(text).path, rows[i].path);
	}
}

static void queries(void **state)
{
	(void)state;
	assert_false(parsed(HOST "/").has_query);
	struct uri uri = parsed(HOST "/?");
	assert_true(uri.has_query);
	assert_int_equal(uri.query.len, 0);
	assert_span_equal(parsed(HOST "/?a?b/c%0D%0a").query, "a?b/c%0D%0a");
	assert_span_equal(parsed(HOST "?\xc3\xa9").query, "\xc3\xa9");
}

/* The sentence is for a person: a few of its words name the row's fault. */
static const struct {
	const char *text, *words;
} faults[] = {
	{"", "whole URL"},
	{"localhost/", "whole URL"},
	{"/a", "whole URL"},
	{"//localhost/", "whole URL"},
	{"://localhost/", "whole URL"},
	{"1gemini://localhost/", "whole URL"},
	{" gemini://localhost/", "whole URL"},
	{"gemini", "whole URL"},
	{"gemini:", "names its host"},
	{"gemini:x", "names its host"},
	{"gemini:/x", "names its host"},
	{"gemini://", "names its host"},
	{"gemini:///x", "names its host"},
	{"gemini://:1965/", "names its host"},
	{"gemini://?x", "names its host"},
	{"titan:///x", "names its host"},
	{"gemini://./", "host in a URL"},
	{"gemini://a b/", "host in a URL"},
	{"gemini://a..b/", "host in a URL"},
	{"gemini://a%2fb/", "host in a URL"},
	{"gemini://a%zz/", "host in a URL"},
	{"gemini://[::1/", "host in a URL"},
	{"gemini://[::g]/", "host in a URL"},
	{"gemini://[::1]x/", "host in a URL"},
	{"gemini://[127.0.0.1]/", "host in a URL"},
	{"gemini://::1/", "names its host"},
	{"gemini://rosa@localhost/", "user name"},
	{"gemini://@localhost/", "user name"},
	{"gemini://rosa:secret@localhost/", "user name"},
	{"gemini://localhost:0/", "port"},
	{"gemini://localhost:65536/", "port"},
	{"gemini://localhost:99999999999999999999/", "port"},
	{"gemini://localhost:x/", "port"},
	{"gemini://localhost:+1/", "port"},
	{"gemini://localhost:1:2/", "port"},
	{HOST "/#x", "fragment"},
	{HOST "/#", "fragment"},
	{HOST "#x", "fragment"},
	{HOST "/?q#x", "fragment"},
	{HOST "/%", "%25"},
	{HOST "/%4", "%25"},
	{HOST "/%zz", "%25"},
	{HOST "/%4g", "%25"},
	{HOST "/?%zz", "%25"},
	{HOST "/%00", "control"},
	{HOST "/a%0Ab", "control"},
	{HOST "/%1f", "control"},
	{HOST "/%7F", "control"},
	{HOST "/\x01", "control"},
	{HOST "/?%00", "control"},
	{HOST "/?\t", "control"},
	{HOST "/a b", "%20"},
	{HOST "/?a b", "%20"},
	{HOST "/a%2Fb", "%2F"},
	{HOST "/%2f", "%2F"},
	{HOST "/a%2f..%2fb", "%2F"},
	{HOST "/../x", "above"},
	{HOST "/%2e%2e/x", "above"},
	{HOST "/.%2E", "above"},
	{HOST "/a/../../x", "above"},
	{HOST "//../x", "above"},
	{HOST "/./..", "above"},
	{HOST "/%ff", "UTF-8"},
	{HOST "/%c0%af", "UTF-8"},
	{HOST "/%ed%a0%80", "UTF-8"},
	{HOST "/caf\xc3", "UTF-8"},
};

static void refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		struct uri uri;
		const char *why = uri_parse(span_of(faults[i].text), &arena, &uri);
		if (why == NULL)
			fail_msg("%s is refused", faults[i].text);
		if (strstr(why, faults[i].words) == NULL)
			fail_msg("%s: %s", faults[i].text, why);
	}
	struct uri uri;
	assert_non_null(uri_parse(S("gemini://a\0b/"), &arena, &uri));
	assert_non_null(uri_parse(S(HOST "/a\0b"), &arena, &uri));
}

static void plain_ones_take_no_memory(void **state)
{
	(void)state;
	struct arena none;
	struct uri uri;
	arena_init(&none, 0);
	assert_null(uri_parse(S(HOST ":1965/posts/kindness-spreads.gmi?x%20y"), &none, &uri));
	assert_span_equal(uri.path, "/posts/kindness-spreads.gmi");
	assert_non_null(uri_parse(S(HOST "/a%20b"), &none, &uri));
	assert_non_null(uri_parse(S("gemini://LOCALHOST/"), &none, &uri));
}

static struct span encoded_span(struct span path)
{
	struct buf buf;
	buf_init(&buf, &arena, LIMIT);
	uri_append_path(&buf, path);
	assert_false(buf_failed(&buf));
	return buf_view(&buf);
}

static struct span encoded(const char *path)
{
	return encoded_span(span_of(path));
}

static void append_path(void **state)
{
	(void)state;
	assert_span_equal(encoded("/a/b-1._~!$&'()*+,=:@"), "/a/b-1._~!$&'()*+,=:@");
	assert_span_equal(encoded("/a b?c#d%e;f"), "/a%20b%3Fc%23d%25e%3Bf");
	assert_span_equal(
		encoded("/caf\xc3\xa9\"<>\\^`{|}"), "/caf%C3%A9%22%3C%3E%5C%5E%60%7B%7C%7D");
	assert_span_equal(encoded_span(S("/a\0b")), "/a%00b");
}

static void decode_query(void **state)
{
	(void)state;
	static const struct {
		const char *query, *text;
	} rows[] = {
		{"", ""},
		{"a%20b+c", "a b+c"},
		{"a%0Ab%0D%0Ac%0Dd%0D%0D%0Ae", "a\nb\nc\nd\n\ne"},
		{"a\r\nb", "a\nb"},
		{"%0A%0D", "\n\n"},
		{"caf%C3%A9 \xc3\xa9", "caf\xc3\xa9 \xc3\xa9"},
		{"100%25", "100%"},
	};
	struct span out;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_true(uri_decode_query(span_of(rows[i].query), &arena, &out));
		assert_span_equal(out, rows[i].text);
	}
	static const char *const bad[] = {"%", "%0", "a%zz", "%00", "%ff", "%c3", "a%ED%A0%80"};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (uri_decode_query(span_of(bad[i]), &arena, &out))
			fail_msg("%s is refused", bad[i]);
	struct arena none;
	arena_init(&none, 0);
	assert_false(uri_decode_query(S("a"), &none, &out));
}

static void resolve_local(void **state)
{
	(void)state;
	static const struct {
		const char *reference, *path; /* NULL: not local */
	} rows[] = {
		{"b.gmi", "/posts/b.gmi"},
		{"./b.gmi?q#f", "/posts/b.gmi"},
		{"../b.gmi", "/b.gmi"},
		{"..", "/"},
		{"sub/", "/posts/sub/"},
		{"/b%20c", "/b c"},
		{"//localhost/b", "/b"},
		{"gemini://localhost/b", "/b"},
		{"GEMINI://LocalHost.:1965", "/"},
		{"gemini://localhost/b#f", "/b"},
		{"", "/posts/index.gmi"},
		{"?q", "/posts/index.gmi"},
		{"#f", "/posts/index.gmi"},
		{"gemini://localhost:7000/b", NULL},
		{"gemini://example.org/b", NULL},
		{"//example.org/b", NULL},
		{"titan://localhost/b", NULL},
		{"https://localhost/b", NULL},
		{"mailto:rosa@localhost", NULL},
		{"../../b", NULL},
		{"b%2Fc", NULL},
		{"b%00", NULL},
		{"gemini:/b", NULL},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span path;
		bool local = uri_resolve_local(span_of(rows[i].reference), S("localhost"),
			S("/posts/index.gmi"), &arena, &path);
		if (local != (rows[i].path != NULL))
			fail_msg("%s", rows[i].reference);
		if (local)
			assert_span_equal(path, rows[i].path);
	}
	struct arena none;
	struct span path;
	arena_init(&none, 0);
	assert_false(uri_resolve_local(S("b"), S("localhost"), S("/"), &none, &path));
	assert_false(uri_resolve_local(S("//localhost/"), S("localhost"), S("/"), &none, &path));
}

/* What a link line says, wherever it leads. */
static void references(void **state)
{
	(void)state;
	static const struct {
		const char *reference, *host, *path; /* path NULL: it is wrong */
		enum uri_scheme scheme;
	} rows[] = {
		{"b.gmi?q#f", "", "/posts/b.gmi", URI_GEMINI},
		{"", "", "/posts/a.gmi", URI_GEMINI},
		{"//example.org/b", "example.org", "/b", URI_GEMINI},
		{"gemini://example.org", "example.org", "/", URI_GEMINI},
		{"titan://example.org/b", "example.org", "/b", URI_TITAN},
		{"mailto:rosa@example.org", "", "", URI_OTHER},
		{"../../b", "", NULL, URI_GEMINI},
		{"%zz", "", NULL, URI_GEMINI},
		{"gemini://rosa@example.org/", "", NULL, URI_GEMINI},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct uri uri;
		const char *why =
			uri_resolve(span_of(rows[i].reference), S("/posts/a.gmi"), &arena, &uri);
		if ((why == NULL) != (rows[i].path != NULL))
			fail_msg("%s: %s", rows[i].reference, why != NULL ? why : "no fault");
		if (why != NULL)
			continue;
		assert_int_equal(uri.scheme, rows[i].scheme);
		assert_span_equal(uri.host, rows[i].host);
		assert_span_equal(uri.path, rows[i].path);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(whole),
		TEST(schemes),
		TEST(hosts),
		TEST(paths),
		TEST(queries),
		TEST(refused),
		TEST(plain_ones_take_no_memory),
		TEST(append_path),
		TEST(decode_query),
		TEST(resolve_local),
		TEST(references),
	};
	return cmocka_run_group_tests_name("uri", tests, NULL, NULL);
}
