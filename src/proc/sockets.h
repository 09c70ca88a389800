/*
 * The listening sockets of all workers, which the master keeps, so that a worker that dies takes
 * no waiting client with it.
 */
#ifndef KINDLING_PROC_SOCKETS_H
#define KINDLING_PROC_SOCKETS_H

#include "conf/conf.h"

struct sockets {
	size_t addresses, workers;
	struct sockaddr_storage *bound; /* [addresses] with their real ports */
	int *fds;                       /* [workers][addresses] */
};

/* Binds every address for every worker. */
bool sockets_open(struct sockets *sockets, const struct conf *conf, struct fault *fault);
void sockets_close(struct sockets *sockets);

const int *sockets_of(const struct sockets *sockets, unsigned worker);

/* After a fork: closes those of all workers but one. */
void sockets_keep(struct sockets *sockets, unsigned worker);

/* While a worker rests its sockets are closed, so that its share of new clients goes to the others;
 * resuming opens again those that are. */
void sockets_rest(struct sockets *sockets, unsigned worker);
bool sockets_resume(struct sockets *sockets, unsigned worker, struct fault *fault);

#endif
