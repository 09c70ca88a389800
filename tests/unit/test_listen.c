/*
 * Addresses to listen on, and the addresses of who connects.
 */
#include "testing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/listen.h"

static struct sockaddr_storage parsed(const char *text)
{
	struct sockaddr_storage address;
	struct fault fault = {""};

	if (!address_parse(text, &address, &fault))
		fail_msg("%s: %s", text, fault.text);
	return address;
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

static void a_socket_listens_and_tells_its_port(void **state)
{
	struct sockaddr_storage any = parsed("127.0.0.1:0"), bound, bound_too;
	struct fault fault;
	int first = listen_open(&any, &fault);

	(void)state;
	assert_true(first >= 0);
	assert_int_not_equal(fcntl(first, F_GETFL) & O_NONBLOCK, 0);
	assert_int_not_equal(fcntl(first, F_GETFD) & FD_CLOEXEC, 0);
	assert_true(listen_bound_address(first, &bound));
	assert_int_not_equal(address_port(&bound), 0);

	/* Another worker shares it. */
	int second = listen_open(&bound, &fault);

	assert_true(second >= 0);
	assert_true(listen_bound_address(second, &bound_too));
	assert_int_equal(address_port(&bound), address_port(&bound_too));

	int client = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(client, (struct sockaddr *)&bound, sizeof(struct sockaddr_in)), 0);
	fd_close(&client);
	fd_close(&first);
	fd_close(&second);
}

static void a_taken_port_is_noticed(void **state)
{
	struct sockaddr_storage any = parsed("127.0.0.1:0"), bound;
	struct fault fault = {""};
	char expected[128];
	int fd = listen_open(&any, &fault);

	(void)state;
	assert_true(fd >= 0);
	assert_true(listen_bound_address(fd, &bound));
	(void)snprintf(expected, sizeof(expected),
		"127.0.0.1:%u is taken by another program: stop that one, or choose another port "
		"with --listen",
		address_port(&bound));
	assert_false(listen_is_free(&bound, &fault));
	assert_string_equal(fault.text, expected);
	fd_close(&fd);
	assert_true(listen_is_free(&bound, &fault));

	int alone = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(alone, (struct sockaddr *)&bound, sizeof(struct sockaddr_in)), 0);
	assert_int_equal(listen(alone, 1), 0);
	fault.text[0] = '\0';
	assert_int_equal(listen_open(&bound, &fault), -1);
	assert_string_equal(fault.text, expected);
	fd_close(&alone);
}

static void an_address_of_another_machine_is_refused(void **state)
{
	struct sockaddr_storage address = parsed("192.0.2.1:0");
	struct fault fault = {""};

	(void)state;
	assert_int_equal(listen_open(&address, &fault), -1);
	assert_non_null(strstr(fault.text, "does not have the address of 192.0.2.1:0"));
	assert_false(listen_bound_address(-1, &address));
}

static void ipv4_and_ipv6_share_a_port(void **state)
{
	struct sockaddr_storage address = parsed("[::]:0"), bound;
	struct fault fault;

	(void)state;
	if (!listen_has_ipv6())
		skip();

	int six = listen_open(&address, &fault);
	char text[32];

	assert_true(six >= 0);
	assert_true(listen_bound_address(six, &bound));
	(void)snprintf(text, sizeof(text), "0.0.0.0:%u", address_port(&bound));
	address = parsed(text);

	int four = listen_open(&address, &fault);

	assert_true(four >= 0);
	fd_close(&four);
	fd_close(&six);
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

static bool same_network(const char *a, const char *b)
{
	struct sockaddr_storage first = parsed(a), second = parsed(b);
	struct address_network x = address_client_of(&first), y = address_network_of(&second);

	return memcmp(&x, &y, sizeof(x)) == 0;
}

static void one_client_is_one_network(void **state)
{
	(void)state;
	assert_true(same_network("192.0.2.1:1", "192.0.2.1:2"));
	assert_false(same_network("192.0.2.1:1", "192.0.2.2:1"));
	assert_true(same_network("192.0.2.1:1", "[::ffff:192.0.2.1]:1"));
	assert_true(same_network("[2001:db8:1:2::1]:1", "[2001:db8:1:2:ffff::]:9"));
	assert_false(same_network("[2001:db8:1:2::1]:1", "[2001:db8:1:3::1]:1"));
	assert_false(same_network("0.0.0.0:1", "[::]:1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_with_a_port_is_parsed),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(a_wrong_port_is_named),
		cmocka_unit_test(an_address_is_written_as_it_is_read),
		cmocka_unit_test(a_socket_listens_and_tells_its_port),
		cmocka_unit_test(a_taken_port_is_noticed),
		cmocka_unit_test(an_address_of_another_machine_is_refused),
		cmocka_unit_test(ipv4_and_ipv6_share_a_port),
		cmocka_unit_test(addresses_are_shortened),
		cmocka_unit_test(one_client_is_one_network),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
