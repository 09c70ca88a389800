/*
 * A connection, from accept to close: an explicit state machine.
 *
 * connection_enter() alone changes the state and sets its deadline; connection_end() alone ends
 * a connection and closed() alone frees it. Closing has two phases, as libuv asks: what the kernel
 * holds goes at once, the memory when the loop has let go of the handle.
 */
#include "net/connection.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"

void connection_enter(struct connection *connection, enum connection_state state)
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
	connection_run(connection);
}

void connection_watch(struct connection *connection, int events)
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

/* The path as it may be kept. */
static struct span path_for_log(const struct request *request)
{
	struct span path = request->uri.path;
	return span_take(path, path.len - request->path_private);
}

void connection_log(struct connection *connection, const char *note)
{
	const struct exchange *exchange = connection->exchange;
	const struct uri *uri = &exchange->request.uri;
	log_access(&(struct log_request){
		.address = connection->address,
		.host = uri->host,
		.path = path_for_log(&exchange->request),
		.query = exchange->request.query_is_private ? (struct span){NULL, 0} : uri->query,
		/* Before that the reply is a job's, or nobody's yet. */
		.status = connection->state == CONNECTION_WRITE ? (int)exchange->reply.status : 0,
		.bytes = exchange->bytes,
		.milliseconds = (int64_t)(uv_now(&connection->net->loop) - connection->accepted),
		.note = note,
	});
}

/* Those that are owed an answer. */
static bool has_asked(const struct connection *connection)
{
	return connection->state == CONNECTION_UPLOAD || connection->state == CONNECTION_ANSWER ||
	       connection->state == CONNECTION_WRITE;
}

void connection_end(struct connection *connection, const char *note)
{
	struct net *net = connection->net;
	if (has_asked(connection))
		connection_log(connection, note);
	else if (note != NULL)
		log_message(LOG_DEBUG, "connection ended while it was %s: %s",
			connection_state_doing(connection->state), note);
	connection_enter(connection, CONNECTION_CLOSED);
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

void connection_wait_or_end(struct connection *connection, enum tls_io io)
{
	switch (io) {
	case TLS_WANT_READ:
		connection_watch(connection, UV_READABLE);
		return;
	case TLS_WANT_WRITE:
		connection_watch(connection, UV_WRITABLE);
		return;
	case TLS_END:
		connection_end(connection, "the client left");
		return;
	case TLS_FAILED:
	case TLS_DONE:
		connection_end(connection, tls_failure(connection->tls));
		return;
	}
}

static void job_done(void *owner)
{
	struct connection *connection = owner;
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	reading_answered(connection);
	connection_run(connection);
}

bool connection_make_exchange(struct connection *connection)
{
	struct exchange *exchange = exchange_new(connection->net, connection, job_done);
	if (exchange == NULL) {
		connection_end(connection, "out of memory");
		return false;
	}
	connection->exchange = exchange;
	return true;
}

void connection_refuse(struct connection *connection, enum status status, const char *sentence)
{
	if (connection->exchange == NULL && !connection_make_exchange(connection))
		return;
	struct reply *reply = &connection->exchange->reply;
	body_close(&reply->body);
	reply->status = status;
	reply->meta = span_of(sentence);
	connection_enter(connection, CONNECTION_WRITE);
}

static void run_handshake(struct connection *connection)
{
	enum tls_io io = tls_handshake(connection->tls);
	if (io == TLS_DONE)
		connection_enter(connection, CONNECTION_REQUEST);
	else
		connection_wait_or_end(connection, io);
}

/* A client that is just being left has nothing to say yet: reading at once would only find that
 * out. */
void connection_run(struct connection *connection)
{
	enum connection_state before;
	do {
		before = connection->state;
		switch (connection->state) {
		case CONNECTION_HANDSHAKE:
			run_handshake(connection);
			break;
		case CONNECTION_REQUEST:
			reading_run_request(connection);
			break;
		case CONNECTION_UPLOAD:
			reading_run_upload(connection);
			break;
		case CONNECTION_WRITE:
			writing_run_write(connection);
			break;
		case CONNECTION_DRAIN:
			writing_run_drain(connection);
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
	struct address_network network = address_client_of(address);
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
	connection_run(connection);
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
	if (!connection_make_exchange(connection))
		return;
	/* For the log. The job changes nothing of what is read here: neither these members nor the
	 * memory that they point to. */
	struct request *request = &connection->exchange->request;
	struct arena *arena = &connection->exchange->arena;
	request->uri.host = span_of(arena_copy(arena, late->request.uri.host));
	request->uri.path = span_of(arena_copy(arena, late->request.uri.path));
	/* Where memory is out the path is empty. */
	request->path_private = request->uri.path.len == 0 ? 0 : late->request.path_private;
	connection->exchange->reply.note = "answer_timeout";
	exchange_release(late);
	connection_refuse(
		connection, STATUS_TEMPORARY_FAILURE, "This took too long. Try again in a minute");
}

void connection_deadline_missed(void *net, struct deadline *deadline)
{
	struct connection *connection = LIST_ENTRY(deadline, struct connection, deadline);
	CHECK_MAGIC((struct net *)net, NET_MAGIC);
	CHECK_MAGIC(connection, CONNECTION_MAGIC);
	switch (connection->state) {
	case CONNECTION_REQUEST:
		connection_refuse(connection, STATUS_BAD_REQUEST,
			"The request did not arrive in time; it ends with CR and LF");
		connection_run(connection);
		return;
	case CONNECTION_UPLOAD:
		connection_refuse(connection, STATUS_BAD_REQUEST,
			"The upload did not arrive in time; nothing was stored");
		connection_run(connection);
		return;
	case CONNECTION_ANSWER:
		give_up_answer(connection);
		connection_run(connection);
		return;
	case CONNECTION_HANDSHAKE:
	case CONNECTION_WRITE:
	case CONNECTION_DRAIN:
	case CONNECTION_CLOSED:
		connection_end(connection, "its time is over");
		return;
	}
}

void connections_close(struct net *net, bool all)
{
	for (struct list *link = net->connections.next, *next; link != &net->connections;
		link = next) {
		struct connection *connection = LIST_ENTRY(link, struct connection, link);
		next = link->next;
		if (all || !has_asked(connection))
			connection_end(connection, "the server stops");
	}
}
