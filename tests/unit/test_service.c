/*
 * The service manager's side played by a socket of the test's own.
 */
#include "children.h"

#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "os/service.h"

static int manager = -1;
static char folder[64], place[128];

/* A socket that listens at `name`, "@" standing for the abstract ones' first byte. */
static void be_manager(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	memcpy(address.sun_path, name, len);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(manager >= 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&address,
				 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
		0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(folder, sizeof folder, "/tmp/kindling-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(place, sizeof place, "%s/notify", folder);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(manager);
	manager = -1;
	unlink(place);
	rmdir(folder);
	return 0;
}

/* The next datagram; "" for none. */
static const char *heard(void)
{
	static char text[1024];
	ssize_t got = recv(manager, text, sizeof text - 1, 0);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

static void speaks_to(const char *name)
{
	struct service service;
	be_manager(name);
	service_open(&service);
	assert_true(service.fd >= 0);
	assert_int_equal(fcntl(service.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(service.watchdog_ms, 0);
	assert_null(getenv("NOTIFY_SOCKET"));
	service_ready(&service, "serving");
	assert_string_equal(heard(), "READY=1\nSTATUS=serving");
	service_alive(&service, "3 connections", true);
	assert_string_equal(heard(), "STATUS=3 connections");
	service_stopping(&service);
	assert_string_equal(heard(), "STOPPING=1\n");
	service_close(&service);
	assert_int_equal(service.fd, -1);
}

static void it_speaks_to_a_path(void **state)
{
	(void)state;
	speaks_to(place);
}

static void it_speaks_to_an_abstract_name(void **state)
{
	char name[64];
	(void)state;
#if !defined(__linux__)
	print_message("# abstract names are Linux's\n");
	skip();
#endif
	snprintf(name, sizeof name, "@kindling-test-%ld", (long)getpid());
	speaks_to(name);
}

static void a_reload_names_its_moment(void **state)
{
	struct service service;
	struct timespec before, after;
	uint64_t moment = 0;
	(void)state;
	be_manager(place);
	service_open(&service);
	clock_gettime(CLOCK_MONOTONIC, &before);
	service_reloading(&service);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_int_equal(sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%" SCNu64 "\n", &moment), 1);
	assert_in_range(moment, (uint64_t)before.tv_sec * 1000000 + (uint64_t)before.tv_nsec / 1000,
		(uint64_t)after.tv_sec * 1000000 + (uint64_t)after.tv_nsec / 1000);
	service_close(&service);
}

static void the_watchdog_is_fed_where_it_is_ours(void **state)
{
	static const struct {
		const char *every, *whose; /* "": this process; NULL: not said */
		int64_t expected;
	} cases[] = {
		{"30000000", "", 30000},
		{"30000000", NULL, 30000},
		{"30000000", "1", 0},
		{"1500", "", 1},
		{"soon", "", 0},
		{"-5", "", 0},
		{"99999999999999999999999", "", 0},
		{NULL, "", 0},
	};
	char pid[24];
	(void)state;
	snprintf(pid, sizeof pid, "%ld", (long)getpid());
	be_manager(place);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct service service;
		setenv("NOTIFY_SOCKET", place, 1);
		if (cases[i].every != NULL)
			setenv("WATCHDOG_USEC", cases[i].every, 1);
		if (cases[i].whose != NULL)
			setenv("WATCHDOG_PID", cases[i].whose[0] == '\0' ? pid : cases[i].whose, 1);
		service_open(&service);
		assert_int_equal(service.watchdog_ms, cases[i].expected);
		assert_null(getenv("WATCHDOG_USEC"));
		assert_null(getenv("WATCHDOG_PID"));
		service_alive(&service, "well", true);
		assert_string_equal(
			heard(), cases[i].expected > 0 ? "WATCHDOG=1\nSTATUS=well" : "STATUS=well");
		service_alive(&service, "ill", false);
		assert_string_equal(heard(), "STATUS=ill");
		service_close(&service);
	}
}

static void a_status_is_one_short_line(void **state)
{
	struct service service;
	char longest[300];
	(void)state;
	be_manager(place);
	service_open(&service);
	service_alive(&service, "one line\nMAINPID=1", true);
	assert_string_equal(heard(), "STATUS=one line");
	memset(longest, 'x', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	service_alive(&service, longest, true);
	assert_int_equal(strlen(heard()), strlen("STATUS=") + 200);
	/* Cut before a character of which half would be left: 199 bytes, then one of two. */
	memcpy(longest + 199, "\xc3\xa9", 2);
	service_alive(&service, longest, true);
	assert_int_equal(strlen(heard()), strlen("STATUS=") + 199);
	service_close(&service);
}

static void without_a_manager_nothing_happens(void **state)
{
	static const char *const names[] = {
		NULL, "", "relative", "/nothing/listens/here", "@", "vsock:2:1234"};
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct service service;
		unsetenv("NOTIFY_SOCKET");
		if (names[i] != NULL)
			setenv("NOTIFY_SOCKET", names[i], 1);
		setenv("WATCHDOG_USEC", "1000000", 1);
		service_open(&service);
		assert_int_equal(service.fd, -1);
		assert_int_equal(service.watchdog_ms, 0);
		service_ready(&service, "x");
		service_alive(&service, "x", true);
		service_reloading(&service);
		service_stopping(&service);
		service_close(&service);
	}
}

static void a_manager_that_does_not_listen_stops_nobody(void **state)
{
	struct service service;
	struct timespec before, after;
	(void)state;
	be_manager(place);
	service_open(&service);
	/* More than any queue holds; only the first that does not fit waits, and not for long. */
	assert_int_equal(fcntl(service.fd, F_SETFL, O_NONBLOCK), 0);
	while (send(service.fd, "x", 1, MSG_NOSIGNAL) == 1)
		;
	assert_int_equal(fcntl(service.fd, F_SETFL, 0), 0);
	clock_gettime(CLOCK_MONOTONIC, &before);
	service_alive(&service, "nobody hears this", true);
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_in_range(after.tv_sec - before.tv_sec, 0, 20);
	service_close(&service);
}

/* ---- sockets that are handed over */

enum handed { HANDED_LISTENING, HANDED_UNIX, HANDED_CONNECTING, HANDED_DATAGRAM, HANDED_FILE };

static enum handed given[2];
static int given_count;
static const char *said_count; /* LISTEN_FDS */
static bool for_us;

static int make(enum handed kind)
{
	struct sockaddr_in any = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un path = {.sun_family = AF_UNIX};
	int fd = -1;
	switch (kind) {
	case HANDED_LISTENING:
		fd = socket(AF_INET, SOCK_STREAM, 0);
		return bind(fd, (struct sockaddr *)&any, sizeof any) == 0 && listen(fd, 1) == 0
			       ? fd
			       : -1;
	case HANDED_UNIX:
		memcpy(path.sun_path, place, strlen(place));
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		return bind(fd, (struct sockaddr *)&path, sizeof path) == 0 && listen(fd, 1) == 0
			       ? fd
			       : -1;
	case HANDED_CONNECTING:
		return socket(AF_INET, SOCK_STREAM, 0);
	case HANDED_DATAGRAM:
		return socket(AF_INET, SOCK_DGRAM, 0);
	case HANDED_FILE:
		return open("/dev/null", O_RDONLY);
	}
	return -1;
}

/* As the manager does it: descriptors from 3 on, and the numbers in the environment. */
static bool hand_over(void)
{
	char pid[24];
	int made[2];
	for (int i = 0; i < given_count; i++) {
		int fd = make(given[i]);
		if (fd < 0 || (made[i] = fcntl(fd, F_DUPFD, 10)) < 0)
			return false;
		close(fd);
	}
	for (int i = 0; i < given_count; i++)
		if (dup2(made[i], 3 + i) < 0)
			return false;
	snprintf(pid, sizeof pid, "%ld", (long)getpid() + (for_us ? 0 : 1));
	return setenv("LISTEN_PID", pid, 1) == 0 && setenv("LISTEN_FDS", said_count, 1) == 0 &&
	       setenv("LISTEN_FDNAMES", "gemini", 1) == 0;
}

/* The number that were taken; 100 for a fault. */
static int take(void)
{
	struct fault fault = {""};
	int first = -1;
	if (!hand_over())
		return 101;
	int count = service_take_sockets(&first, &fault);
	if (getenv("LISTEN_FDS") != NULL || getenv("LISTEN_PID") != NULL ||
		getenv("LISTEN_FDNAMES") != NULL)
		return 102;
	if (count < 0)
		return fault.text[0] != '\0' ? 100 : 103;
	for (int i = 0; i < count; i++)
		if (first != 3 || (fcntl(first + i, F_GETFD) & FD_CLOEXEC) == 0 ||
			(fcntl(first + i, F_GETFL) & O_NONBLOCK) == 0)
			return 104;
	return count;
}

static void sockets_are_taken_over(void **state)
{
	static const struct {
		enum handed given[2];
		int count;
		const char *said;
		bool for_us;
		int expected;
	} cases[] = {
		{{HANDED_LISTENING, HANDED_UNIX}, 2, "2", true, 2},
		{{HANDED_LISTENING, HANDED_UNIX}, 2, "1", true, 1},
		{{HANDED_LISTENING, HANDED_UNIX}, 2, "2", false, 0},
		{{HANDED_LISTENING, HANDED_UNIX}, 2, "0", true, 0},
		{{HANDED_LISTENING, HANDED_CONNECTING}, 2, "2", true, 100},
		{{HANDED_DATAGRAM, HANDED_UNIX}, 2, "2", true, 100},
		{{HANDED_FILE, HANDED_UNIX}, 1, "1", true, 100},
		{{HANDED_LISTENING, HANDED_UNIX}, 1, "many", true, 100},
		{{HANDED_LISTENING, HANDED_UNIX}, 1, "-1", true, 100},
		{{HANDED_LISTENING, HANDED_UNIX}, 1, "9999999", true, 100},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		memcpy(given, cases[i].given, sizeof given);
		given_count = cases[i].count;
		said_count = cases[i].said;
		for_us = cases[i].for_us;
		int got = in_child(take);
		unlink(place);
		if (got != cases[i].expected)
			fail_msg("case %zu: %d instead of %d", i, got, cases[i].expected);
	}
}

static void without_an_activation_there_are_none(void **state)
{
	struct fault fault;
	int first;
	(void)state;
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	assert_int_equal(service_take_sockets(&first, &fault), 0);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_speaks_to_a_path),
		TEST(it_speaks_to_an_abstract_name),
		TEST(a_reload_names_its_moment),
		TEST(the_watchdog_is_fed_where_it_is_ours),
		TEST(a_status_is_one_short_line),
		TEST(without_a_manager_nothing_happens),
		TEST(a_manager_that_does_not_listen_stops_nobody),
		TEST(sockets_are_taken_over),
		TEST(without_an_activation_there_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
