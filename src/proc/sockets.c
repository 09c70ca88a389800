/*
 * The listening sockets.
 */
#include "proc/sockets.h"

#include <stdlib.h>

#include "base/check.h"
#include "os/fd.h"
#include "os/listen.h"

static bool allocate(struct sockets *sockets, const struct conf *conf)
{
	*sockets = (struct sockets){.addresses = conf->listen.count, .workers = conf->workers};
	sockets->bound = calloc(conf->listen.count, sizeof *sockets->bound);
	sockets->fds = malloc(conf->listen.count * conf->workers * sizeof *sockets->fds);
	if (sockets->bound == NULL || sockets->fds == NULL)
		return false;
	for (size_t i = 0; i < conf->listen.count * conf->workers; i++)
		sockets->fds[i] = -1;
	return true;
}

static bool open_of_worker(struct sockets *sockets, size_t worker, struct fault *fault)
{
	for (size_t i = 0; i < sockets->addresses; i++) {
		int fd = listen_open(&sockets->bound[i], fault);
		if (fd < 0)
			return false;
		sockets->fds[worker * sockets->addresses + i] = fd;
		/* The first worker's socket decides what port 0 is. */
		if (!listen_bound_address(fd, &sockets->bound[i]))
			return fault_set(fault, "cannot tell which port a socket has got");
	}
	return true;
}

bool sockets_open(struct sockets *sockets, const struct conf *conf, struct fault *fault)
{
	if (!allocate(sockets, conf)) {
		fault_set(fault, "out of memory");
		goto fail;
	}
	for (size_t i = 0; i < sockets->addresses; i++)
		if (!address_parse(conf->listen.items[i], &sockets->bound[i], fault) ||
			!listen_is_free(&sockets->bound[i], fault))
			goto fail;
	for (size_t worker = 0; worker < sockets->workers; worker++)
		if (!open_of_worker(sockets, worker, fault))
			goto fail;
	return true;

fail:
	sockets_close(sockets);
	return false;
}

void sockets_close(struct sockets *sockets)
{
	for (size_t i = 0; sockets->fds != NULL && i < sockets->workers * sockets->addresses; i++)
		fd_close(&sockets->fds[i]);
	free(sockets->fds);
	free(sockets->bound);
	*sockets = (struct sockets){.addresses = 0};
}

const int *sockets_of(const struct sockets *sockets, unsigned worker)
{
	CHECK(worker < sockets->workers);
	return sockets->fds + worker * sockets->addresses;
}

void sockets_keep(struct sockets *sockets, unsigned worker)
{
	for (size_t i = 0; i < sockets->workers * sockets->addresses; i++)
		if (i / sockets->addresses != worker)
			fd_close(&sockets->fds[i]);
}

void sockets_rest(struct sockets *sockets, unsigned worker)
{
	for (size_t i = 0; i < sockets->addresses; i++)
		fd_close(&sockets->fds[worker * sockets->addresses + i]);
}

bool sockets_resume(struct sockets *sockets, unsigned worker, struct fault *fault)
{
	for (size_t i = 0; i < sockets->addresses; i++) {
		int *fd = &sockets->fds[worker * sockets->addresses + i];
		if (*fd < 0)
			*fd = listen_open(&sockets->bound[i], fault);
		if (*fd < 0)
			return false;
	}
	return true;
}
