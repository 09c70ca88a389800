/*
 * Listeners: accepting, and refusing before any handshake.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "net/loop.h"
#include "os/listen.h"

#define LISTENER_MAGIC   0x4c495331u
#define ACCEPTS_PER_TURN 64  /* then others get their turn */
#define EXHAUSTED_MS     100 /* how long accepting rests when descriptors or memory are out */

struct listener {
	unsigned magic;
	struct net *net;
	struct list link;
	uv_poll_t poll;
	uv_timer_t rest;
	int fd;
	unsigned port;
	bool exhausted; /* said so already */
	int handles;    /* not closed yet */
};

static void listener_readable(uv_poll_t *poll, int status, int events);

static void rest_is_over(uv_timer_t *timer)
{
	struct listener *listener = timer->data;
	CHECK_MAGIC(listener, LISTENER_MAGIC);
	uv_poll_start(&listener->poll, UV_READABLE, listener_readable);
}

static void rest_a_while(struct listener *listener)
{
	uv_poll_stop(&listener->poll);
	uv_timer_start(&listener->rest, rest_is_over, EXHAUSTED_MS, 0);
}

static void refuse(int fd, const char *why)
{
	log_message(LOG_DEBUG, "connection refused: %s", why);
	close(fd);
}

static void admit(struct listener *listener, int fd, const struct sockaddr_storage *address)
{
	struct net *net = listener->net;
	if (net->connection_count >= net->settings->max_connections)
		refuse(fd, "this worker has max_connections");
	else if (!admission_enter(net->admission, address_client_of(address)))
		refuse(fd, "its address has max_connections_per_address");
	else
		connection_accept(net, fd, address, listener->port);
}

/* Accepts up to `most`; false when nobody is waiting any more. */
static bool accept_some(struct listener *listener, unsigned most)
{
	for (unsigned i = 0; i < most; i++) {
		struct sockaddr_storage address;
		socklen_t size = sizeof address;
		memset(&address, 0, sizeof address);
		int fd = accept4(listener->fd, (struct sockaddr *)&address, &size,
			SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			listener->exhausted = false;
			admit(listener, fd, &address);
			continue;
		}
		if (errno == EAGAIN || errno == EWOULDBLOCK)
			return false;
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
			/* The socket stays readable: polling on would only spin. */
			if (!listener->exhausted)
				log_message(LOG_WARNING, "cannot accept connections just now: %s",
					strerror(errno));
			listener->exhausted = true;
			rest_a_while(listener);
			return false;
		}
		/* Whatever else there is concerns the one connection that was given up. */
	}
	return true;
}

static void listener_readable(uv_poll_t *poll, int status, int events)
{
	struct listener *listener = poll->data;
	CHECK_MAGIC(listener, LISTENER_MAGIC);
	(void)events;
	if (status < 0)
		rest_a_while(listener); /* libuv has stopped watching */
	else
		accept_some(listener, ACCEPTS_PER_TURN);
}

bool net_listen(struct net *net, int fd, struct fault *fault)
{
	struct sockaddr_storage address;
	struct listener *listener = calloc(1, sizeof *listener);
	if (listener == NULL || !listen_bound_address(fd, &address) ||
		uv_poll_init(&net->loop, &listener->poll, fd) != 0) {
		free(listener);
		close(fd);
		return fault_set(fault, "cannot watch a listening socket: %s", strerror(errno));
	}
	uv_timer_init(&net->loop, &listener->rest);
	listener->magic = LISTENER_MAGIC;
	listener->net = net;
	listener->fd = fd;
	listener->port = address_port(&address);
	listener->poll.data = listener->rest.data = listener;
	listener->handles = 2;
	list_append(&net->listeners, &listener->link);
	uv_poll_start(&listener->poll, UV_READABLE, listener_readable);
	return true;
}

static void handle_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;
	CHECK_MAGIC(listener, LISTENER_MAGIC);
	if (--listener->handles > 0)
		return;
	listener->magic = 0;
	free(listener);
}

void listeners_close(struct net *net)
{
	while (!list_is_empty(&net->listeners)) {
		struct listener *listener = LIST_ENTRY(net->listeners.next, struct listener, link);
		list_remove(&listener->link);
		/* The kernel would reset whoever it has let in and we have not. */
		accept_some(listener, SOMAXCONN);
		uv_close((uv_handle_t *)&listener->poll, handle_closed);
		uv_close((uv_handle_t *)&listener->rest, handle_closed);
		close(listener->fd);
	}
}
