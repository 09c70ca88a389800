/*
 * The listening sockets.
 */
#include "proc/sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/fd.h"
#include "os/listen.h"

#define FIRST_COMMON_PORT 1024 /* below, root alone may open a socket again */

static bool is_shared(const struct place *place)
{
	return place->handed || address_is_unix(&place->bound);
}

/* So many, none open. */
static void begin_place(struct place *place, size_t count)
{
	place->count = count;
	for (size_t i = 0; i < count; i++)
		place->fds[i] = -1;
}

static bool make_places(struct sockets *sockets, size_t count, struct fault *fault)
{
	*sockets = (struct sockets){.places = calloc(count, sizeof *sockets->places)};
	sockets->count = sockets->places != NULL ? count : 0;
	return sockets->places != NULL || fault_set(fault, "out of memory");
}

bool sockets_take(struct sockets *sockets, int first, size_t count, struct fault *fault)
{
	if (!make_places(sockets, count, fault))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct place *place = &sockets->places[i];
		place->handed = true;
		begin_place(place, 1);
		place->fds[0] = first + (int)i;
		if (!listen_bound_address(place->fds[0], &place->bound))
			return fault_set(fault, "cannot tell which address a socket has got");
		address_format_with_port(&place->bound, place->text);
	}
	return true;
}

/* ---- planning */

/* The same address, or the one that an older "any port" has become; none of two places is meant
 * twice. */
static const struct place *find_old(
	const struct sockets *old, const struct sockets *sockets, const struct place *wanted)
{
	for (size_t i = 0; old != NULL && i < old->count; i++) {
		const struct place *place = &old->places[i];
		bool used = false;
		if (strcmp(place->text, wanted->text) != 0 &&
			memcmp(&place->bound, &wanted->bound, sizeof place->bound) != 0)
			continue;
		for (const struct place *other = sockets->places; other < wanted; other++)
			used = used || (!other->fresh && memcmp(&other->bound, &place->bound,
								 sizeof place->bound) == 0);
		if (!used)
			return place;
	}
	return NULL;
}

static bool copy_place(
	struct place *place, const struct place *old, size_t wanted, struct fault *fault)
{
	memcpy(&place->bound, &old->bound, sizeof place->bound);
	place->handed = old->handed;
	begin_place(place, old->count > wanted ? old->count : wanted);
	for (size_t i = 0; i < old->count; i++) {
		if (old->fds[i] < 0)
			continue;
		place->fds[i] = fcntl(old->fds[i], F_DUPFD_CLOEXEC, 0);
		if (place->fds[i] < 0)
			return fault_set(fault, "cannot keep the socket of %s: %s", place->text,
				strerror(errno));
	}
	return true;
}

/* Binds those of a place that are missing. One is needed: more of them spread the load, and where
 * the system refuses them workers share. What is kept moves up: a socket that listens and is
 * nobody's would go on being given clients. */
static bool bind_place(struct place *place, struct fault *fault)
{
	size_t wanted = place->count;
	place->count = 0;
	for (size_t i = 0; i < wanted; i++) {
		int fd = place->fds[i];
		bool is_new = fd < 0;
		if (is_new)
			fd = listen_bind(&place->bound, fault);
		place->fds[i] = -1;
		if (fd < 0)
			continue;
		place->fds[place->count++] = fd;
		/* The first one decides what port 0 is. */
		if (is_new && !listen_bound_address(fd, &place->bound)) {
			place->count = wanted;
			return fault_set(fault, "cannot tell which address a socket has got");
		}
	}
	return place->count > 0;
}

/* Whether it can be taken beside an old one: the same port, of all addresses and of one. Then
 * looking whether it is free would find our own. The system lets nobody else share it but another
 * server of the same user. */
static bool is_beside(const struct sockets *old, const struct sockaddr_storage *address)
{
	for (size_t i = 0; old != NULL && i < old->count; i++) {
		const struct sockaddr_storage *bound = &old->places[i].bound;
		if (bound->ss_family == address->ss_family && !address_is_unix(address) &&
			address_port(bound) == address_port(address) &&
			(address_is_any(bound) || address_is_any(address)))
			return true;
	}
	return false;
}

static bool plan_place(struct sockets *sockets, struct place *place, const struct sockets *old,
	size_t workers, struct fault *fault)
{
	const struct place *found = find_old(old, sockets, place);
	place->fresh = found == NULL;
	if (found != NULL)
		return copy_place(place, found, is_shared(found) ? 1 : workers, fault) &&
		       (is_shared(place) || bind_place(place, fault));
	begin_place(place, is_shared(place) ? 1 : workers);
	return address_is_unix(&place->bound) ||
	       ((is_beside(old, &place->bound) || listen_is_free(&place->bound, fault)) &&
		       bind_place(place, fault));
}

