/*
 * A connection, from accept to close: an explicit state machine.
 *
 * enter() alone changes the state and sets its deadline; connection_close() alone ends a
 * connection and closed() alone frees it. Closing has two phases, as libuv asks: what the kernel
 * holds goes at once, the memory when the loop has let go of the handle.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/log.h"
#include "net/exchange.h"
#include "net/loop.h"

#define CONNECTION_MAGIC 0x434f4e31u
#define WRITES_PER_TURN  16 /* of TLS_WRITE_MAX bytes; then others get their turn */
#define DRAINS_PER_TURN  16
#define DRAINED_MAX      (16u << 20) /* bytes of a client that goes on talking */

struct connection {
	unsigned magic;
	enum connection_state state;
	struct net *net;
	struct tls_connection *tls;
	struct exchange *exchange; /* from the first byte of a request on */
	struct list link;
	struct deadline deadline;
	uv_poll_t poll;
	int watched; /* the events that `poll` waits for */
	int fd;
	unsigned port;
	unsigned drained;  /* bytes dropped since the answer has left */
	uint64_t accepted; /* in the loop's milliseconds */
	struct address_network network;
	char address[ADDRESS_TEXT_SIZE]; /* as the log may show it */
};

static void run(struct connection *connection);

static void enter(struct connection *connection, enum connection_state state)
{
	CHECK(connection_state_may_follow(connection->state, state));
	connection->state = state;
	if (state == CONNECTION_CLOSED)
		deadline_clear(&connection->deadline);
	else
		deadline_set(&connection->net->deadlines, &connection->deadline, state);
}

static void poll_fired(uv_poll_t *poll, int status, int events)
{
	struct connection *connection = poll->data;
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	(void)events;
	if (status < 0)
		connection->watched =
			0; /* libuv has stopped watching; the error shows itself below */
	run(connection);
}

static void watch(struct connection *connection, int events)
{
	if (connection->watched == events)
		return;
	connection->watched = events;
	if (events == 0)
		uv_poll_stop(&connection->poll);
	else
		uv_poll_start(&connection->poll, events, poll_fired);
}

static void closed(uv_handle_t *handle)
{
	struct connection *connection = handle->data;
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	struct net *net = connection->net;
	connection->magic = 0;
	free(connection);
	net->connection_count--;
	net_look_for_end(net);
}

static void log_exchange(struct connection *connection, const char *note)
{
	const struct exchange *exchange = connection->exchange;
	const struct uri *uri = &exchange->request.uri;
	log_access(&(struct log_request){
		.address = connection->address,
		.host = uri->host,
		.path = uri->path,
		.query = exchange->request.query_is_private ? (struct span){NULL, 0} : uri->query,
		/* A reply that a job still works on is not to be looked at. */
		.status = exchange->at_work ? 0 : (int)exchange->reply.status,
		.bytes = exchange->bytes,
		.milliseconds = (int64_t)(uv_now(&connection->net->loop) - connection->accepted),
		.note = note,
	});
}

/* `note`: why it ends before its time; NULL where all went its way. */
static void connection_close(struct connection *connection, const char *note)
{
	struct net *net = connection->net;
	if (connection->state == CONNECTION_WRITE || connection->state == CONNECTION_ANSWER)
		log_exchange(connection, note);
	else if (note != NULL)
		log_message(LOG_DEBUG, "connection ended while it was %s: %s",
			connection_state_doing(connection->state), note);
	enter(connection, CONNECTION_CLOSED);
	if (connection->exchange != NULL)
		exchange_release(connection->exchange);
	connection->exchange = NULL;
	tls_connection_free(connection->tls);
	connection->tls = NULL;
	admission_leave(net->admission, connection->network);
	list_remove(&connection->link);
	uv_close((uv_handle_t *)&connection->poll, closed);
	close(connection->fd);
}

/* Waits as TLS asks; anything else ends the connection. */
static void wait_or_close(struct connection *connection, enum tls_io io)
{
	switch (io) {
	case TLS_WANT_READ:
		watch(connection, UV_READABLE);
		return;
	case TLS_WANT_WRITE:
		watch(connection, UV_WRITABLE);
		return;
	case TLS_END:
		connection_close(connection, "the client left");
		return;
	case TLS_FAILED:
	case TLS_DONE:
		connection_close(connection, tls_failure(connection->tls));
		return;
	}
}

static void job_done(void *owner)
{
	struct connection *connection = owner;
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	enter(connection, CONNECTION_WRITE);
	run(connection);
}

static bool make_exchange(struct connection *connection)
{
	struct exchange *exchange = exchange_new(connection->net, connection, job_done);
	if (exchange == NULL) {
		connection_close(connection, "out of memory");
		return false;
	}
	connection->exchange = exchange;
	return true;
}

