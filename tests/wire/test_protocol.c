/*
 * A Gemini transaction, row by row: which URL is answered how (see test_request.c for the bytes).
 *
 * Each test bears the words of the row that it holds the server to.
 */
#include "fixture.h"

static const char configuration[] = "capsule \"localhost\" {\n"
				    "    root = \"capsule\"\n    certs = \"certs\"\n"
				    "    aliases = {\"127.0.0.1\", \"::1\", \"b\xc3\xbc"
				    "cher.example\", \"*.wild.example\"}\n"
				    "}\n"
				    "capsule \"second.example\" {\n"
				    "    root = \"second\"\n    certs = \"certs\"\n"
				    "}\n";

static const char home[] = "# A home page\n";
static const char page[] = "# The page in the folder\n";
static const char greeting[] = "# Gr\xc3\xbc\xc3\x9f"
			       "e\n";

static int start(void **state)
{
	fixture_prepare(state);
	server.conf = "kindling.conf";
	daemon_write_text(&server, "kindling.conf", configuration);
	daemon_write_text(&server, "capsule/index.gmi", home);
	daemon_write_text(&server, "capsule/folder/.secret", "hidden\n");
	daemon_write_text(&server, "capsule/.git/config", "hidden\n");
	daemon_write_text(&server,
		"capsule/gr\xc3\xbc\xc3\x9f"
		"e.gmi",
		greeting);
	daemon_write_text(&server, "second/index.gmi", "# The second capsule\n");
	daemon_start(&server);
	return 0;
}

/* "gemini://localhost/?aaa…", so long, and CRLF where it is wanted. */
static void name_too_long_or_hidden(void **state)
{
	static const char *const urls[] = {
		"gemini://localhost/.git/config",
		"gemini://localhost/folder/.secret",
		"gemini://localhost/folder/%2Esecret",
		"gemini://localhost/.git/",
		"gemini://localhost/.git",
		"gemini://localhost/...",
	};
	char name[600], url[URL_SIZE];

	(void)state;
	expect_each(&server, urls, COUNT(urls), 51);
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	expect(&server, NULL, url_of(url, "/%s", name), 51);
	expect(&server, NULL, url_of(url, "/folder/%s/x", name), 51);
}

static void no_scheme(void **state)
{
	static const char *const urls[] = {"", "/", "/index.gmi", "index.gmi", "//localhost/",
		"localhost/", "localhost", "?x", "://localhost/", " gemini://localhost/"};

	(void)state;
	expect_each(&server, urls, COUNT(urls), 59);
}

static void userinfo(void **state)
{
	static const char *const urls[] = {"gemini://user@localhost/",
		"gemini://user:password@localhost/", "gemini://@localhost/",
		"gemini://localhost@localhost/"};

	(void)state;
	expect_each(&server, urls, COUNT(urls), 59);
}

static void fragment(void **state)
{
	static const char *const urls[] = {"gemini://localhost/#x", "gemini://localhost/#",
		"gemini://localhost/?query#x", "gemini://localhost#x"};

	(void)state;
	expect_each(&server, urls, COUNT(urls), 59);
}

static void bad_encoding(void **state)
{
	static const char *const urls[] = {"gemini://localhost/%", "gemini://localhost/%2",
		"gemini://localhost/%zz", "gemini://localhost/%2/x", "gemini://localhost/a%00b",
		"gemini://localhost/%00", "gemini://localhost/?%zz"};

	(void)state;
	expect_each(&server, urls, COUNT(urls), 59);
}

static void climbs(void **state)
{
	static const char *const urls[] = {"gemini://localhost/../x", "gemini://localhost/%2e%2e/x",
		"gemini://localhost/a/../../x", "gemini://localhost/..",
		"gemini://localhost/folder/%2E./../x", "gemini://localhost/./.%2e/kindling.conf",
		"gemini://localhost/folder//../../x"};

	(void)state;
	expect_each(&server, urls, COUNT(urls), 59);
}

static void other_scheme_host_or_port(void **state)
{
	static const char *const urls[] = {"https://localhost/", "gopher://localhost/1",
		"spartan://localhost/", "gemini://example.org/", "gemini://localhost.example.org/",
		"gemini://localhost:1/", "gemini://xlocalhost/", "gemini://wild.example/",
		"gemini://a.b.wild.example/"};
	char url[URL_SIZE];

	(void)state;
	expect_each(&server, urls, COUNT(urls), 53);
	expect_body(&server, url_of(url, ":%u/", server.port), home);
	expect_body(&server, "gemini://any.wild.example/", home);
}

static void two_capsules(void **state)
{
	static const struct {
		const char *sni, *url;
		int status;
	} cases[] = {
		{"localhost", "gemini://second.example/", 53},
		{"second.example", "gemini://localhost/", 53},
		{"second.example", "gemini://127.0.0.1/", 53},
		{"second.example", "gemini://second.example/", 20},
		{"localhost",
			"gemini://b\xc3\xbc"
			"cher.example/",
			20},
		{"xn--bcher-kva.example", "gemini://localhost/", 20},
		{"", "gemini://second.example/", 20},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct client_options options = {.sni = cases[i].sni};
		struct answer answer = ask_as(&server, &options, cases[i].url);

		assert_answer(&answer, cases[i].status, cases[i].url);
		if (answer.status == 20)
			assert_string_equal(answer.body, strstr(cases[i].url, "second") != NULL
								 ? "# The second capsule\n"
								 : home);
		answer_free(&answer);
	}
}

