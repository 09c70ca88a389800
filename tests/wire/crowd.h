/*
 * Many connections at once, for tests of limits.
 */
#ifndef KINDLING_TESTS_WIRE_CROWD_H
#define KINDLING_TESTS_WIRE_CROWD_H

#include "fixture.h"

#include <unistd.h>

#define BIG_REQUEST DAEMON_BIG_PAGE "\r\n"
#define REQUEST     "gemini://localhost/\r\n"

/* Over TCP alone, from this address. */
static inline void crowd_connect(struct client *clients, size_t count, const char *source)
{
	const struct client_options options = {.source = source};

	for (size_t i = 0; i < count; i++)
		assert_true(client_connect(&clients[i], server.port, &options));
}

static inline void crowd_close(struct client *clients, size_t count)
{
	for (size_t i = 0; i < count; i++)
		client_abort(&clients[i]);
}

/* Has asked for the big file, and reads no more than its beginning. */
static inline void crowd_stall(struct client *client, const struct client_options *options)
{
	char byte;

	assert_true(client_open(client, server.port, options));
	assert_true(client_send(client, BIG_REQUEST, sizeof(BIG_REQUEST) - 1, 0));
	assert_int_equal(client_read(client, &byte, 1), 1);
}

/* True where the server closes without a byte, before any handshake; false where it still waits
 * for one when an answer would have come. */
static inline bool crowd_is_refused(const struct client_options *options)
{
	struct client client;
	struct answer answer;
	char byte;
	bool refused = !client_connect(&client, server.port, options);

	if (!refused && client_handshake(&client, options)) {
		/* No second one: another worker may not have seen that this one has gone. */
		assert_true(client_send(&client, REQUEST, sizeof(REQUEST) - 1, 0));
		client_receive(&client, &answer);
		assert_int_equal(answer.status, 20);
		answer_free(&answer);
		client_close(&client);
		return false;
	}
	/* A reset where the ClientHello came too late. */
	refused = refused || client.end == CLIENT_FIN || client.end == CLIENT_RESET ||
		  client_read(&client, &byte, 1) == 0;
	client_close(&client);
	return refused;
}

static inline bool crowd_is_refused_from(const char *source)
{
	return crowd_is_refused(&(struct client_options){.source = source});
}

static inline pid_t crowd_worker(void)
{
	pid_t worker;

	daemon_workers(&server, &worker, 1);
	return worker;
}

/* Nothing is to be done, so the worker does next to nothing. */
static inline void assert_worker_rests(pid_t worker)
{
	enum { WATCHED_MS = 500 };
	long before = program_cpu_ms(worker);

	for (int64_t end = now_ms() + WATCHED_MS; now_ms() < end;)
		look_again_soon();
	assert_in_range(program_cpu_ms(worker) - before, 0, WATCHED_MS / 4);
}

/* How many sockets the workers hold. */
static inline size_t crowd_sockets(size_t workers)
{
	pid_t pids[4];
	size_t sockets = 0;

	assert_true(workers <= COUNT(pids));
	daemon_workers(&server, pids, workers);
	for (size_t i = 0; i < workers; i++)
		sockets += program_sockets(pids[i]);
	return sockets;
}

/* Waits until it is this number: what was connected is accepted, what was closed is closed. */
static inline void crowd_wait_for_sockets(size_t workers, size_t count)
{
	int64_t end = now_ms() + PATIENCE_MS;
	size_t sockets;

	while ((sockets = crowd_sockets(workers)) != count) {
		if (now_ms() > end)
			fail_msg("the workers hold %zu sockets, not %zu", sockets, count);
		look_again_soon();
	}
}

#endif
