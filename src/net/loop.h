/*
 * What the parts of net/ share: the worker's loop and its connections.
 */
#ifndef KINDLING_NET_LOOP_H
#define KINDLING_NET_LOOP_H

#include <uv.h>

#include "net/deadlines.h"
#include "net/net.h"
#include "net/rules.h"
#include "tls/connection.h"

#define NET_MAGIC 0x4e455431u

enum net_life {
	NET_SERVING,
	NET_RETIRING, /* accepts no more; who is there goes on */
	NET_STOPPING  /* accepts no more; who has not asked is sent away after a moment */
};

struct net {
	unsigned magic;
	uv_loop_t loop;
	const struct conf *settings;
	const struct net_service *service;
	struct tls_server *tls;
	const struct admission *admission;
	struct admission_limits limits;
	struct rules *rules;
	struct counting counting;
	struct deadlines deadlines;
	struct list listeners;
	struct list connections;
	size_t connection_count; /* until their handles are closed */
	size_t job_count;
	uint64_t descriptors; /* how many this process may have */
	enum net_life life;
	uv_timer_t drain_timer;
	bool drain_final; /* the next time the drain timer fires, all is closed */
	uv_timer_t beat;
	uv_signal_t signal;
	uv_poll_t pipe;
	int pipe_fd;
	bool signal_open, pipe_open;
	char scratch[TLS_WRITE_MAX]; /* for one call at a time */
};

/* A socket that was just accepted. */
struct arrival {
	int fd;
	unsigned port; /* that it came to; 0: a Unix socket's */
	struct address_peer peer;
	bool by_proxy; /* the peer is a proxy, and will say whom it speaks for */
};

/* Lets it in, or closes it. */
void net_admit(struct net *net, const struct arrival *arrival);

/* Whether the rules and the limits let this client in, who is then counted. Where not, *why. */
bool net_admit_client(struct net *net, struct address_peer client, const char **why);

/* Takes the arrival over, which is counted already. */
void connection_accept(struct net *net, const struct arrival *arrival);
void connection_deadline_missed(void *context, struct deadline *deadline);

/* Ends one connection that is owed no answer, whoever has waited longest; those that are only
 * being left go first. False: there is none. */
bool connections_evict(struct net *net);

/* Closes those that have not asked yet; with `all`, every one. */
void connections_close(struct net *net, bool all);

/* Ends the loop once it is to end and nothing is left. */
void net_look_for_end(struct net *net);

/* Stops accepting, having accepted whoever waits already, and closes the listeners. */
void listeners_close(struct net *net);

#endif
