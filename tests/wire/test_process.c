/*
 * The processes of a running server: starting, stopping, dying, and what a port can have against
 * it.
 */
#include "fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void ready_file(void **state)
{
	char path[DAEMON_PATH_SIZE], expected[128], *text;
	int used;

	(void)state;
	text = file_slurp(daemon_path(&server, "ready", path), NULL);
	assert_non_null(text);
	used = snprintf(expected, sizeof(expected), "127.0.0.1 %u\n", server.port);
	if (server.port6 != 0)
		snprintf(
			expected + used, sizeof(expected) - (size_t)used, "::1 %u\n", server.port6);
	assert_string_equal(text, expected);
	free(text);
	expect(&server, NULL, "gemini://localhost/", 20);
}

/* The name that a capsule is opened by says nothing of who can reach it. */
static void welcome(void **state)
{
	char path[DAEMON_PATH_SIZE], expected[128], *said;
	int used = snprintf(expected, sizeof(expected), "  listening    127.0.0.1:%u", server.port);

	(void)state;
	if (server.port6 != 0)
		snprintf(expected + used, sizeof(expected) - (size_t)used, " [::1]:%u\n",
			server.port6);
	said = file_slurp(daemon_path(&server, "out", path), NULL);
	assert_non_null(said);
	assert_contains(said, "Serving gemini://localhost:");
	assert_contains(said, expected);
	/* That is for whoever sits at a terminal. */
	assert_int_equal(count_of(said, "Ctrl-C"), 0);
	free(said);
}

static void sigterm_drains(void **state)
{
	static const char request[] = DAEMON_BIG_PAGE "\r\n";
	static char bytes[1 << 20];
	struct client running, late;
	size_t total = 0;
	ssize_t got;
	int64_t limit = now_ms() + PATIENCE_MS;

	(void)state;
	daemon_write_big_page(&server);
	assert_true(client_open(&running, server.port, NULL));
	assert_true(client_send(&running, request, sizeof(request) - 1, 0));
	total = (size_t)client_read(&running, bytes, sizeof(bytes));
	assert_int_equal(kill(server.pid, SIGTERM), 0);
	while (client_connect(&late, server.port, NULL)) {
		client_close(&late);
		assert_true(now_ms() < limit);
		look_again_soon();
	}
	client_close(&late);
	while ((got = client_read(&running, bytes, sizeof(bytes))) > 0)
		total += (size_t)got;
	assert_true(running.close_notify);
	assert_true(total > DAEMON_BIG_SIZE);
	client_close(&running);
	assert_int_equal(program_wait(server.pid, PATIENCE_MS), 0);
	server.pid = 0;
}

/* An answer that never ends does not keep the server from ending. */
static void sigterm_is_bounded(void **state)
{
	static const char *const extra[] = {"--drain-timeout", "1", NULL};
	static const char request[] = DAEMON_BIG_PAGE "\r\n";
	struct client stalled, silent;
	char bytes[1024];
	int64_t begun;

	(void)state;
	server.extra = extra;
	daemon_start(&server);
	daemon_write_big_page(&server);
	assert_true(client_connect(&silent, server.port, NULL));
	assert_true(client_open(&stalled, server.port, NULL));
	assert_true(client_send(&stalled, request, sizeof(request) - 1, 0));
	assert_true(client_read(&stalled, bytes, sizeof(bytes)) > 0);
	begun = now_ms();
	daemon_stop(&server);
	assert_in_range(now_ms() - begun, 0, 6000);
	client_close(&stalled);
	client_close(&silent);
}

/* A connection that waited in the queue of a worker that died is lost; asking again must do. */
static void expect_soon(int64_t limit)
{
	struct answer answer;

	while (!client_fetch(server.port, NULL, "gemini://localhost/", &answer)) {
		answer_free(&answer);
		if (now_ms() > limit)
			fail_msg("nobody answers while a worker is being replaced");
		look_again_soon();
	}
	assert_answer(&answer, 20, "gemini://localhost/");
	answer_free(&answer);
}

