/*
 * Clients that leave in mid-sentence, talk on after the answer, or tear the connection; and what
 * the system does to a server: few descriptors, a lone worker that dies, a stop during the start.
 */
#include "fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>

static const char half[] = "gemini://localhost/";

static void leaves_with_close_notify(void **state)
{
	struct client client;
	struct answer answer;

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	assert_true(client_send(&client, half, sizeof(half) - 1, 0));
	assert_true(SSL_shutdown(client.ssl) >= 0);
	client_receive(&client, &answer);
	assert_answer(&answer, 59, half);
	assert_true(answer.close_notify);
	answer_free(&answer);
	client_close(&client);
}

static void leaves_with_fin(void **state)
{
	struct client client;
	struct answer answer;

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	assert_true(client_send(&client, half, sizeof(half) - 1, 0));
	assert_int_equal(shutdown(client.fd, SHUT_WR), 0);
	client_receive(&client, &answer);
	assert_answer(&answer, 59, half);
	answer_free(&answer);
	client_close(&client);
}

static void name_with_dot(void **state)
{
	const struct client_options options = {.sni = "localhost."};
	struct answer answer;

	(void)state;
	answer = ask_as(&server, &options, "gemini://localhost./");
	assert_answer(&answer, 20, "gemini://localhost./");
	answer_free(&answer);
}

static size_t sockets_of_workers(void)
{
	pid_t workers[2];

	daemon_workers(&server, workers, 2);
	return program_sockets(workers[0]) + program_sockets(workers[1]);
}

/* Its place is free at once, and not when the deadline of the handshake comes. */
static void torn_handshake(void **state)
{
	static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc";
	struct client clients[20];
	size_t before = sockets_of_workers();
	int64_t limit;

	(void)state;
	for (size_t i = 0; i < 20; i++) {
		assert_true(client_connect(&clients[i], server.port, NULL));
		assert_true(client_send(&clients[i], hello, sizeof(hello) - 1, 0));
	}
	limit = now_ms() + PATIENCE_MS;
	while (sockets_of_workers() < before + 20) {
		assert_true(now_ms() < limit);
		look_again_soon();
	}
	for (size_t i = 0; i < 20; i++)
		client_abort(&clients[i]);
	limit = now_ms() + 5000; /* half of the handshake's ten seconds */
	while (sockets_of_workers() > before) {
		assert_true(now_ms() < limit);
		look_again_soon();
	}
}

static void talks_on(void **state)
{
	static const char refused[] = "gemini://example.org/\r\n";
	static char bytes[1 << 16];
	struct client client;
	size_t sent = 0;

	(void)state;
	assert_true(client_open(&client, server.port, NULL));
	assert_true(client_send(&client, refused, sizeof(refused) - 1, 0));
	while (client_send(&client, bytes, sizeof(bytes), 0)) {
		sent += sizeof(bytes);
		assert_in_range(sent, 0, 64u << 20);
	}
	client_close(&client);
	expect(&server, NULL, "gemini://localhost/", 20);
}

/* The limit that a shell gives is raised as far as the system allows. */
static void few_descriptors(void **state)
{
	struct client clients[60];
	struct rlimit before, low;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	low = before;
	low.rlim_cur = 48;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	server.workers = "1";
	daemon_start(&server);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (size_t i = 0; i < 60; i++)
		assert_true(client_connect(&clients[i], server.port, NULL));
	expect(&server, NULL, "gemini://localhost/", 20);
	for (size_t i = 0; i < 60; i++)
		client_close(&clients[i]);
}

/* Nobody else may serve its clients, so they wait for the next worker: none is refused. */
static void lone_worker(void **state)
{
	pid_t worker;
	struct answer answer;

	(void)state;
	server.workers = "1";
	server.noisy = true;
	daemon_start(&server);
	for (int round = 0; round < 3; round++) {
		daemon_workers(&server, &worker, 1);
		assert_int_equal(kill(worker, SIGKILL), 0);
		while (program_sockets(worker) > 0)
			look_again_soon();
		answer = ask(&server, NULL, "gemini://localhost/");
		assert_answer(&answer, 20, "gemini://localhost/");
		answer_free(&answer);
	}
}

/* At whichever moment it comes, SIGTERM ends the server in order. */
static void stop_while_starting(void **state)
{
	static const char *const arguments[] = {"serve", "--listen", "127.0.0.1:0", "--root",
		"capsule", "--certs", "certs", "--store", "sqlite:store.db", "--log", "off", NULL};
	char path[DAEMON_PATH_SIZE], *errors;

	(void)state;
	for (int wait = 0; wait < 60; wait += 3) {
		pid_t pid = program_spawn(server.folder, arguments);
		int64_t moment = now_ms() + wait;

		while (now_ms() < moment)
			look_again_soon();
		assert_int_equal(kill(pid, SIGTERM), 0);
		int code = program_wait(pid, PATIENCE_MS);
		/* Before it could say otherwise, a signal ends a program. */
		if (code != 0 && code != 128 + SIGTERM)
			fail_msg("exit code %d after %d ms", code, wait);
		errors = file_slurp(daemon_path(&server, "err", path), NULL);
		assert_string_equal(errors != NULL ? errors : "", "");
		free(errors);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUNNING("half a request and a close_notify: 59", leaves_with_close_notify),
		RUNNING("half a request and a FIN: 59", leaves_with_fin),
		RUNNING("an SNI name with a final dot is the same host", name_with_dot),
		RUNNING("a torn handshake frees its place at once", torn_handshake),
		RUNNING("a refused client that talks on is cut", talks_on),
		AT_REST("a low soft limit of descriptors is raised", few_descriptors),
		AT_REST("a lone worker that dies takes no client with it", lone_worker),
		AT_REST("SIGTERM during the start is an orderly end", stop_while_starting),
	};

	return cmocka_run_group_tests_name("rudeness", tests, NULL, NULL);
}
