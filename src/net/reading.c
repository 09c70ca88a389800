/*
 * What comes in: the request line, the question to the service, and the body of an upload.
 *
 * The service is asked about an upload twice: first without its body, so that what is refused is
 * refused at once, and again when the page wants it and all of it is here.
 */
#include <string.h>

#include "base/clock.h"
#include "net/connection.h"
#include "os/listen.h"

#define TEXT_OF(number)   #number
#define NUMBER_IN(number) TEXT_OF(number)

static void refuse_without_memory(struct connection *connection)
{
	connection_refuse(connection, STATUS_TEMPORARY_FAILURE,
		"Memory is out just now. Try again in a minute");
}

static void refuse_overload(struct connection *connection)
{
	connection_refuse(connection, STATUS_SERVER_UNAVAILABLE,
		"Too many are asking at once. Try again in a minute");
}

static void ask_service(struct connection *connection)
{
	const struct net_service *service = connection->net->service;
	struct exchange *exchange = connection->exchange;
	struct net_job job = service->answer(service->context, tls_sni(connection->tls),
		connection->port, &exchange->request, &exchange->reply);
	if (job.run == NULL) {
		reading_answered(connection);
	} else if (exchange_start_job(exchange, job)) {
		connection_watch(connection, 0);
		connection_enter(connection, CONNECTION_ANSWER);
	} else {
		refuse_overload(connection);
	}
}

static const char *parse(struct connection *connection, struct span line)
{
	struct exchange *exchange = connection->exchange;
	struct request *request = &exchange->request;
	struct span uri;
	const char *wrong = titan_parse(line, &exchange->arena, &request->titan, &uri);
	if (wrong == NULL)
		wrong = uri_parse(uri, &exchange->arena, &request->uri);
	return wrong;
}

/* True where the client has asked too often: it is told when it may ask again. */
static bool hold_back(struct connection *connection)
{
	const struct net *net = connection->net;
	struct request *request = &connection->exchange->request;
	unsigned wait = admission_ask(net->admission, &net->limits, connection->peer,
		request->visitor, clock_monotonic_ms());
	if (wait == 0)
		return false;
	count_more(&net->counting, COUNTER_REFUSED_RATE, 1);
	reply_status(request, &connection->exchange->reply, STATUS_SLOW_DOWN, "%u", wait);
	connection->exchange->reply.note = "asks too often";
	connection_enter(connection, CONNECTION_WRITE);
	return true;
}

static void answer(struct connection *connection, struct span line)
{
	struct request *request = &connection->exchange->request;
	const char *wrong = parse(connection, line);
	request->path_private = connection->net->service->path_private(request->uri.path);
	if (wrong != NULL && !connection->exchange->arena.failed) {
		connection_refuse(connection, STATUS_BAD_REQUEST, wrong);
		return;
	}
	/* TLS has parsed the certificate, so that nothing but memory can be missing there. */
	if (wrong != NULL || !tls_identity(connection->tls, &request->identity)) {
		refuse_without_memory(connection);
		return;
	}
	request->now = clock_wall_seconds();
	if (!admission_name(connection->net->admission, connection->peer, &request->visitor))
		refuse_overload(connection);
	else if (!hold_back(connection))
		ask_service(connection);
}

/* Adds what there is to the request line. False: nothing to look at, or that was the end. */
static bool read_line(struct connection *connection)
{
	char *scratch = connection->net->scratch;
	size_t have = connection->exchange == NULL ? 0 : connection->exchange->line_len, got;
	enum tls_io io = tls_read(connection->tls, scratch, REQUEST_LINE_MAX - have, &got);
	if (io == TLS_END && have > 0) {
		connection_refuse(connection, STATUS_BAD_REQUEST,
			"The request is not whole; it ends with CR and LF");
		return false;
	}
	if (io != TLS_DONE) {
		/* The client may hold its request back until the end of the handshake is
		 * acknowledged, and we have nothing to send with that. */
		if (io == TLS_WANT_READ && have == 0)
			socket_acknowledge_now(connection->fd);
		connection_wait_or_end(connection, io);
		return false;
	}
	/* Only now: a client that says nothing costs no exchange. */
	if (connection->exchange == NULL && !connection_make_exchange(connection))
		return false;
	memcpy(connection->exchange->line + have, scratch, got);
	connection->exchange->line_len += got;
	return true;
}

void reading_run_request(struct connection *connection)
{
	/* Until TLS has nothing left that it took off the socket already: no event tells of that.
	 */
	while (read_line(connection)) {
		struct exchange *exchange = connection->exchange;
		struct span line;
		const char *wrong;
		switch (request_line_scan((struct span){exchange->line, exchange->line_len}, &line,
			&exchange->line_used, &wrong)) {
		case REQUEST_LINE_MORE:
			continue;
		case REQUEST_LINE_COMPLETE:
			answer(connection, line);
			return;
		case REQUEST_LINE_BAD:
			connection_refuse(connection, STATUS_BAD_REQUEST, wrong);
			return;
		}
	}
}

/* The page wants the body: room for it, with what came behind the line already. */
static void begin_upload(struct connection *connection)
{
	struct exchange *exchange = connection->exchange;
	uint64_t size = exchange->request.titan.size;
	exchange_reset_reply(exchange);
	if (size > REPLY_BODY_MAX) {
		connection_refuse(connection, STATUS_PERMANENT_FAILURE,
			"An upload here holds " NUMBER_IN(REPLY_BODY_MAX) " bytes at most");
		return;
	}
	char *body = arena_alloc(&exchange->arena, (size_t)size);
	if (body == NULL) {
		refuse_overload(connection);
		return;
	}
	struct span rest = span_take(
		span_skip((struct span){exchange->line, exchange->line_len}, exchange->line_used),
		(size_t)size);
	memcpy(body, rest.ptr, rest.len);
	exchange->body_len = rest.len;
	exchange->body = body;
	connection_enter(connection, CONNECTION_UPLOAD);
}

/* Where memory was out, a page may have found nothing, or nothing right, for that alone. */
static bool is_untrue(const struct exchange *exchange)
{
	enum status status = exchange->reply.status;
	return exchange->arena.failed && (status < 20 || status >= 50);
}

void reading_answered(struct connection *connection)
{
	const struct exchange *exchange = connection->exchange;
	const struct request *request = &exchange->request;
	if (is_untrue(exchange))
		refuse_without_memory(connection);
	else if (exchange->reply.wants_body && request->titan.size > 0 && !request->has_body)
		begin_upload(connection);
	else
		connection_enter(connection, CONNECTION_WRITE);
}

void reading_run_upload(struct connection *connection)
{
	struct exchange *exchange = connection->exchange;
	struct request *request = &exchange->request;
	size_t size = (size_t)request->titan.size;
	while (exchange->body_len < size) {
		size_t got;
		enum tls_io io = tls_read(connection->tls, exchange->body + exchange->body_len,
			size - exchange->body_len, &got);
		if (io == TLS_END) {
			connection_refuse(connection, STATUS_BAD_REQUEST,
				"The upload ended before all of it was here; nothing was stored");
			return;
		}
		if (io != TLS_DONE) {
			/* As above: the body may wait for the acknowledgement of the line. */
			if (io == TLS_WANT_READ)
				socket_acknowledge_now(connection->fd);
			connection_wait_or_end(connection, io);
			return;
		}
		exchange->body_len += got;
	}
	request->body = (struct span){exchange->body, size};
	request->has_body = true;
	ask_service(connection);
}
