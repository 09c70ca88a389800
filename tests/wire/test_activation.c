/*
 * Sockets that somebody else has opened, sockets in the file system, and what a service manager is
 * told.
 */
#include "reloading.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* ---- handed over, as systemd.socket(5) does */

static int handed = -1;

static void hand_over(void)
{
	char pid[32];

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	/* Where it is the third already, dup2 would leave it to be closed. */
	if (dup2(handed, 3) != 3 || fcntl(3, F_SETFD, 0) != 0 ||
		setenv("LISTEN_FDS", "1", 1) != 0 || setenv("LISTEN_PID", pid, 1) != 0)
		_exit(127);
}

static unsigned open_handed(void)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(name);

	handed = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(handed, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(handed, 64), 0);
	assert_int_equal(getsockname(handed, (struct sockaddr *)&name, &size), 0);
	return ntohs(name.sin_port);
}

static void sockets_survive_a_restart(void **state)
{
	static const char request[] = "gemini://localhost/\r\n";
	unsigned port = open_handed();
	struct client waiting;
	struct answer answer;

	(void)state;
	server.prepare = hand_over;
	daemon_start(&server);
	/* It is used in place of what the configuration asks for. */
	assert_int_equal(server.port, port);
	expect(&server, NULL, "gemini://localhost/", 20);
	daemon_stop(&server);
	/* Nobody serves, and nobody is refused. */
	assert_true(client_connect(&waiting, port, NULL));
	daemon_start(&server);
	assert_true(client_handshake(&waiting, NULL));
	assert_true(client_send(&waiting, request, sizeof(request) - 1, 0));
	client_receive(&waiting, &answer);
	assert_answer(&answer, 20, request);
	answer_free(&answer);
	client_close(&waiting);
	daemon_stop(&server);
	close(handed);
}

static void sockets_survive_a_reload(void **state)
{
	unsigned port = open_handed();
	pid_t old[2];

	(void)state;
	server.prepare = hand_over;
	daemon_start(&server);
	daemon_workers(&server, old, 2);
	configure("listen = {\"127.0.0.1:1\"}\nworkers = 3", LOCALHOST);
	reload_to(SIGHUP, DONE);
	await_log("hands the sockets over", 1);
	await_workers(old, 2, 3);
	assert_int_equal(server.port, port);
	for (int i = 0; i < 10; i++)
		expect(&server, NULL, "gemini://localhost/", 20);
	daemon_stop(&server);
	close(handed);
}

static void what_does_not_listen_is_refused(void **state)
{
	static const char *const arguments[] = {"serve", "-c", "kindling.conf", NULL};
	char path[DAEMON_PATH_SIZE], *errors;
	pid_t pid;

	(void)state;
	handed = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pid = program_spawn_prepared(server.folder, arguments, hand_over);
	assert_int_equal(program_wait(pid, PATIENCE_MS), 1);
	errors = file_slurp(daemon_path(&server, "err", path), NULL);
	assert_contains(errors, "kindling: ");
	free(errors);
	close(handed);
}

/* ---- in the file system */

static void asks_at(const char *path)
{
	struct client_options options = {.path = path};
	struct answer answer;

	if (!client_fetch(0, &options, "gemini://localhost/", &answer))
		fail_msg("%s does not answer", path);
	assert_answer(&answer, 20, path);
	answer_free(&answer);
}

static void listen_also_at(const char *path)
{
	char lines[DAEMON_PATH_SIZE + 64];

	snprintf(lines, sizeof(lines), "listen = {\"127.0.0.1:0\"%s%s%s}\nworkers = 2",
		path != NULL ? ", \"unix:" : "", path != NULL ? path : "",
		path != NULL ? "\"" : "");
	configure(lines, LOCALHOST);
}