static void empty_path(void **state)
{
	(void)state;
	expect_body(&server, "gemini://localhost/", home);
	expect_body(&server, "gemini://localhost", home);
	expect_body(&server, "gemini://localhost?query", home);
	expect_body(&server, "gemini://localhost:1965", home);
}

static void no_final_slash(void **state)
{
	(void)state;
	expect_redirect(&server, NULL, "gemini://localhost/folder", 31, "/folder/");
	expect_redirect(&server, NULL, "gemini://localhost/./folder", 31, "/folder/");
	expect_body(&server, "gemini://localhost/folder/", "# The folder\n");
}

static void capitals_port_dot(void **state)
{
	(void)state;
	expect_body(&server, "GEMINI://localhost/", home);
	expect_body(&server, "gemini://LOCALHOST/", home);
	expect_body(&server, "Gemini://LocalHost:1965/", home);
	expect_body(&server, "gemini://localhost:/", home);
	expect_body(&server, "gemini://localhost./", home);
	expect_body(&server, "gemini://localhost.:1965/", home);
	/* Paths are compared as they are. */
	expect(&server, NULL, "gemini://localhost/FOLDER/PAGE.GMI", 51);
}

static void normalised(void **state)
{
	(void)state;
	expect_body(&server, "gemini://localhost/folder//page.gmi", page);
	expect_body(&server, "gemini://localhost//folder/page.gmi", page);
	expect_body(&server, "gemini://localhost/folder/./page.gmi", page);
	expect_body(&server, "gemini://localhost/folder/x/../page.gmi", page);
	expect_body(&server, "gemini://localhost/folder/%2e/x/%2E%2e/page.gmi", page);
	expect_body(&server, "gemini://localhost/f%6Flder/page%2Egmi", page);
	expect_body(&server, "gemini://localhost/folder/..", home);
	expect_body(&server, "gemini://localhost/folder/.", "# The folder\n");
}

static void encoded_slash(void **state)
{
	static const char *const urls[] = {"gemini://localhost/folder%2Fpage.gmi",
		"gemini://localhost/%2f", "gemini://localhost/folder/%2Fpage.gmi"};

	(void)state;
	expect_each(&server, urls, COUNT(urls), 59);
}

static void iri_path(void **state)
{
	(void)state;
	expect_body(&server,
		"gemini://localhost/gr\xc3\xbc\xc3\x9f"
		"e.gmi",
		greeting);
	expect_body(&server, "gemini://localhost/gr%C3%BC%c3%9fe.gmi", greeting);
}

static void idn_host(void **state)
{
	(void)state;
	expect_body(&server,
		"gemini://b\xc3\xbc"
		"cher.example/",
		home);
	expect_body(&server, "gemini://xn--bcher-kva.example/", home);
	expect_body(&server,
		"gemini://B\xc3\x9c"
		"CHER.Example/",
		home);
	expect_body(&server, "gemini://XN--BCHER-KVA.EXAMPLE./", home);
}

static void address_literal(void **state)
{
	static const struct {
		const char *url;
		int status;
	} cases[] = {
		{"gemini://127.0.0.1/", 20},
		{"gemini://[::1]/", 20},
		{"gemini://[0:0:0:0:0:0:0:1]:1965/", 20},
		{"gemini://127.0.0.2/", 53},
		{"gemini://[::2]/", 53},
	};
	const struct client_options nameless = {.sni = "", .ipv6 = server.port6 != 0};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer answer = ask_as(&server, &nameless, cases[i].url);

		assert_answer(&answer, cases[i].status, cases[i].url);
		answer_free(&answer);
	}
}

int main(void)
{
	const struct CMUnitTest rows[] = {
		TEST("a name too long for the file system, a hidden name (a segment that begins "
		     "with a dot)",
			name_too_long_or_hidden),
		TEST("empty, relative or scheme-less URI", no_scheme),
		TEST("userinfo (`user@`)", userinfo),
		TEST("a fragment (`#x`)", fragment),
		TEST("bad percent-encoding, `%00`", bad_encoding),
		TEST("path that climbs above the root (`/../x`, `/%2e%2e/x`, `/a/../../x`)",
			climbs),
		TEST("scheme other than gemini/titan; a host or port that is not ours",
			other_scheme_host_or_port),
		TEST("SNI name and URI host that belong to two different capsules", two_capsules),
		TEST("empty path", empty_path),
		TEST("directory without the final slash", no_final_slash),
		TEST("scheme and host in capitals; the default port written out; host with a final "
		     "dot",
			capitals_port_dot),
		TEST("`/a//b`, `/a/./b`, `/a/b/../c` inside the root", normalised),
		TEST("`%2F` inside a segment", encoded_slash),
		TEST("non-ASCII bytes in the path that are valid UTF-8 (an IRI)", iri_path),
		TEST("an IDN host, in Unicode or in punycode", idn_host),
		TEST("an IPv4 or IPv6 literal as host", address_literal),
	};

	return cmocka_run_group_tests_name("protocol", rows, start, fixture_end);
}
