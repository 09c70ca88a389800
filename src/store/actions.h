/*
 * The log of what moderators did. Private to store/.
 */
#ifndef KINDLING_STORE_ACTIONS_H
#define KINDLING_STORE_ACTIONS_H

#include "store/connection.h"
#include "store/moderation.h"

/* Writes one entry inside a write: the order's capsule, act, actor, reason and time (its subject
 * does not count), the comment and the person that it concerns (0: none), and the names as they
 * are now. The capsule has to be there. */
enum store_result log_action(struct connection *connection, const struct store_order *order,
	int64_t comment, int64_t person);

#endif
