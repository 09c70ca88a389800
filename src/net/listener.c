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
#include "os/limits.h"
#include "os/listen.h"

#define LISTENER_MAGIC   0x4c495331u
#define ACCEPTS_PER_TURN 64  /* then others get their turn */
#define EXHAUSTED_MS     100 /* how long accepting rests when descriptors or memory are out */
#define WARN_AGAIN_MS    60000

struct listener {
	unsigned magic;
	struct net *net;
	struct list link;
	uv_poll_t poll;
	uv_timer_t rest;
	int fd;
	unsigned port;
	uint64_t warned; /* in the loop's milliseconds, that descriptors are out; 0: never */
	int handles;     /* not closed yet */
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

static void admit(struct listener *listener, int fd, const struct sockaddr_storage *address)
{
	struct net *net = listener->net;
	struct address_peer peer = address_peer_of(address);
	net_admit(net, &(struct arrival){
			       .fd = fd,
			       .port = listener->port,
			       .peer = peer,
			       .by_proxy = rules_is_proxy(net->rules, peer),
		       });
}

/* Descriptors or memory are out. False: nobody here can make room, and as the socket stays
 * readable, polling on would only spin. */
static bool make_room(struct listener *listener, int error)
{
	struct net *net = listener->net;
	uint64_t now = uv_now(&net->loop);
	net->descriptors = limits_raise_descriptors(0);
	if (listener->warned == 0 || now - listener->warned >= WARN_AGAIN_MS) {
		log_message(LOG_WARNING,
			"cannot accept a connection: %s; idle ones make room, or new ones wait",
			strerror(error));
		listener->warned = now;
	}
	if (connections_evict(net))
		return true;
	rest_a_while(listener);
	return false;
}

/* Accepts up to `most`, as far as anybody waits. */
static void accept_some(struct listener *listener, unsigned most)
{
	for (unsigned i = 0; i < most; i++) {
		struct sockaddr_storage address;
		socklen_t size = sizeof address;
		memset(&address, 0, sizeof address);
		int fd = accept4(listener->fd, (struct sockaddr *)&address, &size,
			SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0)
			admit(listener, fd, &address);
		else if (errno == EAGAIN || errno == EWOULDBLOCK)
			return;
		else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			 errno == ENOMEM) {
			if (!make_room(listener, errno))
				return;
		}
		/* Whatever else there is concerns the one connection that was given up. */
	}
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
