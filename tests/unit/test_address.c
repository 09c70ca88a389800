/*
 * Addresses: as text, as clients and networks, and as ranges.
 */
#include "testing.h"

#include <arpa/inet.h>
#include <sys/un.h>

#include "os/address.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sockaddr_storage parsed(const char *text)
{
	struct sockaddr_storage address;
	struct fault fault = {""};

	if (!address_parse(text, &address, &fault))
		fail_msg("%s: %s", text, fault.text);
	return address;
}

static struct address_peer peer_of(const char *text)
{
	struct sockaddr_storage address = parsed(text);

	return address_peer_of(&address);
}

static void assert_formats(const char *text, enum address_detail detail, const char *expected)
{
	struct sockaddr_storage address = parsed(text);
	char formatted[ADDRESS_TEXT_SIZE];

	address_format(&address, detail, formatted);
	assert_string_equal(formatted, expected);
}

static void an_address_with_a_port_is_parsed(void **state)
{
	struct sockaddr_storage address = parsed("127.0.0.1:1965");

	(void)state;
	assert_int_equal(address.ss_family, AF_INET);
	assert_int_equal(address_port(&address), 1965);
	address = parsed("[::1]:0");
	assert_int_equal(address.ss_family, AF_INET6);
	assert_int_equal(address_port(&address), 0);
	assert_formats("[2001:DB8::1]:65535", ADDRESS_FULL, "2001:db8::1");
}

static void anything_else_is_refused(void **state)
{
	static const char *const wrong[] = {"", ":", ":1965", "[]:1", "::1:1965", "[::1:1965",
		"::1]:1965", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:1x",
		"256.0.0.1:1", "127.1:1", "localhost", "localhost:1965", "1965", "[127.0.0.1]:1",
		"]:1", "[:1", "[", "]", "[]",
		"[0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000]:1"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct sockaddr_storage address;
		struct fault fault = {""};

		if (address_parse(wrong[i], &address, &fault))
			fail_msg("\"%s\" was taken for an address", wrong[i]);
		if (strstr(fault.text, "is not an address with a port") == NULL)
			fail_msg("\"%s\": %s", wrong[i], fault.text);
	}
}