/* An answer that no page made: for what is not a request, or came too late. */
static void refuse(struct connection *connection, enum status status, const char *sentence)
{
	if (connection->exchange == NULL && !make_exchange(connection))
		return;
	struct reply *reply = &connection->exchange->reply;
	body_close(&reply->body);
	reply->status = status;
	reply->meta = span_of(sentence);
	enter(connection, CONNECTION_WRITE);
}

static void answer(struct connection *connection, struct span line)
{
	struct net *net = connection->net;
	struct exchange *exchange = connection->exchange;
	struct request *request = &exchange->request;
	const char *wrong = uri_parse(line, &exchange->arena, &request->uri);
	if (wrong == NULL && !tls_identity(connection->tls, &request->identity))
		wrong = "This certificate's key cannot be read; choose another identity";
	if (wrong != NULL) {
		refuse(connection, STATUS_BAD_REQUEST, wrong);
		return;
	}
	request->now = clock_wall_seconds();
	struct net_job job = net->service->answer(net->service->context, tls_sni(connection->tls),
		connection->port, request, &exchange->reply);
	if (job.run == NULL) {
		enter(connection, CONNECTION_WRITE);
	} else if (exchange_start_job(exchange, job)) {
		watch(connection, 0);
		enter(connection, CONNECTION_ANSWER);
	} else {
		refuse(connection, STATUS_SERVER_UNAVAILABLE,
			"Too many are asking at once. Try again in a minute");
	}
}

static void run_handshake(struct connection *connection)
{
	enum tls_io io = tls_handshake(connection->tls);
	if (io == TLS_DONE)
		enter(connection, CONNECTION_REQUEST);
	else
		wait_or_close(connection, io);
}

/* Adds what there is to the request line. False: nothing to look at, or that was the end. */
static bool read_line(struct connection *connection)
{
	char *scratch = connection->net->scratch;
	size_t have = connection->exchange == NULL ? 0 : connection->exchange->line_len, got;
	enum tls_io io = tls_read(connection->tls, scratch, REQUEST_LINE_MAX - have, &got);
	if (io == TLS_END && have > 0) {
		refuse(connection, STATUS_BAD_REQUEST,
			"The request is not whole; it ends with CR and LF");
		return false;
	}
	if (io != TLS_DONE) {
		/* The client may hold its request back until the end of the handshake is
		 * acknowledged, and we have nothing to send with that. */
		if (io == TLS_WANT_READ && have == 0)
			socket_acknowledge_now(connection->fd);
		wait_or_close(connection, io);
		return false;
	}
	/* Only now: a client that says nothing costs no exchange. */
	if (connection->exchange == NULL && !make_exchange(connection))
		return false;
	memcpy(connection->exchange->line + have, scratch, got);
	connection->exchange->line_len += got;
	return true;
}

static void run_request(struct connection *connection)
{
	/* Until TLS has nothing left that it took off the socket already: no event tells of that.
	 */
	while (read_line(connection)) {
		struct exchange *exchange = connection->exchange;
		struct span line;
		size_t used;
		const char *wrong;
		switch (request_line_scan(
			(struct span){exchange->line, exchange->line_len}, &line, &used, &wrong)) {
		case REQUEST_LINE_MORE:
			continue;
		case REQUEST_LINE_COMPLETE:
			answer(connection, line);
			return;
		case REQUEST_LINE_BAD:
			refuse(connection, STATUS_BAD_REQUEST, wrong);
			return;
		}
	}
}

static void begin_drain(struct connection *connection)
{
	log_exchange(connection, connection->exchange->reply.note);
	exchange_release(connection->exchange);
	connection->exchange = NULL;
	/* What the client still sends is read and dropped until it closes: a socket that is closed
	 * over unread bytes is reset, and the reset can overtake the answer. */
	shutdown(connection->fd, SHUT_WR);
	enter(connection, CONNECTION_DRAIN);
	watch(connection, UV_READABLE);
}

static void run_write(struct connection *connection)
{
	struct net *net = connection->net;
	struct exchange *exchange = connection->exchange;
	uint64_t sent_before = tls_bytes_sent(connection->tls);
	enum tls_io io = tls_flush(connection->tls);
	for (int i = 0; i < WRITES_PER_TURN && io == TLS_DONE && !exchange->body_ended; i++) {
		size_t len;
		if (!exchange_next_piece(exchange, net->scratch, sizeof net->scratch, &len)) {
			connection_close(connection, "the file could not be read on");
			return;
		}
		exchange->bytes += len;
		io = tls_write(connection->tls, net->scratch, len, exchange->body_ended);
	}
	if (io == TLS_DONE && exchange->body_ended) {
		begin_drain(connection);
		return;
	}
	if (tls_bytes_sent(connection->tls) != sent_before)
		deadline_set(&net->deadlines, &connection->deadline, CONNECTION_WRITE);
	wait_or_close(connection, io == TLS_DONE ? TLS_WANT_WRITE : io);
}

