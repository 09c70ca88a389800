/*
 * Which page answers to which path: the one table, and the rules that come before it (whose host,
 * which port, which scheme).
 */
#ifndef KINDLING_PROC_ROUTES_H
#define KINDLING_PROC_ROUTES_H

#include "comments/comments.h"
#include "net/net.h"

struct routes;

/* One per worker. Nothing that it is given is owned. The master has given each capsule its number
 * by counters_host before. NULL with a fault. */
struct routes *routes_new(const struct conf *conf, struct store *store,
	const struct comments_shared *shared, struct counting counting, struct fault *fault);
void routes_free(struct routes *routes);

struct net_service routes_service(struct routes *routes);

#endif
