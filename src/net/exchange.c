/*
 * Exchanges and jobs.
 */
#include "net/exchange.h"

#include <stdlib.h>

#include "base/check.h"
#include "proto/header.h"

#define EXCHANGE_MAGIC 0x45584331u

/* A page of the longest comments, and the copies that are made on the way to it. */
#define ARENA_LIMIT ((size_t)16 << 20)
#define JOBS_MAX    4096 /* waiting or running, also for those who have left */

static const struct reply no_reply = {.status = STATUS_TEMPORARY_FAILURE, .body.fd = -1};

struct exchange *exchange_new(struct net *net, void *owner, exchange_done *done)
{
	struct exchange *exchange = malloc(sizeof *exchange);
	if (exchange == NULL)
		return NULL;
	/* Everything but the line itself, which is filled as it arrives. */
	exchange->magic = EXCHANGE_MAGIC;
	exchange->net = net;
	exchange->owner = owner;
	exchange->done = done;
	exchange->at_work = false;
	exchange->request = (struct request){.arena = &exchange->arena, .query_is_private = true};
	exchange->reply = no_reply;
	exchange->header_written = exchange->body_ended = false;
	exchange->bytes = 0;
	exchange->body = NULL;
	exchange->line_len = exchange->line_used = exchange->body_len = 0;
	arena_init(&exchange->arena, ARENA_LIMIT);
	return exchange;
}

static void exchange_free(struct exchange *exchange)
{
	body_close(&exchange->reply.body);
	arena_end(&exchange->arena);
	exchange->magic = 0;
	free(exchange);
}

void exchange_reset_reply(struct exchange *exchange)
{
	body_close(&exchange->reply.body);
	exchange->reply = no_reply;
}

void exchange_release(struct exchange *exchange)
{
	CHECK_MAGIC(exchange, EXCHANGE_MAGIC);
	exchange->owner = NULL;
	if (!exchange->at_work)
		exchange_free(exchange);
	else /* what nobody waits for any more is not begun, or a rush would be worked off for long
		after everybody has been sent away; one that runs cannot be stopped */
		(void)uv_cancel((uv_req_t *)&exchange->work);
}

bool exchange_next_piece(struct exchange *exchange, char *bytes, size_t size, size_t *len)
{
	struct reply *reply = &exchange->reply;
	bool first = !exchange->header_written;
	*len = first ? header_write(reply->status, reply->meta, bytes) : 0;
	exchange->header_written = true;
	size_t got;
	enum body_state state = body_read(&reply->body, bytes + *len, size - *len, &got);
	exchange->body_ended = state == BODY_END;
	*len += got;
	if (state != BODY_FAILED)
		return true;
	if (!first)
		return false;
	/* Nothing has left yet, so the truth can still be told. */
	body_close(&reply->body);
	reply->status = STATUS_TEMPORARY_FAILURE;
	*len = header_write(reply->status, SPAN_LIT("This file cannot be read just now"), bytes);
	exchange->body_ended = true;
	return true;
}

static void run_job(uv_work_t *work)
{
	struct exchange *exchange = work->data;
	CHECK_MAGIC(exchange, EXCHANGE_MAGIC);
	exchange->job.run(exchange->job.page, &exchange->request, &exchange->reply);
}

static void job_is_back(uv_work_t *work, int status)
{
	struct exchange *exchange = work->data;
	CHECK_MAGIC(exchange, EXCHANGE_MAGIC);
	CHECK(status == 0 || exchange->owner == NULL); /* only a release cancels */
	if (status != 0 && exchange->job.abandon != NULL)
		exchange->job.abandon(exchange->job.page);
	struct net *net = exchange->net;
	exchange->at_work = false;
	net->job_count--;
	count_change(&net->counting, GAUGE_JOBS, -1);
	if (exchange->owner == NULL)
		exchange_free(exchange);
	else
		exchange->done(exchange->owner);
	net_look_for_end(net);
}

bool exchange_start_job(struct exchange *exchange, struct net_job job)
{
	struct net *net = exchange->net;
	exchange->job = job;
	exchange->work.data = exchange;
	if (net->job_count >= JOBS_MAX ||
		uv_queue_work(&net->loop, &exchange->work, run_job, job_is_back) != 0) {
		if (job.abandon != NULL)
			job.abandon(job.page);
		return false;
	}
	exchange->at_work = true;
	net->job_count++;
	count_change(&net->counting, GAUGE_JOBS, 1);
	return true;
}
