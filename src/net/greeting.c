/*
 * The header with which a proxy says whom it speaks for, before TLS.
 *
 * It is looked at in the socket, and then exactly its bytes are taken off: what follows is TLS's.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/connection.h"
#include "proto/proxy.h"

struct greeting {
	size_t len;
	char bytes[PROXY_HEADER_MAX];
};

void greeting_end(struct connection *connection)
{
	free(connection->greeting);
	connection->greeting = NULL;
}

/* Takes bytes off the socket that were seen there; false where they cannot be had. */
static bool consume(struct connection *connection, char *bytes, size_t count)
{
	if (recv(connection->fd, bytes, count, 0) != (ssize_t)count) {
		connection_end(connection, "the socket failed");
		return false;
	}
	connection->unread += (unsigned)count;
	return true;
}

/* Part of a header: the rest is waited for, so this is taken, or the socket would stay readable. */
static bool keep(struct connection *connection, size_t have, size_t more)
{
	if (connection->greeting == NULL)
		connection->greeting = calloc(1, sizeof *connection->greeting);
	if (connection->greeting == NULL) {
		connection_end(connection, "out of memory");
		return false;
	}
	connection->greeting->len = have + more;
	return consume(connection, connection->greeting->bytes + have, more);
}

/* From here on the connection is the client's. A proxy that speaks for itself, or for somebody it
 * does not know, is bound by the rules, but not by the limits of an address. */
static void settle(struct connection *connection, const struct proxy_header *header)
{
	struct net *net = connection->net;
	const char *why = "the proxy's address is denied, or not allowed";
	bool admitted;
	greeting_end(connection);
	if (header->family != 0) {
		connection->peer = address_peer_made(header->family, header->address);
		connection->port = header->port;
		admitted = connection->counted = net_admit_client(net, connection->peer, &why);
	} else {
		admitted = rules_admit(net->rules, connection->peer);
		count_more(&net->counting, COUNTER_REFUSED_DENIED, admitted ? 0 : 1);
	}
	if (admitted)
		connection_enter(connection, CONNECTION_HANDSHAKE);
	else
		connection_end(connection, why);
}

/* What is there of the header, seen or kept; false where nothing new is, or that was the end. */
static bool look(
	struct connection *connection, char bytes[PROXY_HEADER_MAX], size_t *have, size_t *more)
{
	*have = connection->greeting == NULL ? 0 : connection->greeting->len;
	if (*have > 0)
		memcpy(bytes, connection->greeting->bytes, *have);
	ssize_t got = recv(connection->fd, bytes + *have, PROXY_HEADER_MAX - *have, MSG_PEEK);
	if (got > 0) {
		*more = (size_t)got;
		return true;
	}
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		connection_watch(connection, UV_READABLE);
	else
		connection_end(connection, "the proxy left");
	return false;
}

void greeting_run_proxy(struct connection *connection)
{
	char bytes[PROXY_HEADER_MAX];
	size_t have, more, used;
	while (look(connection, bytes, &have, &more)) {
		struct proxy_header header;
		const char *wrong;
		switch (proxy_scan((struct span){bytes, have + more}, &header, &used, &wrong)) {
		case PROXY_MORE:
			if (!keep(connection, have, more))
				return;
			continue;
		case PROXY_COMPLETE:
			if (consume(connection, bytes, used - have))
				settle(connection, &header);
			return;
		case PROXY_BAD:
			count_more(&connection->net->counting, COUNTER_REFUSED_PROXY, 1);
			connection_end(connection, wrong);
			return;
		}
	}
}
