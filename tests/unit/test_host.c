/*
 * Hosts: names, wildcards, addresses.
 */
#include "testing.h"

#include "proto/host.h"

static void matches(void **state)
{
	(void)state;
	static const struct {
		const char *name, *host;
		bool match;
	} rows[] = {
		{"example.org", "example.org", true},
		{"example.org", "www.example.org", false},
		{"example.org", "", false},
		{"*.example.org", "www.example.org", true},
		{"*.example.org", "example.org", false},
		{"*.example.org", "a.b.example.org", false},
		{"*.example.org", ".example.org", false},
		{"*.example.org", "wwwexample.org", false},
		{"127.0.0.1", "127.0.0.1", true},
		{"::1", "::1", true},
		{"::1", "::2", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (host_matches(span_of(rows[i].name), span_of(rows[i].host)) != rows[i].match)
			fail_msg("%s against %s", rows[i].name, rows[i].host);
}

static void normalised(void **state)
{
	(void)state;
	static const struct {
		const char *text, *spelling;
		bool is_address;
	} rows[] = {
		{"LocalHost.", "localhost", false},
		{"*.Example.org", "*.example.org", false},
		{"*.b\xc3\xbc"
		 "cher.example",
			"*.xn--bcher-kva.example", false},
		{"127.0.0.1", "127.0.0.1", true},
		{"1.2.3", "1.2.3", false},
		{"\xef\xbc\x91.2.3.4", "1.2.3.4", true}, /* a full-width one */
		{"::1", "::1", true},
		{"[::1]", "::1", true},
		{"2001:DB8:0:0::1", "2001:db8::1", true},
		{"::ffff:1.2.3.4", "::ffff:1.2.3.4", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		struct span out = {NULL, 0};
		bool is_address = !rows[i].is_address;
		arena_init(&arena, 4096);
		if (!host_normalise(span_of(rows[i].text), &arena, &out, &is_address))
			fail_msg("%s is a host", rows[i].text);
		assert_span_equal(out, rows[i].spelling);
		assert_ptr_not_equal(out.ptr, rows[i].text);
		assert_int_equal(is_address, rows[i].is_address);
		arena_end(&arena);
	}
}

static void refused(void **state)
{
	(void)state;
	static const char *const rows[] = {"", "*", "*.", "*.*.org", "a.*.org", "*.127.0.0.1", "[",
		"[]", "[::1", "[127.0.0.1]", "[::1]x", "::g", "1:2", "localhost:1965",
		"[fe80::1%25eth0]", "[v1.x]", "a b", "a@b", "b%C3%BCcher%", "b%2Fx",
		"[1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct arena arena;
		struct span out;
		bool is_address;
		arena_init(&arena, 4096);
		if (host_normalise(span_of(rows[i]), &arena, &out, &is_address))
			fail_msg("%s is no host", rows[i]);
		arena_end(&arena);
	}

	/* What C takes for the end of a text is a byte of it. */
	struct arena arena;
	struct span out;
	bool is_address;
	arena_init(&arena, 4096);
	assert_false(host_parse(S("[::1\0]"), &arena, &out, &is_address));
	assert_false(host_parse(S("1.2.3.4\0"
				  "5"),
		&arena, &out, &is_address));
	arena_end(&arena);
}

static void out_of_memory(void **state)
{
	(void)state;
	struct arena none;
	struct span out;
	bool is_address;
	arena_init(&none, 0);
	assert_false(host_normalise(S("localhost"), &none, &out, &is_address));
	assert_false(host_normalise(S("::1"), &none, &out, &is_address));
	assert_false(host_parse(S("local%68ost"), &none, &out, &is_address));
	assert_true(host_parse(S("localhost"), &none, &out, &is_address));
	assert_true(host_parse(S("127.0.0.1"), &none, &out, &is_address));
	assert_true(is_address);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matches),
		cmocka_unit_test(normalised),
		cmocka_unit_test(refused),
		cmocka_unit_test(out_of_memory),
	};
	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
