/*
 * Listening sockets.
 */
#include "testing.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
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

/* Bound and listening, or -1. */
static int listen_open(const struct sockaddr_storage *address, struct fault *fault)
{
	int fd = listen_bind(address, fault);

	if (fd >= 0 && !listen_start(fd, address, fault))
		fd_close(&fd);
	return fd;
}

static void a_bound_socket_lets_nobody_in_yet(void **state)
{
	struct sockaddr_storage any = parsed("127.0.0.1:0"), bound;
	struct fault fault;
	int fd = listen_bind(&any, &fault), client = socket(AF_INET, SOCK_STREAM, 0);

	(void)state;
	assert_true(listen_bound_address(fd, &bound));
	assert_int_equal(
		connect(client, (struct sockaddr *)&bound, sizeof(struct sockaddr_in)), -1);
	assert_int_equal(errno, ECONNREFUSED);
	assert_true(listen_start(fd, &bound, &fault));
	assert_true(listen_start(fd, &bound, &fault));
	fd_close(&client);
	client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(client, (struct sockaddr *)&bound, sizeof(struct sockaddr_in)), 0);
	fd_close(&client);
	fd_close(&fd);
}

static void a_unix_socket_takes_the_place_of_a_dead_one_alone(void **state)
{
	char folder[] = "/tmp/kindling-listen-XXXXXX", text[64];
	struct sockaddr_storage address;
	struct fault fault = {""};
	struct stat info;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(text, sizeof(text), "unix:%s/s", folder);
	address = parsed(text);

	int first = listen_open(&address, &fault);

	assert_true(first >= 0);
	assert_int_equal(stat(text + 5, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0660);
	assert_false(listen_is_free(&address, &fault));
	assert_non_null(strstr(fault.text, "/s is taken"));
	fd_close(&first);
	assert_true(listen_is_free(&address, &fault));
	assert_int_equal(access(text + 5, F_OK), -1);

	/* What is no socket is not ours to remove. */
	int other = open(text + 5, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(other >= 0);
	fd_close(&other);
	assert_true(listen_is_free(&address, &fault));
	assert_int_equal(listen_bind(&address, &fault), -1);
	assert_non_null(strstr(fault.text, "/s is taken"));
	assert_int_equal(access(text + 5, F_OK), 0);
	listen_remove(&address);
	assert_int_equal(access(text + 5, F_OK), -1);
	assert_int_equal(rmdir(folder), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bound_socket_lets_nobody_in_yet),
		cmocka_unit_test(a_unix_socket_takes_the_place_of_a_dead_one_alone),
		cmocka_unit_test(a_socket_listens_and_tells_its_port),
		cmocka_unit_test(a_taken_port_is_noticed),
		cmocka_unit_test(an_address_of_another_machine_is_refused),
		cmocka_unit_test(ipv4_and_ipv6_share_a_port),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
