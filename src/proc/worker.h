/*
 * A worker: one process with one loop, that answers what its listening sockets bring.
 */
#ifndef KINDLING_PROC_WORKER_H
#define KINDLING_PROC_WORKER_H

#include "comments/comments.h"
#include "conf/conf.h"
#include "net/admission.h"
#include "tls/server.h"

struct worker_setup {
	const struct conf *conf;
	struct tls_server *tls;
	struct admission admission;
	const struct comments_shared *comments;
	const int *sockets; /* listening; taken over */
	size_t socket_count;
	int lifeline; /* ends when the master does: then the worker stops too */
	int ready;    /* one byte is written here when the worker serves; taken over */
};

/* Called in the new process. Gives its exit code. */
int worker_run(const struct worker_setup *setup);

#endif
