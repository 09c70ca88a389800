/*
 * Internationalised host names: one ASCII form for each.
 */
#include "testing.h"

#include "text/idn.h"

#define L63 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static void accepted(void **state)
{
	(void)state;
	static const struct {
		const char *host, *ascii;
	} rows[] = {
		{"localhost", "localhost"}, {"LocalHost.", "localhost"},
		{"a-b.example.org", "a-b.example.org"},
		{"_under.example.org", "_under.example.org"}, {"127.0.0.1", "127.0.0.1"},
		{L63 ".org", L63 ".org"},
		{"b\xc3\xbc"
		 "cher.example",
			"xn--bcher-kva.example"},
		{"B\xc3\x9c"
		 "CHER.Example.",
			"xn--bcher-kva.example"},
		{"bu\xcc\x88"
		 "cher.example",
			"xn--bcher-kva.example"},
		{"XN--BCHER-KVA.example", "xn--bcher-kva.example"},
		{"stra\xc3\x9f"
		 "e.example",
			"xn--strae-oqa.example"}, /* not "strasse" */
		{"\xe4\xbe\x8b\xe3\x81\x88\xe3\x80\x82\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88\xe3\x80"
		 "\x82",
			"xn--r8jz45g.xn--zckzah"}, /* with ideographic full stops */
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		struct span out = {NULL, 0};
		arena_init(&arena, 4096);
		if (!idn_to_ascii(span_of(rows[i].host), &arena, &out))
			fail_msg("%s is a host name", rows[i].host);
		assert_span_equal(out, rows[i].ascii);
		arena_end(&arena);
	}
}

static void refused(void **state)
{
	(void)state;
	static const char *const rows[] = {"", ".", "..", "a..b", ".a", "a..", "-a", "a-", "a.-b.c",
		"a b", "a/b", "a:b", "a%b", "*.example.org", "[::1]", "a\x7f", "a\nb", L63 "l.org",
		L63 "." L63 "." L63 "." L63, "b\xc3",
		"b\xc3\xbc"
		"/x",
		"b\xc3\xbc..org",
		"\xcc\x81"
		"a",
		"b\xc3\xbc\xe2\x80\xae.org", "xn--\xc3\xbc"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		struct span out;
		arena_init(&arena, 4096);
		if (idn_to_ascii(span_of(rows[i]), &arena, &out))
			fail_msg("row %zu is no host name: %s", i, rows[i]);
		arena_end(&arena);
	}
	struct span out;
	struct arena arena;
	arena_init(&arena, 4096);
	assert_false(idn_to_ascii(S("a\0b"), &arena, &out));
	assert_false(idn_to_ascii(S("b\xc3\xbc\0b"), &arena, &out));
	arena_end(&arena);
}

static void plain_names_are_not_copied(void **state)
{
	(void)state;
	struct arena none;
	struct span host = S("example.org."), out;
	arena_init(&none, 0);
	assert_true(idn_to_ascii(host, &none, &out));
	assert_ptr_equal(out.ptr, host.ptr);
	assert_int_equal(out.len, host.len - 1);
	assert_false(idn_to_ascii(S("EXAMPLE.org"), &none, &out));
	assert_false(idn_to_ascii(S("b\xc3\xbc"
				    "cher"),
		&none, &out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepted),
		cmocka_unit_test(refused),
		cmocka_unit_test(plain_names_are_not_copied),
	};
	return cmocka_run_group_tests_name("idn", tests, NULL, NULL);
}
