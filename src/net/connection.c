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

/* Each state has its gauge, and its counter of deadlines. */
_Static_assert(
	(int)GAUGE_PROXY == (int)CONNECTION_PROXY && (int)GAUGE_DRAIN == (int)CONNECTION_DRAIN,
	"gauges are in the order of states");

/* CLOSED: it is not there, before or after. */
static void count_state(
	const struct connection *connection, enum connection_state state, int change)
{
	if (state != CONNECTION_CLOSED)
		count_change(&connection->net->counting, (enum gauge)state, change);
}

void connection_enter(struct connection *connection, enum connection_state state)
{
	CHECK(connection_state_may_follow(connection->state, state));
	count_state(connection, connection->state, -1);
	count_state(connection, state, 1);
	connection->state = state;
	connection->moved = state == CONNECTION_WRITE ? tls_bytes_sent(connection->tls) : 0;
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
	const struct net *net = connection->net;
	const struct exchange *exchange = connection->exchange;
	const struct uri *uri = &exchange->request.uri;
	/* Before that the reply is a job's, or nobody's yet. */
	int status = connection->state == CONNECTION_WRITE ? (int)exchange->reply.status : 0;
	int64_t milliseconds = (int64_t)(uv_now(&net->loop) - connection->accepted);
	char address[ADDRESS_TEXT_SIZE];
	address_peer_format(connection->peer, net->settings->log_addresses, address);
	log_access(&(struct log_request){
		.address = address,
		.upload = exchange->request.titan.present,
		.host = uri->host,
		.path = path_for_log(&exchange->request),
		.query = exchange->request.query_is_private ? (struct span){NULL, 0} : uri->query,
		.status = status,
		.bytes = exchange->bytes,
		.milliseconds = milliseconds,
		.note = note,
	});
	count_request(&net->counting, exchange->request.counted_as, status, milliseconds);
}

bool connection_has_asked(const struct connection *connection)
{
	return connection->state == CONNECTION_UPLOAD || connection->state == CONNECTION_ANSWER ||
	       connection->state == CONNECTION_WRITE;
}

static void count_end(const struct connection *connection)
{
	const struct counting *counting = &connection->net->counting;
	count_more(counting, COUNTER_BYTES_RECEIVED,
		tls_bytes_received(connection->tls) + connection->unread);
	count_more(counting, COUNTER_BYTES_SENT, tls_bytes_sent(connection->tls));
	if (connection->state == CONNECTION_HANDSHAKE)
		count_more(counting, COUNTER_HANDSHAKES_FAILED, 1);
}

void connection_end(struct connection *connection, const char *note)
{
	struct net *net = connection->net;
	if (connection_has_asked(connection))
		connection_log(connection, note);
	else if (note != NULL)
		log_message(LOG_DEBUG, "connection ended while it was %s: %s",
			connection_state_doing(connection->state), note);
	count_end(connection);
	connection_enter(connection, CONNECTION_CLOSED);
	if (connection->exchange != NULL)
		exchange_release(connection->exchange);
	connection->exchange = NULL;
	greeting_end(connection);
	tls_connection_free(connection->tls);
	connection->tls = NULL;
	if (connection->counted)
		admission_leave_client(net->admission, connection->peer);
	admission_leave_total(net->admission);
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
	if (io != TLS_DONE) {
		connection_wait_or_end(connection, io);
		return;
	}
	count_more(&connection->net->counting,
		tls_is_1_3(connection->tls) ? COUNTER_TLS_1_3 : COUNTER_TLS_1_2, 1);
	connection_enter(connection, CONNECTION_REQUEST);
}

/* A client that is just being left has nothing to say yet: reading at once would only find that
 * out. */
void connection_run(struct connection *connection)
{
	enum connection_state before;
	do {
		before = connection->state;
		switch (connection->state) {
		case CONNECTION_PROXY:
			greeting_run_proxy(connection);
			break;
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

void connection_accept(struct net *net, const struct arrival *arrival)
{
	struct connection *connection = calloc(1, sizeof *connection);
	if (connection == NULL)
		goto fail_memory;
	connection->tls = tls_connection_new(net->tls, arrival->fd);
	if (connection->tls == NULL)
		goto fail_tls;
	if (uv_poll_init(&net->loop, &connection->poll, arrival->fd) != 0)
		goto fail_poll;
	connection->magic = CONNECTION_MAGIC;
	connection->net = net;
	connection->fd = arrival->fd;
	connection->port = arrival->port;
	connection->peer = arrival->peer;
	connection->counted = !arrival->by_proxy;
	connection->accepted = uv_now(&net->loop);
	connection->poll.data = connection;
	connection->state = arrival->by_proxy ? CONNECTION_PROXY : CONNECTION_HANDSHAKE;
	count_state(connection, connection->state, 1);
	deadline_init(&connection->deadline);
	deadline_set(&net->deadlines, &connection->deadline, connection->state);
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
	count_more(&net->counting, COUNTER_REFUSED_EXHAUSTED, 1);
	if (!arrival->by_proxy)
		admission_leave_client(net->admission, arrival->peer);
	admission_leave_total(net->admission);
	close(arrival->fd);
}
