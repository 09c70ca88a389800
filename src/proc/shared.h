/*
 * What the master prepares and all workers share: the listening sockets, the keys, and counters in
 * common memory. Everything that can be wrong with the machine or the configuration shows here.
 */
#ifndef KINDLING_PROC_SHARED_H
#define KINDLING_PROC_SHARED_H

#include "comments/comments.h"
#include "net/admission.h"
#include "proc/sockets.h"
#include "tls/server.h"

struct shared {
	struct sockets sockets;
	struct tls_server *tls;
	struct admission_table *admission;
	struct comments_shared comments;
};

/* Makes certificates and the store where they are missing. False with a fault; what was prepared
 * until then still has to be released. */
bool shared_prepare(struct shared *shared, const struct conf *conf, struct fault *fault);

/* The common memory stays until the process ends. */
void shared_release(struct shared *shared);

#endif
