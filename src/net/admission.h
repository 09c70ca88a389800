/*
 * How many connections each client has open, over all workers, without keeping one address.
 *
 * Counters in memory that the workers share: a client's network (IPv6: its /64) is hashed with a
 * key of this run into two rows, and the smaller of its two counters is its number, which can be
 * too high (where strangers share both cells) but too low only by those that other workers count
 * at the same moment. Each worker counts in rows of its
 * own, so that what a worker that died had open can be forgotten.
 */
#ifndef KINDLING_NET_ADMISSION_H
#define KINDLING_NET_ADMISSION_H

#include "base/fault.h"
#include "os/listen.h"

struct admission_table;

/* One worker's view. */
struct admission {
	struct admission_table *table;
	unsigned worker;
	unsigned most; /* connections of one client at one time */
};

/* Made by the master before it forks; never freed. NULL with a fault. */
struct admission_table *admission_table_new(unsigned workers, struct fault *fault);

/* Sets one worker's counts to zero, before another takes its place. */
void admission_forget(struct admission_table *table, unsigned worker);

/* A number for the client's network: the same in every worker, and of use in this run alone. False:
 * memory is out. */
bool admission_name(
	const struct admission *admission, struct address_network client, uint64_t *name);

/* Counts a connection; false, and not counted, where the client has its `most` already. */
bool admission_enter(const struct admission *admission, struct address_network client);
void admission_leave(const struct admission *admission, struct address_network client);

#endif
