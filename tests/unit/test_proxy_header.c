/*
 * The PROXY protocol's header.
 */
#include "testing.h"

#include "proto/proxy.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V2(rest)  S(SIGNATURE rest)
#define IPV4      "\xc0\0\x02\x01\x7f\0\0\x01\xdd\xd5\x07\xad" /* 192.0.2.1, port 1965 */
#define IPV6                                                                                       \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\xdd\xd5\x07" \
	"\xad"

static enum proxy_result scan(struct span text, struct proxy_header *header, size_t *used)
{
	const char *wrong = NULL;
	enum proxy_result result = proxy_scan(text, header, used, &wrong);

	if (result == PROXY_BAD)
		assert_true(wrong != NULL && strlen(wrong) > 5);
	return result;
}

/* Whole: taken exactly, whatever follows; and not before its last byte. */
static struct proxy_header assert_taken(struct span text)
{
	struct proxy_header header;
	size_t used;
	char more[PROXY_HEADER_MAX + 3];

	for (size_t len = 0; len < text.len; len++) {
		char *exact = malloc(len); /* what is read behind its end is noticed */

		if (len > 0)
			memcpy(exact, text.ptr, len);
		if (scan((struct span){exact, len}, &header, &used) != PROXY_MORE)
			fail_msg("%zu bytes of %zu are not the beginning of a header", len,
				text.len);
		free(exact);
	}
	memcpy(more, text.ptr, text.len);
	memcpy(more + text.len, "\x16\x03\x01", 3);
	assert_int_equal(scan((struct span){more, text.len + 3}, &header, &used), PROXY_COMPLETE);
	assert_int_equal(used, text.len);
	assert_int_equal(scan(text, &header, &used), PROXY_COMPLETE);
	assert_int_equal(used, text.len);
	return header;
}

static void assert_names_ipv4(struct span text)
{
	struct proxy_header header = assert_taken(text);

	assert_int_equal(header.family, 4);
	assert_memory_equal(header.address, "\xc0\0\x02\x01\0\0\0\0\0\0\0\0\0\0\0\0", 16);
	assert_int_equal(header.port, 1965);
}

static void assert_names_ipv6(struct span text)
{
	struct proxy_header header = assert_taken(text);

	assert_int_equal(header.family, 6);
	assert_memory_equal(header.address, IPV6, 16);
	assert_int_equal(header.port, 1965);
}

static void version_1(void **state)
{
	static const char longest[] = "PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
				      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n";

	(void)state;
	assert_names_ipv4(S("PROXY TCP4 192.0.2.1 127.0.0.1 56789 1965\r\n"));
	assert_names_ipv4(S("PROXY TCP4 192.0.2.1 127.0.0.1 0 1965\r\n"));
	assert_names_ipv6(S("PROXY TCP6 2001:db8::1 ::1 56789 1965\r\n"));
	assert_int_equal(assert_taken(S(longest)).family, 6);
	assert_int_equal(assert_taken(S("PROXY UNKNOWN\r\n")).family, 0);
	assert_int_equal(
		assert_taken(S("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n")).family, 0);
}

static void version_2(void **state)
{
	(void)state;
	assert_names_ipv4(V2("\x21\x11\0\x0c" IPV4));
	assert_names_ipv4(V2("\x21\x11\0\x11" IPV4 "\x04\0\x02\0\0"));
	assert_names_ipv6(V2("\x21\x21\0\x24" IPV6));
	/* The proxy itself, or whoever speaks over a Unix socket. */
	assert_int_equal(assert_taken(V2("\x20\0\0\0")).family, 0);
	assert_int_equal(assert_taken(V2("\x20\x11\0\x0c" IPV4)).family, 0);
	assert_int_equal(assert_taken(V2("\x20\xff\0\x01x")).family, 0);
	assert_int_equal(assert_taken(V2("\x21\0\0\0")).family, 0);
	assert_int_equal(assert_taken(V2("\x21\x31\0\x03xyz")).family, 0);
}

static void the_longest(void **state)
{
	char bytes[PROXY_HEADER_MAX] = SIGNATURE "\x21\x11\x02\x08" IPV4;

	(void)state;
	assert_names_ipv4((struct span){bytes, sizeof(bytes)});

	struct proxy_header header;
	size_t used;

	bytes[15]++;
	assert_int_equal(scan((struct span){bytes, 16}, &header, &used), PROXY_BAD);
}

static void what_is_none(void **state)
{
	const struct span wrong[] = {S("\x16\x03\x01\x02\0\x01"), S("gemini://localhost/\r\n"),
		S("P\r"), S("PROXY\r\n"), S("proxy TCP4"), S("PROXY \r\n"), S("PROXY TCP4\r\n"),
		S("PROXY TCP5 192.0.2.1 127.0.0.1 1 2\r\n"),
		S("PROXY TCP4  192.0.2.1 127.0.0.1 1 2\r\n"),
		S("PROXY TCP4 192.0.2.1 127.0.0.1 1 2 \r\n"),
		S("PROXY TCP4 192.0.2.1 127.0.0.1 1 2 3\r\n"),
		S("PROXY TCP4 192.0.2.1 127.0.0.1 1\r\n"), S("PROXY TCP4 192.0.2.1 ::1 1 2\r\n"),
		S("PROXY TCP4 ::1 ::1 1 2\r\n"), S("PROXY TCP6 192.0.2.1 ::1 1 2\r\n"),
		S("PROXY TCP4 192.0.2.1 127.0.0.1 01 2\r\n"),
		S("PROXY TCP4 192.0.2.1 127.0.0.1 1 65536\r\n"),
		S("PROXY TCP4 192.0.2.1 127.0.0.1 1 -2\r\n"),
		S("PROXY TCP4 192.0.2.1\0 127.0.0.1 1 2\r\n"),
		S("PROXY TCP6 1111:1111:1111:1111:1111:1111:1111:1111:1111:1 ::1 1 2\r\n"),
		S("PROXY TCP4 192.0.2.256 127.0.0.1 1 2\r\n"), S("PROXY UNKNOWNX\r\n"),
		S("PROXY UNKNOWN\rx"), S("\r\n\r\n\r\n"), V2("\x11\x11\0\x0c" IPV4),
		V2("\x22\x11\0\x0c" IPV4), V2("\x21\x12\0\x0c" IPV4), V2("\x21\x41\0\x0c" IPV4),
		V2("\x21\x11\0\x0b" IPV4), V2("\x21\x21\0\x23" IPV6), V2("\x21\x11\xff\xff")};
	char line[108];

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct proxy_header header;
		size_t used;

		if (scan(wrong[i], &header, &used) != PROXY_BAD)
			fail_msg("number %zu was taken for a header", i);
	}

	struct proxy_header header;
	size_t used;

	/* A line that does not end. */
	memset(line, 'x', sizeof(line));
	memcpy(line, "PROXY UNKNOWN ", 14);
	assert_int_equal(scan((struct span){line, 106}, &header, &used), PROXY_MORE);
	assert_int_equal(scan((struct span){line, 107}, &header, &used), PROXY_BAD);
	line[106] = '\r';
	line[107] = '\n';
	assert_int_equal(scan((struct span){line, 108}, &header, &used), PROXY_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_1),
		cmocka_unit_test(version_2),
		cmocka_unit_test(the_longest),
		cmocka_unit_test(what_is_none),
	};

	return cmocka_run_group_tests_name("proxy header", tests, NULL, NULL);
}
