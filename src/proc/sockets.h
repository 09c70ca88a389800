/*
 * The listening sockets of a generation. The master keeps all of them, so that neither a worker
 * that dies nor a reload takes a waiting client with it: the next generation's are the same ones,
 * by descriptors of its own, and only what is new is opened.
 *
 * An address of the Internet has one socket for each worker, among which the kernel shares the
 * clients out; where there are more sockets than workers, or fewer, they are dealt round. A Unix
 * socket, and one that a service manager has handed over, is one for all.
 */
#ifndef KINDLING_PROC_SOCKETS_H
#define KINDLING_PROC_SOCKETS_H

#include "conf/conf.h"

struct place {
	char text[ADDRESS_TEXT_SIZE];  /* as it was asked for */
	struct sockaddr_storage bound; /* with its real port */
	bool handed;                   /* by a service manager */
	bool fresh;                    /* not of an older generation */
	int fds[CONF_WORKERS_MAX];     /* -1: none now */
	size_t count;
};

struct sockets {
	struct place *places;
	size_t count;
};

/* Takes over listening sockets, from this descriptor on. */
bool sockets_take(struct sockets *sockets, int first, size_t count, struct fault *fault);

/* Those that `conf` asks for: first the ones that `old` has as well (may be NULL), then new ones,
 * bound and not listening yet. Those that were handed over stay, whatever `conf` says. The files of
 * Unix sockets have to be made by whoever removes them, the user that serves: so they are bound by
 * sockets_bind_files. False with a fault; to be ended in either case. */
bool sockets_plan(struct sockets *sockets, const struct sockets *old, const struct conf *conf,
	struct fault *fault);
bool sockets_bind_files(struct sockets *sockets, struct fault *fault);

/* They become the user's, who can then add more for these addresses. For root. */
void sockets_give(const struct sockets *sockets, const char *user);

/* From here on clients are let in. */
bool sockets_listen(const struct sockets *sockets, struct fault *fault);

/* After a fork: closes those that are not for this worker. Those that are left are its own. */
void sockets_keep(struct sockets *sockets, unsigned worker, unsigned workers);

/* While a worker rests its sockets are closed where nobody shares them, so that its part of the new
 * clients goes to the others; resuming opens again those that it can. */
void sockets_rest(struct sockets *sockets, unsigned worker, unsigned workers);
void sockets_resume(struct sockets *sockets, unsigned worker, unsigned workers);

void sockets_close(struct sockets *sockets);

/* Removes the files of those Unix sockets that are not in `but` (may be NULL). */
void sockets_remove_files(const struct sockets *sockets, const struct sockets *but);

#endif
