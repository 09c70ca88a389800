/*
 * What goes out: the answer, piece by piece, and then nothing but leaving.
 */
#include <errno.h>
#include <sys/socket.h>

#include "net/connection.h"
#include "os/socket.h"

#define WRITES_PER_TURN 16 /* of TLS_WRITE_MAX bytes; then others get their turn */
#define DRAINS_PER_TURN 16
#define DRAINED_MAX     (16u << 20) /* bytes of a client that goes on talking */

static void begin_drain(struct connection *connection)
{
	connection_log(connection, connection->exchange->reply.note);
	exchange_release(connection->exchange);
	connection->exchange = NULL;
	/* What the client still sends is read and dropped until it closes: a socket that is closed
	 * over unread bytes is reset, and the reset can overtake the answer. */
	shutdown(connection->fd, SHUT_WR);
	connection_enter(connection, CONNECTION_DRAIN);
	connection_watch(connection, UV_READABLE);
}

void writing_run_write(struct connection *connection)
{
	struct net *net = connection->net;
	struct exchange *exchange = connection->exchange;
	enum tls_io io = tls_flush(connection->tls);
	for (int i = 0; i < WRITES_PER_TURN && io == TLS_DONE && !exchange->body_ended; i++) {
		size_t len;
		if (!exchange_next_piece(exchange, net->scratch, sizeof net->scratch, &len)) {
			connection_end(connection, "the file could not be read on");
			return;
		}
		exchange->bytes += len;
		io = tls_write(connection->tls, net->scratch, len, exchange->body_ended);
	}
	if (io == TLS_DONE && exchange->body_ended) {
		begin_drain(connection);
		return;
	}
	connection_wait_or_end(connection, io == TLS_DONE ? TLS_WANT_WRITE : io);
}

/* What the kernel has taken says little: it takes much at once, and then for long nothing from a
 * slow reader's connection. */
uint64_t writing_moved(const struct connection *connection)
{
	uint64_t sent = tls_bytes_sent(connection->tls);
	uint64_t waiting = socket_unacknowledged(connection->fd);
	return waiting < sent ? sent - waiting : 0;
}

void writing_run_drain(struct connection *connection)
{
	struct net *net = connection->net;
	for (int i = 0; i < DRAINS_PER_TURN; i++) {
		ssize_t got = recv(connection->fd, net->scratch, sizeof net->scratch, 0);
		if (got > 0 && (connection->unread += (unsigned)got) < DRAINED_MAX)
			continue;
		if (got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR))
			connection_end(connection, NULL);
		return;
	}
}