static bool copy_handed(struct sockets *sockets, const struct sockets *old, struct fault *fault)
{
	if (!make_places(sockets, old->count, fault))
		return false;
	for (size_t i = 0; i < old->count; i++) {
		memcpy(sockets->places[i].text, old->places[i].text, ADDRESS_TEXT_SIZE);
		if (!copy_place(&sockets->places[i], &old->places[i], 1, fault))
			return false;
	}
	return true;
}

bool sockets_plan(struct sockets *sockets, const struct sockets *old, const struct conf *conf,
	struct fault *fault)
{
	if (old != NULL && old->count > 0 && old->places[0].handed)
		return copy_handed(sockets, old, fault);
	if (!make_places(sockets, conf->listen.count, fault))
		return false;
	for (size_t i = 0; i < sockets->count; i++) {
		struct place *place = &sockets->places[i];
		(void)snprintf(place->text, sizeof place->text, "%s", conf->listen.items[i]);
		if (!address_parse(conf->listen.items[i], &place->bound, fault) ||
			!plan_place(sockets, place, old, conf->workers, fault))
			return false;
	}
	return true;
}

bool sockets_bind_files(struct sockets *sockets, struct fault *fault)
{
	for (size_t i = 0; i < sockets->count; i++) {
		struct place *place = &sockets->places[i];
		if (place->fresh && address_is_unix(&place->bound) &&
			(!listen_is_free(&place->bound, fault) || !bind_place(place, fault)))
			return false;
	}
	return true;
}

void sockets_give(const struct sockets *sockets, const char *user)
{
	for (size_t i = 0; i < sockets->count; i++)
		for (size_t k = 0; k < sockets->places[i].count; k++)
			if (!is_shared(&sockets->places[i]))
				listen_give(sockets->places[i].fds[k], user);
}

/* ---- serving */

bool sockets_listen(const struct sockets *sockets, struct fault *fault)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct place *place = &sockets->places[i];
		for (size_t k = 0; k < place->count && !place->handed; k++)
			if (place->fds[k] >= 0 &&
				!listen_start(place->fds[k], &place->bound, fault))
				return false;
	}
	return true;
}

/* Whether a worker gets a place's socket. */
static bool is_for(const struct place *place, size_t socket, unsigned worker, unsigned workers)
{
	return place->count >= workers ? socket % workers == worker
				       : worker % place->count == socket;
}

void sockets_keep(struct sockets *sockets, unsigned worker, unsigned workers)
{
	for (size_t i = 0; i < sockets->count; i++) {
		struct place *place = &sockets->places[i];
		for (size_t k = 0; k < place->count; k++)
			if (!is_for(place, k, worker, workers))
				fd_close(&place->fds[k]);
	}
}

void sockets_rest(struct sockets *sockets, unsigned worker, unsigned workers)
{
	for (size_t i = 0; i < sockets->count; i++) {
		struct place *place = &sockets->places[i];
		if (is_shared(place) || place->count < workers ||
			address_port(&place->bound) < FIRST_COMMON_PORT)
			continue;
		for (size_t k = worker; k < place->count; k += workers)
			fd_close(&place->fds[k]);
	}
}

void sockets_resume(struct sockets *sockets, unsigned worker, unsigned workers)
{
	struct fault fault;
	for (size_t i = 0; i < sockets->count; i++) {
		struct place *place = &sockets->places[i];
		for (size_t k = 0; k < place->count; k++) {
			if (place->fds[k] >= 0 || !is_for(place, k, worker, workers))
				continue;
			place->fds[k] = listen_bind(&place->bound, &fault);
			if (place->fds[k] >= 0 &&
				!listen_start(place->fds[k], &place->bound, &fault))
				fd_close(&place->fds[k]);
			if (place->fds[k] < 0)
				log_message(LOG_WARNING, "a worker goes without its socket: %s",
					fault.text);
		}
	}
}

void sockets_close(struct sockets *sockets)
{
	for (size_t i = 0; i < sockets->count; i++)
		for (size_t k = 0; k < sockets->places[i].count; k++)
			fd_close(&sockets->places[i].fds[k]);
	free(sockets->places);
	*sockets = (struct sockets){.count = 0};
}

static bool has_address(const struct sockets *sockets, const struct sockaddr_storage *address)
{
	for (size_t i = 0; sockets != NULL && i < sockets->count; i++)
		if (memcmp(&sockets->places[i].bound, address, sizeof *address) == 0)
			return true;
	return false;
}

void sockets_remove_files(const struct sockets *sockets, const struct sockets *but)
{
	for (size_t i = 0; i < sockets->count; i++) {
		const struct place *place = &sockets->places[i];
		if (!place->handed && place->count > 0 && place->fds[0] >= 0 &&
			!has_address(but, &place->bound))
			listen_remove(&place->bound);
	}
}
