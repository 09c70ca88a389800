/*
 * A worker's life.
 */
#include "proc/worker.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "proc/routes.h"

/* True once it serves. */
static bool open_doors(const struct worker_setup *setup, struct net *net, struct fault *fault)
{
	for (size_t i = 0; i < setup->socket_count; i++)
		if (!net_listen(net, setup->sockets[i], fault))
			return false;
	if (!net_drain_on_signal(net, SIGTERM, fault) ||
		!net_drain_on_end_of(net, setup->lifeline, fault))
		return false;
	if (write(setup->ready, "r", 1) != 1)
		return fault_set(fault, "the master is gone");
	close(setup->ready);
	return true;
}

int worker_run(const struct worker_setup *setup)
{
	int code = EXIT_FAILURE;
	struct fault fault = {""};
	struct admission admission = setup->admission;
	struct routes *routes = NULL;
	struct net *net = NULL;
	struct store *store = store_open(setup->conf->store, setup->comments->generation, &fault);
	if (store == NULL)
		goto fail_store;
	routes = routes_new(setup->conf, store, setup->comments, &fault);
	if (routes == NULL)
		goto fail_routes;
	struct net_service service = routes_service(routes);
	net = net_new(setup->conf, &service, setup->tls, &admission, &fault);
	if (net == NULL)
		goto fail_net;
	if (open_doors(setup, net, &fault)) {
		if (!net_run(net)) {
			log_message(LOG_WARNING, "stopped over answers that took too long");
			_exit(EXIT_SUCCESS); /* jobs still use all that would be freed */
		}
		code = EXIT_SUCCESS;
	}
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
