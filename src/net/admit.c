/*
 * Who is let in: rules, limits, and making room.
 */
#include <unistd.h>

#include "base/log.h"
#include "net/loop.h"

/* So many descriptors are kept free for the files of answers; less where there are few at all. */
#define SPARE_DESCRIPTORS 32

bool net_admit_client(struct net *net, struct address_peer client, const char **why)
{
	static const struct {
		enum counter counter;
		const char *why;
	} refusals[] = {
		[ADMISSION_ADDRESS] = {COUNTER_REFUSED_ADDRESS,
			"its address has max_connections_per_address"},
		[ADMISSION_NETWORK] = {COUNTER_REFUSED_NETWORK,
			"its network has max_connections_per_network"},
	};
	if (!rules_admit(net->rules, client)) {
		*why = "its address is denied, or not allowed";
		count_more(&net->counting, COUNTER_REFUSED_DENIED, 1);
		return false;
	}
	enum admission_result result = admission_enter_client(net->admission, &net->limits, client);
	if (result == ADMISSION_ROOM)
		return true;
	*why = refusals[result].why;
	count_more(&net->counting, refusals[result].counter, 1);
	return false;
}

/* Room for one more among all, be it at the cost of an idle connection of this worker's. */
static bool enter_total(struct net *net)
{
	return admission_enter_total(net->admission, net->limits.total) ||
	       (connections_evict(net) &&
		       admission_enter_total(net->admission, net->limits.total));
}

static void refuse(struct net *net, const struct arrival *arrival, const char *why)
{
	char address[ADDRESS_TEXT_SIZE];
	address_peer_format(arrival->peer, net->settings->log_addresses, address);
	log_message(LOG_DEBUG, "connection refused: %s%s%s", why, address[0] != '\0' ? ": " : "",
		address);
	close(arrival->fd);
}

/* Has room for the file of an answer too, be it at the cost of an idle connection. */
static void spare_descriptors(struct net *net, int newest)
{
	/* The system gives the lowest number that is free. */
	uint64_t spare = net->descriptors / 8;
	if (spare > SPARE_DESCRIPTORS)
		spare = SPARE_DESCRIPTORS;
	if ((uint64_t)newest + spare >= net->descriptors)
		connections_evict(net);
}

void net_admit(struct net *net, const struct arrival *arrival)
{
	const char *why;
	count_more(&net->counting, COUNTER_CONNECTIONS, 1);
	if (!arrival->by_proxy && !net_admit_client(net, arrival->peer, &why)) {
		refuse(net, arrival, why);
		return;
	}
	if (!enter_total(net)) {
		if (!arrival->by_proxy)
			admission_leave_client(net->admission, arrival->peer);
		count_more(&net->counting, COUNTER_REFUSED_TOTAL, 1);
		refuse(net, arrival, "max_connections is reached, and nobody here is idle");
		return;
	}
	spare_descriptors(net, arrival->fd);
	connection_accept(net, arrival);
}
