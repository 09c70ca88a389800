/*
 * The network side of a worker: one loop, its listeners, and every connection's way from accept
 * to close.
 *
 * What to answer is the service's business; how and how long is decided here. The only place
 * that knows libuv. Everything but jobs runs on the thread that calls net_run.
 */
#ifndef KINDLING_NET_NET_H
#define KINDLING_NET_NET_H

#include "base/counters.h"
#include "net/admission.h"
#include "page/reply.h"
#include "tls/server.h"

struct net;

/* What is left to do for an answer: `run` is called with `page` in a job, and the reply is then
 * whole. `run` NULL: the reply is whole already. `abandon` (may be NULL) is called instead of
 * `run` where too many jobs wait, or nobody waits for this one any more. */
struct net_job {
	page_handler *run;
	void *page;
	void (*abandon)(void *page);
};

/* Called in the loop for every request that could be parsed. `request` has its arena, uri,
 * titan, identity, visitor and now; the service fills in the rest. An upload whose reply wants its
 * body is asked about again, with it. `sni` is empty where the client sent none;
 * `port` is the one it connected to. Must not block.
 *
 * path_private: so many bytes at the end of a path are never to be logged. It is asked before
 * anything is answered, as refusals are logged, too. */
struct net_service {
	size_t (*path_private)(struct span path);
	struct net_job (*answer)(void *context, struct span sni, unsigned port,
		struct request *request, struct reply *reply);
	void *context;
};

/* `settings` gives limits, timeouts and how addresses are logged. */
struct net_setup {
	const struct conf *settings;
	const struct net_service *service;
	struct tls_server *tls;
	const struct admission *admission;
	struct counting counting;
};

/* All that the setup points to outlives the net. NULL with a fault. */
struct net *net_new(const struct net_setup *setup, struct fault *fault);

/* Accepts from a listening socket (owned from here on, also on failure). */
bool net_listen(struct net *net, int fd, struct fault *fault);

/* Stops: no more connections are accepted, running answers are finished; who has not asked yet has
 * one more second to do so. */
bool net_drain_on_signal(struct net *net, int signal_number, struct fault *fault);

/* Retires at the end of a pipe's reading end: no more connections are accepted, and those that are
 * open go on as they would have, by their own deadlines. */
bool net_retire_on_end_of(struct net *net, int fd, struct fault *fault);

/* Serves until stopped or retired; at the latest drain_timeout seconds after that began. False:
 * jobs are still at work then, so nothing they use may be freed; the process is to end as it is. */
bool net_run(struct net *net);

/* After net_run has given true, or before it was called. */
void net_free(struct net *net);

#endif
