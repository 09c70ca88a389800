/*
 * What the parts of net/ share: the worker's loop and its connections.
 */
#ifndef KINDLING_NET_LOOP_H
#define KINDLING_NET_LOOP_H

#include <uv.h>

#include "net/deadlines.h"
#include "net/net.h"
#include "tls/connection.h"

#define NET_MAGIC 0x4e455431u

struct net {
	unsigned magic;
	uv_loop_t loop;
	const struct conf *settings;
	const struct net_service *service;
	struct tls_server *tls;
	struct admission *admission;
	struct deadlines deadlines;
	struct list listeners;
	struct list connections;
	size_t connection_count; /* until their handles are closed */
	size_t job_count;
	bool draining;
	uv_timer_t drain_timer;
	bool drain_final; /* the next time the drain timer fires, all is closed */
	uv_signal_t signal;
	uv_poll_t pipe;
	int pipe_fd;
	bool signal_open, pipe_open;
	char scratch[TLS_WRITE_MAX]; /* for one call at a time */
};

/* Takes a socket that was just accepted. */
void connection_accept(
	struct net *net, int fd, const struct sockaddr_storage *address, unsigned port);
void connection_deadline_missed(void *net, struct deadline *deadline);

/* Closes those that have not asked yet; with `all`, every one. */
void connections_close(struct net *net, bool all);

/* Ends the loop once it drains and nothing is left. */
void net_look_for_end(struct net *net);

/* Stops accepting, having accepted whoever waits already, and closes the listeners. */
void listeners_close(struct net *net);

#endif
