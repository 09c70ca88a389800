/*
 * One request and its answer, with all their memory; and how it visits the thread pool.
 *
 * While a job runs, the exchange is the job's. Should its connection end meanwhile, the exchange
 * is let go and frees itself when the job comes back.
 */
#ifndef KINDLING_NET_EXCHANGE_H
#define KINDLING_NET_EXCHANGE_H

#include "net/loop.h"
#include "proto/request_line.h"

struct exchange;

/* Called in the loop when the job is done; not called once the exchange was let go. */
typedef void exchange_done(void *owner);

struct exchange {
	unsigned magic;
	struct net *net;
	void *owner; /* NULL: let go */
	exchange_done *done;
	uv_work_t work;
	bool at_work;
	struct net_job job;
	struct arena arena;
	struct request request;
	struct reply reply;
	bool header_written, body_ended;
	uint64_t bytes;
	size_t line_len, line_used; /* received; of the line itself, with its CRLF */
	char *body;                 /* of an upload that is wanted; in the arena */
	size_t body_len;            /* what is here of it */
	char line[REQUEST_LINE_MAX];
};

/* NULL when memory is out. */
struct exchange *exchange_new(struct net *net, void *owner, exchange_done *done);

/* Frees it now, or once its job is back: one that still waits is abandoned. */
void exchange_release(struct exchange *exchange);

/* The reply as it was at first, for another one in its place. */
void exchange_reset_reply(struct exchange *exchange);

/* False: too many jobs wait already, and this one is abandoned. */
bool exchange_start_job(struct exchange *exchange, struct net_job job);

/* Puts the next piece of the answer into `bytes` (at least HEADER_SIZE_MAX of them): the header
 * first. `body_ended` tells that it was the last. False: it cannot go on, and must be cut. */
bool exchange_next_piece(struct exchange *exchange, char *bytes, size_t size, size_t *len);

#endif