static void a_wrong_port_is_named(void **state)
{
	static const struct {
		const char *text, *said;
	} wrong[] = {
		{"127.0.0.1", "\"127.0.0.1\": the port is missing: write 127.0.0.1:1965"},
		{"127.0.0.1:", "\"127.0.0.1:\": the port is missing: write 127.0.0.1:1965"},
		{"[::1]", "\"[::1]\": the port is missing: write [::1]:1965"},
		{"0.0.0.0:65536", "\"0.0.0.0:65536\": the port is too large: it is at most 65535"},
		{"[::]:99999999999999999999", "\"[::]:99999999999999999999\": the port is too "
					      "large: it is at most 65535"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct sockaddr_storage address;
		struct fault fault = {""};

		assert_false(address_parse(wrong[i].text, &address, &fault));
		assert_string_equal(fault.text, wrong[i].said);
	}
}

static void an_address_is_written_as_it_is_read(void **state)
{
	static const char *const texts[] = {"0.0.0.0:1965", "[::]:1965", "[2001:db8::1]:0"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct sockaddr_storage address = parsed(texts[i]);
		char text[ADDRESS_TEXT_SIZE];

		address_format_with_port(&address, text);
		assert_string_equal(text, texts[i]);
	}
}

static void addresses_are_shortened(void **state)
{
	(void)state;
	assert_formats("192.0.2.77:1", ADDRESS_NONE, "");
	assert_formats("192.0.2.77:1", ADDRESS_TRUNCATED, "192.0.2.0");
	assert_formats("192.0.2.77:1", ADDRESS_FULL, "192.0.2.77");
	assert_formats("[2001:db8:1:2:3:4:5:6]:1", ADDRESS_NONE, "");
	assert_formats("[2001:db8:1:2:3:4:5:6]:1", ADDRESS_TRUNCATED, "2001:db8:1::");
	assert_formats("[2001:db8:1:2:3:4:5:6]:1", ADDRESS_FULL, "2001:db8:1:2:3:4:5:6");
	assert_formats("[::ffff:192.0.2.77]:1", ADDRESS_TRUNCATED, "192.0.2.0");
	assert_formats("[::ffff:192.0.2.77]:1", ADDRESS_FULL, "192.0.2.77");

	struct sockaddr_storage other = {.ss_family = AF_UNIX};
	char text[ADDRESS_TEXT_SIZE] = "x";

	address_format(&other, ADDRESS_FULL, text);
	assert_string_equal(text, "");
	assert_int_equal(address_port(&other), 0);
}

static bool same_client(const char *a, const char *b)
{
	struct address_network x = address_client_of(peer_of(a)), y = address_client_of(peer_of(b));

	return memcmp(&x, &y, sizeof(x)) == 0;
}

static bool same_network(const char *a, const char *b)
{
	struct address_network x = address_network_of(peer_of(a)),
			       y = address_network_of(peer_of(b));

	return memcmp(&x, &y, sizeof(x)) == 0;
}

static void who_counts_as_one_client(void **state)
{
	(void)state;
	assert_true(same_client("192.0.2.1:1", "192.0.2.1:2"));
	assert_false(same_client("192.0.2.1:1", "192.0.2.2:1"));
	assert_true(same_client("192.0.2.1:1", "[::ffff:192.0.2.1]:1"));
	assert_true(same_client("[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::]:9"));
	assert_false(same_client("[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1"));
	assert_false(same_client("0.0.0.0:1", "[::]:1"));
}

static void who_counts_as_one_network(void **state)
{
	(void)state;
	assert_true(same_network("192.0.2.1:1", "192.0.2.255:2"));
	assert_true(same_network("192.0.2.1:1", "[::ffff:192.0.2.9]:1"));
	assert_false(same_network("192.0.2.1:1", "192.0.3.1:1"));
	assert_true(same_network("[2001:db8:1:2::1]:1", "[2001:db8:1:ffff::]:9"));
	assert_false(same_network("[2001:db8:1::1]:1", "[2001:db8:2::1]:1"));
	assert_false(same_network("0.0.0.0:1", "[::]:1"));
	assert_false(same_network("0.0.0.0:1", "unix:/x"));
}

static bool holds(const char *range, const char *address)
{
	struct address_range parsed_range;
	struct fault fault = {""};

	if (!address_range_parse(range, &parsed_range, &fault))
		fail_msg("%s: %s", range, fault.text);
	return address_range_holds(&parsed_range, peer_of(address));
}

static void a_range_holds_what_begins_like_it(void **state)
{
	static const struct {
		const char *range, *in, *out;
	} rows[] = {
		{"192.0.2.0/24", "192.0.2.255:1", "192.0.3.0:1"},
		{"192.0.2.0/24", "[::ffff:192.0.2.1]:1", "[::192.0.2.1]:1"},
		{"192.0.2.7", "192.0.2.7:1", "192.0.2.6:1"},
		{"192.0.2.6/31", "192.0.2.7:1", "192.0.2.8:1"},
		{"128.0.0.0/1", "255.0.0.1:1", "127.0.0.1:1"},
		{"0.0.0.0/0", "127.0.0.1:1", "[::1]:1"},
		{"0.0.0.0/0", "0.0.0.0:1", "unix:/x"},
		{"2001:db8::/32", "[2001:db8:ffff::1]:1", "[2001:db9::1]:1"},
		{"2001:db8::/33", "[2001:db8:7fff::1]:1", "[2001:db8:8000::1]:1"},
		{"::1", "[::1]:1", "[::2]:1"},
		{"::/0", "[2001:db8::1]:1", "192.0.2.1:1"},
		{"::ffff:192.0.2.0/120", "192.0.2.255:1", "192.0.3.0:1"},
		{"::ffff:192.0.2.7", "[::ffff:192.0.2.7]:1", "192.0.2.6:1"},
		{"::ffff:0:0/96", "127.0.0.1:1", "[::1]:1"},
		{"unix", "unix:/x", "127.0.0.1:1"},
		{"unix", "unix:/x", "[::1]:1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		if (!holds(rows[i].range, rows[i].in))
			fail_msg("%s does not hold %s", rows[i].range, rows[i].in);
		if (holds(rows[i].range, rows[i].out))
			fail_msg("%s holds %s", rows[i].range, rows[i].out);
	}
}

static void what_is_no_range_is_refused(void **state)
{
	static const char *const wrong[] = {"", "/", "/8", "192.0.2.0/", "192.0.2.0/33",
		"192.0.2.0/-1", "192.0.2/24", "192.0.2.0/24/8", "2001:db8::/129", "localhost",
		"unix:", "unix:/x", "Unix", "192.0.2.1/24", "2001:db8::1/32", "[::1]",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++) {
		struct address_range range;
		struct fault fault = {""};

		if (address_range_parse(wrong[i], &range, &fault))
			fail_msg("\"%s\" was taken for a range", wrong[i]);
		assert_non_null(strstr(fault.text, "range"));
	}
}

static void a_socket_of_the_file_system(void **state)
{
	struct sockaddr_storage address = parsed("unix:/run/kindling/gemini");
	struct fault fault = {""};
	char text[ADDRESS_TEXT_SIZE], long_path[256] = "unix:/";

	(void)state;
	assert_true(address_is_unix(&address));
	assert_int_equal(address_port(&address), 0);
	assert_int_equal(address_peer_of(&address).family, 0);
	address_format_with_port(&address, text);
	assert_string_equal(text, "unix:/run/kindling/gemini");
	assert_in_range(address_size(&address), 20, sizeof(struct sockaddr_un));
	assert_false(address_parse("unix:", &address, &fault));
	assert_non_null(strstr(fault.text, "unix:/run/kindling/gemini"));
	/* The longest that the system takes, and one byte more. */
	memset(long_path + 6, 'x', sizeof(((struct sockaddr_un *)NULL)->sun_path) - 2);
	assert_true(address_parse(long_path, &address, &fault));
	assert_int_equal(address_size(&address), sizeof(struct sockaddr_un));
	address_format_with_port(&address, text);
	assert_string_equal(text, long_path);
	long_path[strlen(long_path)] = 'x';
	assert_false(address_parse(long_path, &address, &fault));
	assert_non_null(strstr(fault.text, "bytes at most"));
}

static void a_peer_is_made_of_bytes(void **state)
{
	static const unsigned char mapped[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};
	static const unsigned char four[16] = {192, 0, 2, 1, 9, 9, 9};
	struct address_peer from_four = address_peer_made(4, four);
	struct address_peer from_mapped = address_peer_made(6, mapped);
	struct address_peer none = address_peer_made(0, four), zero = {0};
	char text[ADDRESS_TEXT_SIZE];

	(void)state;
	assert_memory_equal(&from_four, &from_mapped, sizeof(from_four));
	address_peer_format(from_four, ADDRESS_FULL, text);
	assert_string_equal(text, "192.0.2.1");
	assert_memory_equal(&none, &zero, sizeof(none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_with_a_port_is_parsed),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_wrong_port_is_named),
		cmocka_unit_test(an_address_is_written_as_it_is_read),
		cmocka_unit_test(addresses_are_shortened),
		cmocka_unit_test(who_counts_as_one_client),
		cmocka_unit_test(who_counts_as_one_network),
		cmocka_unit_test(a_range_holds_what_begins_like_it),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(a_socket_of_the_file_system),
		cmocka_unit_test(a_peer_is_made_of_bytes),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