static void killed_worker(void **state)
{
	pid_t before[2], after[2];
	char *errors;

	(void)state;
	server.noisy = true;
	daemon_workers(&server, before, 2);
	assert_int_equal(kill(before[0], SIGKILL), 0);
	for (int i = 0; i < 20; i++)
		expect_soon(now_ms() + 1000);
	do
		daemon_workers(&server, after, 2);
	while (after[0] == before[0] || after[1] == before[0]);
	assert_true(after[0] == before[1] || after[1] == before[1]);
	/* Its death is told to whoever runs the server. */
	errors = daemon_errors(&server);
	assert_contains(errors, "died: Killed");
	free(errors);
	assert_int_equal(kill(after[0], SIGKILL), 0);
	assert_int_equal(kill(after[1], SIGKILL), 0);
	expect_soon(now_ms() + PATIENCE_MS);
	do
		daemon_workers(&server, before, 2);
	while (before[0] == after[0] || before[1] == after[1] || before[0] == after[1] ||
		before[1] == after[0]);
	for (int i = 0; i < 10; i++)
		expect(&server, NULL, "gemini://localhost/", 20);
	daemon_stop(&server);
}

/* One that stands still answers nobody, though its port is open: as good as dead. */
static void hung_worker(void **state)
{
	static const char *const extra[] = {"--worker-timeout", "5", NULL};
	pid_t before[2], after[2];
	int64_t limit;
	char *errors;

	(void)state;
	server.extra = extra;
	server.noisy = true;
	daemon_start(&server);
	daemon_workers(&server, before, 2);
	assert_int_equal(kill(before[0], SIGSTOP), 0);
	limit = now_ms() + PATIENCE_MS;
	do {
		if (now_ms() > limit)
			fail_msg("a worker that has stopped stays");
		look_again_soon();
		daemon_workers(&server, after, 2);
	} while (after[0] == before[0] || after[1] == before[0]);
	assert_true(after[0] == before[1] || after[1] == before[1]);
	expect_soon(now_ms() + PATIENCE_MS);
	errors = daemon_errors(&server);
	assert_contains(errors, "has not moved for 5 seconds: it is killed");
	free(errors);
	daemon_stop(&server);
}

/* Workers without a master would serve an old state for ever, and hold the port. */
static void killed_master(void **state)
{
	pid_t workers[2];
	int64_t limit = now_ms() + PATIENCE_MS;

	(void)state;
	daemon_workers(&server, workers, 2);
	assert_int_equal(kill(server.pid, SIGKILL), 0);
	while (waitpid(-server.pid, NULL, WNOHANG) >= 0 || errno == EINTR) {
		if (now_ms() > limit)
			fail_msg("workers go on without their master");
		look_again_soon();
	}
	server.pid = 0;
}

static void starts_again(void **state)
{
	struct client client;
	X509 *first, *second;

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	first = SSL_get1_peer_certificate(client.ssl);
	client_close(&client);
	daemon_stop(&server);
	daemon_start(&server);
	assert_true(client_open(&client, server.port, NULL));
	second = SSL_get1_peer_certificate(client.ssl);
	client_close(&client);
	/* Clients pin it: it must be the one that was made first. */
	assert_int_equal(X509_cmp(first, second), 0);
	X509_free(first);
	X509_free(second);
	daemon_stop(&server);
}

/* A start that must fail: exit code 1 and one line that names what is in the way. */
static void expect_no_start(const char *const *arguments, const char *named)
{
	struct program_result result = program_run(server.folder, arguments);

	if (result.code != 1)
		fail_msg("exit code %d instead of 1; standard error:\n%s", result.code, result.err);
	assert_contains(result.err, named);
	if (count_of(result.err, "\n") != 1 || result.err[strlen(result.err) - 1] != '\n')
		fail_msg("not one line:\n%s", result.err);
	program_result_free(&result);
}

#define SERVE(address, ...)                                                                        \
	(const char *const[])                                                                      \
	{                                                                                          \
		"serve", "--log", "off", "--listen", address, "--store", "sqlite:store.db",        \
			"--host", "localhost", __VA_ARGS__, NULL                                   \
	}

static void port_taken(void **state)
{
	struct sockaddr_in name = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(name);
	char address[64], port[16];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&name, &size), 0);
	snprintf(port, sizeof(port), "%u", ntohs(name.sin_port));
	snprintf(address, sizeof(address), "127.0.0.1:%s", port);
	expect_no_start(SERVE(address, "--root", "capsule", "--certs", "certs"), port);
	close(fd);
}

