/*
 * A worker: one process with one loop, that answers what its listening sockets bring.
 */
#ifndef KINDLING_PROC_WORKER_H
#define KINDLING_PROC_WORKER_H

#include "base/counters.h"
#include "comments/comments.h"
#include "conf/conf.h"
#include "net/admission.h"
#include "proc/sockets.h"
#include "tls/server.h"

struct worker_setup {
	const struct conf *conf;
	struct tls_server *tls;
	struct admission admission;
	const struct comments_shared *comments;
	struct counting counting;
	struct sockets *sockets; /* its own alone; all that listen are taken over */
	/* Of pipes: the end of one means that this worker's time is over, the end of the other that
	 * it may begin. Into the third it writes a byte when it could; taken over. */
	int lifeline, go, ready;
};

/* Called in the new process. Gives its exit code. */
int worker_run(const struct worker_setup *setup);

#endif