static void run_drain(struct connection *connection)
{
	struct net *net = connection->net;
	for (int i = 0; i < DRAINS_PER_TURN; i++) {
		ssize_t got = recv(connection->fd, net->scratch, sizeof net->scratch, 0);
		if (got > 0 && (connection->drained += (unsigned)got) < DRAINED_MAX)
			continue;
		if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
			connection_close(connection, NULL);
		return;
	}
}

/* Goes on for as long as the state changes by itself. A client that is just being left has
 * nothing to say yet: reading at once would only find that out. */
static void run(struct connection *connection)
{
	enum connection_state before;
	do {
		before = connection->state;
		switch (connection->state) {
		case CONNECTION_HANDSHAKE:
			run_handshake(connection);
			break;
		case CONNECTION_REQUEST:
			run_request(connection);
			break;
		case CONNECTION_WRITE:
			run_write(connection);
			break;
		case CONNECTION_DRAIN:
			run_drain(connection);
			break;
		case CONNECTION_ANSWER:
		case CONNECTION_CLOSED:
			break;
		}
	} while (connection->state != before && connection->state != CONNECTION_DRAIN);
}

void connection_accept(
	struct net *net, int fd, const struct sockaddr_storage *address, unsigned port)
{
	struct address_network network = address_network_of(address);
	struct connection *connection = calloc(1, sizeof *connection);
	if (connection == NULL)
		goto fail_memory;
	connection->tls = tls_connection_new(net->tls, fd);
	if (connection->tls == NULL)
		goto fail_tls;
	if (uv_poll_init(&net->loop, &connection->poll, fd) != 0)
		goto fail_poll;
	connection->magic = CONNECTION_MAGIC;
	connection->net = net;
	connection->fd = fd;
	connection->port = port;
	connection->network = network;
	connection->accepted = uv_now(&net->loop);
	connection->poll.data = connection;
	address_format(address, net->settings->log_addresses, connection->address);
	deadline_init(&connection->deadline);
	deadline_set(&net->deadlines, &connection->deadline, CONNECTION_HANDSHAKE);
	list_append(&net->connections, &connection->link);
	net->connection_count++;
	/* Its first bytes are often here already. */
	run(connection);
	return;

fail_poll:
	tls_connection_free(connection->tls);
fail_tls:
	free(connection);
fail_memory:
	log_message(LOG_WARNING, "connection refused: out of memory or descriptors");
	admission_leave(net->admission, network);
	close(fd);
}

/* The answer did not come in time: its job keeps the exchange, the client gets another. */
static void give_up_answer(struct connection *connection)
{
	struct exchange *late = connection->exchange;
	if (!make_exchange(connection))
		return;
	/* For the log: the job only reads its request. */
	struct request *request = &connection->exchange->request;
	struct arena *arena = &connection->exchange->arena;
	request->uri.host = span_of(arena_copy(arena, late->request.uri.host));
	request->uri.path = span_of(arena_copy(arena, late->request.uri.path));
	connection->exchange->reply.note = "answer_timeout";
	exchange_release(late);
	refuse(connection, STATUS_TEMPORARY_FAILURE, "This took too long. Try again in a minute");
}

void connection_deadline_missed(void *net, struct deadline *deadline)
{
	struct connection *connection = LIST_ENTRY(deadline, struct connection, deadline);
	CHECK_MAGIC((struct net *)net, NET_MAGIC);
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	switch (connection->state) {
	case CONNECTION_REQUEST:
		refuse(connection, STATUS_BAD_REQUEST,
			"The request did not arrive in time; it ends with CR and LF");
		run(connection);
		return;
	case CONNECTION_ANSWER:
		give_up_answer(connection);
		run(connection);
		return;
	case CONNECTION_HANDSHAKE:
	case CONNECTION_WRITE:
	case CONNECTION_DRAIN:
	case CONNECTION_CLOSED:
		connection_close(connection, "its time is over");
		return;
	}
}

void connections_close(struct net *net, bool all)
{
	for (struct list *link = net->connections.next, *next; link != &net->connections;
		link = next) {
		struct connection *connection = LIST_ENTRY(link, struct connection, link);
		next = link->next;
		bool asked = connection->state == CONNECTION_ANSWER ||
			     connection->state == CONNECTION_WRITE;
		if (all || !asked)
			connection_close(connection, "the server stops");
	}
}