/* Two servers on one port would share out the readers between them. */
static void port_of_another_kindling(void **state)
{
	char address[64], port[16];
	struct daemon first = {.pid = 0};

	(void)state;
	daemon_prepare(&first);
	daemon_start(&first);
	snprintf(port, sizeof(port), "%u", first.port);
	snprintf(address, sizeof(address), "127.0.0.1:%s", port);
	expect_no_start(SERVE(address, "--root", "capsule", "--certs", "certs"), port);
	daemon_end(&first);
}

static void no_root(void **state)
{
	(void)state;
	expect_no_start(SERVE("127.0.0.1:0", "--root", "nowhere", "--certs", "certs"), "nowhere");
}

static void no_store(void **state)
{
	(void)state;
	daemon_write_text(&server, "file", "");
	expect_no_start(
		(const char *const[]){"serve", "--log", "off", "--listen", "127.0.0.1:0", "--root",
			"capsule", "--certs", "certs", "--store", "sqlite:file/store.db", NULL},
		"file");
}

static void key_unreadable(void **state)
{
	struct person person;
	char path[DAEMON_PATH_SIZE];
	const char *const *arguments =
		SERVE("127.0.0.1:0", "--root", "capsule", "--certs", "certs");

	(void)state;
	daemon_write_text(&server, "certs/README", "");
	assert_true(person_make_ordinary(&person, "localhost"));
	assert_true(person_write(
		&person, NULL, daemon_path(&server, "certs/localhost.crt", path), NULL));
	expect_no_start(arguments, "localhost.key");
	daemon_write_text(&server, "certs/localhost.key", "no key at all\n");
	expect_no_start(arguments, "localhost.key");
	assert_true(person_write(
		&person, NULL, NULL, daemon_path(&server, "certs/localhost.key", path)));
	daemon_write_text(&server, "certs/localhost.crt", "no certificate at all\n");
	expect_no_start(arguments, "localhost.crt");
	if (geteuid() != 0) {
		assert_int_equal(chmod(path, 0), 0);
		expect_no_start(arguments, "localhost.key");
	}
	person_end(&person);
}

static void key_of_another(void **state)
{
	struct person one, other;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	daemon_write_text(&server, "certs/README", "");
	assert_true(person_make_ordinary(&one, "localhost"));
	assert_true(person_make_ordinary(&other, "localhost"));
	assert_true(
		person_write(&one, NULL, daemon_path(&server, "certs/localhost.crt", path), NULL));
	assert_true(person_write(
		&other, NULL, NULL, daemon_path(&server, "certs/localhost.key", path)));
	expect_no_start(
		SERVE("127.0.0.1:0", "--root", "capsule", "--certs", "certs"), "localhost.key");
	person_end(&one);
	person_end(&other);
}

static void certificates_made(void **state)
{
	struct stat folder, key, certificate;
	char path[DAEMON_PATH_SIZE];

	(void)state;
	assert_int_equal(stat(daemon_path(&server, "certs", path), &folder), 0);
	assert_int_equal(stat(daemon_path(&server, "certs/localhost.key", path), &key), 0);
	assert_int_equal(stat(daemon_path(&server, "certs/localhost.crt", path), &certificate), 0);
	assert_int_equal(key.st_mode & 0777, 0600);
	assert_int_equal(folder.st_mode & 0022, 0);
	assert_true(certificate.st_size > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNNING("the ready file has an address and a port on each line", ready_file),
		RUNNING("the welcome names the addresses that are listened on", welcome),
		RUNNING("SIGTERM lets a running answer finish and exits 0", sigterm_drains),
		AT_REST("SIGTERM does not wait for ever", sigterm_is_bounded),
		RUNNING("a killed worker is replaced while others go on", killed_worker),
		AT_REST("a worker that hangs is killed and replaced", hung_worker),
		RUNNING("workers end with their master", killed_master),
		RUNNING("a new start serves the same certificate", starts_again),
		RUNNING("missing certificates are made, the key for its owner alone",
			certificates_made),
		AT_REST("a port that is taken: one line, exit 1", port_taken),
		AT_REST("a port that another kindling serves: one line, exit 1",
			port_of_another_kindling),
		AT_REST("a root that is missing: one line, exit 1", no_root),
		AT_REST("a store that cannot be made: one line, exit 1", no_store),
		AT_REST("a key or certificate that cannot be read: one line, exit 1",
			key_unreadable),
		AT_REST("a key that does not fit its certificate: one line, exit 1",
			key_of_another),
	};

	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
