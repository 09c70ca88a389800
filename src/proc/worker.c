/*
 * A worker's life.
 *
 * All that may fail comes before it says that it is ready, and until it is told to go it lets
 * nobody in: a plan that is given up has served nobody.
 */
#include "proc/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/fence.h"
#include "proc/routes.h"

/* False where the master is gone. */
static bool wait_to_begin(const struct worker_setup *setup, struct fault *fault)
{
	char byte;
	ssize_t got = write(setup->ready, "r", 1);
	close(setup->ready);
	if (got != 1)
		return fault_set(fault, "the master is gone");
	do
		got = read(setup->go, &byte, 1);
	while (got < 0 && errno == EINTR);
	close(setup->go);
	return got == 0 || fault_set(fault, "the master makes no sense");
}

static bool open_doors(const struct worker_setup *setup, struct net *net, struct fault *fault)
{
	for (size_t i = 0; i < setup->sockets->count; i++) {
		struct place *place = &setup->sockets->places[i];
		for (size_t k = 0; k < place->count; k++) {
			int fd = place->fds[k];
			place->fds[k] = -1;
			if (fd >= 0 && !net_listen(net, fd, fault))
				return false;
		}
	}
	return true;
}

/* Once its net is there. */
static bool serve(const struct worker_setup *setup, struct net *net, struct fault *fault)
{
	if (!net_drain_on_signal(net, SIGTERM, fault) ||
		!net_retire_on_end_of(net, setup->lifeline, fault) ||
		(setup->conf->sandbox && !fence_worker(setup->conf, fault)) ||
		!wait_to_begin(setup, fault) || !open_doors(setup, net, fault))
		return false;
	count_change(&setup->counting, GAUGE_WORKERS, 1);
	if (net_run(net))
		return true;
	log_message(LOG_WARNING, "stopped over answers that took too long");
	_exit(EXIT_SUCCESS); /* jobs still use all that would be freed */
}

int worker_run(const struct worker_setup *setup)
{
	int code = EXIT_FAILURE;
	struct fault fault = {""};
	struct routes *routes = NULL;
	struct net *net = NULL;
	struct store *store = store_open(setup->conf->store, setup->comments->generation, &fault);
	if (store == NULL)
		goto fail_store;
	routes = routes_new(setup->conf, store, setup->comments, setup->counting, &fault);
	if (routes == NULL)
		goto fail_routes;
	struct net_service service = routes_service(routes);
	struct net_setup net_setup = {
		.settings = setup->conf,
		.service = &service,
		.tls = setup->tls,
		.admission = &setup->admission,
		.counting = setup->counting,
	};
	net = net_new(&net_setup, &fault);
	if (net == NULL)
		goto fail_net;
	if (serve(setup, net, &fault))
		code = EXIT_SUCCESS;
	net_free(net);
fail_net:
	routes_free(routes);
fail_routes:
	store_close(store);
fail_store:
	if (code != EXIT_SUCCESS)
		log_message(LOG_ERROR, "%s", fault.text);
	return code;
}
