/*
 * How many connections are open, over all workers: in all, of each client (IPv4 address, IPv6 /64)
 * and of each network (/24, /48; the loopback's is none); and how many requests they make. No
 * address is kept.
 *
 * Counters in memory that the workers share: a client is hashed with a key of this run into two
 * rows, and the smaller of its two counters is its number, which can be too high (where strangers
 * share both cells). Each worker counts at a seat of its own, so that what a worker that died had
 * open can be forgotten, and adds the seats up: workers that count at the very same moment do not
 * see each other, so a limit can be exceeded by as many connections as there are workers.
 */
#ifndef KINDLING_NET_ADMISSION_H
#define KINDLING_NET_ADMISSION_H

#include "base/fault.h"
#include "os/address.h"

#define ADMISSION_SEATS 513 /* the master, and twice the most workers: a reload has both */

struct admission_table;

/* One worker's view. */
struct admission {
	struct admission_table *table;
	unsigned seat; /* below ADMISSION_SEATS */
};

struct admission_limits {
	unsigned total, per_address, per_network;
	unsigned per_minute, per_minute_of_network; /* requests; 0: any number */
};

/* Room, or that the address, or its network, has as many connections as it may. */
enum admission_result { ADMISSION_ROOM, ADMISSION_ADDRESS, ADMISSION_NETWORK };

/* Made by the master once in a run; never freed. NULL with a fault. */
struct admission_table *admission_table_new(struct fault *fault);

/* Sets the counts of a seat to zero, before another worker takes it. */
void admission_forget(struct admission_table *table, unsigned seat);

/* Counts a connection among all; false, and not counted, where there are `most` already. */
bool admission_enter_total(const struct admission *admission, unsigned most);
void admission_leave_total(const struct admission *admission);

/* Counts a connection of this client's; anything but ROOM: not counted. Whoever comes by a Unix
 * socket is not counted here. */
enum admission_result admission_enter_client(const struct admission *admission,
	const struct admission_limits *limits, struct address_peer client);
void admission_leave_client(const struct admission *admission, struct address_peer client);

/* A number for the client: the same in every worker, and of use in this run alone. False: memory
 * is out. */
bool admission_name(const struct admission *admission, struct address_peer client, uint64_t *name);

/* Counts a request of the client's, who has this name, unless it is one too many: then the seconds
 * until it may ask again; 0 otherwise. `now_ms` is clock_monotonic_ms. */
unsigned admission_ask(const struct admission *admission, const struct admission_limits *limits,
	struct address_peer client, uint64_t name, int64_t now_ms);

#endif
