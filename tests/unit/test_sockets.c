/*
 * Listening sockets that a reload takes over, where the system refuses to add more of them.
 */
#include "testing.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/sockets.h"

enum { PLACES = 4 };

static struct fault fault;
static char text[ADDRESS_TEXT_SIZE];
static struct place old_place;
static const struct sockets old = {&old_place, 1};

/* It shares its address with nobody, so that the next one is refused. */
static int listen_alone(struct sockaddr_in *address)
{
	socklen_t size = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(bind(fd, (struct sockaddr *)address, sizeof *address), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
	return fd;
}

static int begin(void **state)
{
	struct sockaddr_in address;
	int fd = listen_alone(&address);

	(void)state;
	snprintf(text, sizeof text, "127.0.0.1:%u", ntohs(address.sin_port));
	old_place = (struct place){.count = PLACES};
	memcpy(old_place.text, text, sizeof text);
	assert_true(address_parse(text, &old_place.bound, &fault));
	for (size_t i = 0; i < PLACES; i++)
		old_place.fds[i] = -1;
	old_place.fds[1] = fd;
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLACES; i++)
		if (old_place.fds[i] >= 0)
			close(old_place.fds[i]);
	return 0;
}

static bool plan(struct sockets *sockets)
{
	static const char *listen[] = {text};
	const struct conf conf = {.listen = {listen, 1}, .workers = PLACES};

	return sockets_plan(sockets, &old, &conf, &fault);
}

static bool are_one(int first, int second)
{
	struct stat one, other;

	assert_int_equal(fstat(first, &one), 0);
	assert_int_equal(fstat(second, &other), 0);
	return one.st_ino == other.st_ino;
}

/* The first and the third worker rest, and theirs are refused. */
static void what_is_kept_is_somebodys(void **state)
{
	struct sockaddr_in elsewhere;
	struct sockets sockets;

	(void)state;
	old_place.fds[3] = listen_alone(&elsewhere);
	if (!plan(&sockets))
		fail_msg("%s", fault.text);
	assert_int_equal(sockets.places[0].count, 2);
	assert_true(are_one(sockets.places[0].fds[0], old_place.fds[1]));
	assert_true(are_one(sockets.places[0].fds[1], old_place.fds[3]));
	sockets_close(&sockets);
}

static void where_there_is_none_the_plan_fails(void **state)
{
	int fd = old_place.fds[1];
	struct sockets sockets;

	(void)state;
	old_place.fds[1] = -1;
	assert_false(plan(&sockets));
	assert_non_null(strstr(fault.text, text));
	sockets_close(&sockets);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_kept_is_somebodys, begin, end),
		cmocka_unit_test_setup_teardown(where_there_is_none_the_plan_fails, begin, end),
	};
	return cmocka_run_group_tests_name("sockets", tests, NULL, NULL);
}