static void a_socket_in_the_file_system(void **state)
{
	char path[DAEMON_PATH_SIZE];
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	struct stat info;
	int dead = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	/* One that a killed server has left. */
	daemon_path(&server, "s", path);
	snprintf(name.sun_path, sizeof(name.sun_path), "%.100s", path);
	assert_int_equal(bind(dead, (struct sockaddr *)&name, sizeof(name)), 0);
	close(dead);
	listen_also_at(path);
	daemon_start(&server);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0660);
	asks_at(path);
	reload_to(SIGHUP, DONE);
	asks_at(path);
	listen_also_at(NULL);
	reload_to(SIGHUP, DONE);
	assert_int_equal(access(path, F_OK), -1);
	listen_also_at(path);
	reload_to(SIGHUP, DONE);
	asks_at(path);
	/* A plan that is given up leaves what serves alone. */
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 1\nlog_to = \"./no/log\"", LOCALHOST);
	reload_to(SIGHUP, REFUSED);
	asks_at(path);
	daemon_stop(&server);
	assert_int_equal(access(path, F_OK), -1);
}

static void a_socket_that_is_answered(void **state)
{
	char path[DAEMON_PATH_SIZE], text[1024];
	struct daemon other = {.pid = 0};
	static const char *const arguments[] = {"serve", "-c", "kindling.conf", NULL};
	struct program_result result;

	(void)state;
	daemon_path(&server, "s", path);
	listen_also_at(path);
	daemon_start(&server);
	daemon_prepare(&other);
	snprintf(text, sizeof(text),
		"listen = {\"unix:%.200s\"}\nstore = \"sqlite:s/k.db\"\n" LOCALHOST, path);
	daemon_write_text(&other, "kindling.conf", text);
	result = program_run(other.folder, arguments);
	assert_int_equal(result.code, 1);
	assert_contains(result.err, "is taken");
	program_result_free(&result);
	daemon_end(&other);
	asks_at(path);
}

/* ---- what a service manager is told */

static int manager = -1;
static char manager_path[DAEMON_PATH_SIZE];

static void be_managed(void)
{
	char pid[32];

	snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	if (setenv("NOTIFY_SOCKET", manager_path, 1) != 0 ||
		setenv("WATCHDOG_USEC", "10000000", 1) != 0 || setenv("WATCHDOG_PID", pid, 1) != 0)
		_exit(127);
}

/* Reads messages until one holds this. */
static void await_word(const char *word)
{
	char bytes[1024] = "";
	struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
	int64_t limit = now_ms() + PATIENCE_MS;

	setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	do {
		ssize_t got = recv(manager, bytes, sizeof(bytes) - 1, 0);

		if (got <= 0 || now_ms() > limit)
			fail_msg("the service manager was not told %s, but %s", word, bytes);
		bytes[got] = '\0';
	} while (strstr(bytes, word) == NULL);
}

static void a_manager_is_told(void **state)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};

	(void)state;
	daemon_path(&server, "notify", manager_path);
	snprintf(name.sun_path, sizeof(name.sun_path), "%.100s", manager_path);
	manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(manager, (struct sockaddr *)&name, sizeof(name)), 0);
	server.prepare = be_managed;
	configure("listen = {\"127.0.0.1:0\"}\nworkers = 2", LOCALHOST OTHER);
	daemon_start(&server);
	await_word("READY=1");
	await_word("STATUS=Serving localhost and 1 other with 2 workers, 0 connections");
	await_word("WATCHDOG=1");
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	await_word("RELOADING=1");
	await_word("READY=1");
	daemon_write_text(&server, "kindling.conf", "nonsense");
	assert_int_equal(kill(server.pid, SIGHUP), 0);
	await_word("RELOADING=1");
	await_word("READY=1");
	assert_int_equal(kill(server.pid, SIGTERM), 0);
	await_word("STOPPING=1");
	assert_int_equal(program_wait(server.pid, PATIENCE_MS), 0);
	server.pid = 0;
	close(manager);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RELOADING_AT_REST("sockets that are handed over survive a restart",
			sockets_survive_a_restart),
		RELOADING_AT_REST(
			"sockets that are handed over survive a reload", sockets_survive_a_reload),
		RELOADING_AT_REST("what is handed over and does not listen is refused",
			what_does_not_listen_is_refused),
		RELOADING_AT_REST("a socket in the file system", a_socket_in_the_file_system),
		RELOADING_AT_REST("a socket in the file system that somebody answers at",
			a_socket_that_is_answered),
		RELOADING_AT_REST("a service manager is told what goes on", a_manager_is_told),
	};

	return cmocka_run_group_tests_name("activation", tests, NULL, NULL);
}
