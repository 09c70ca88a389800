/*
 * What the server has done and is doing, in memory that all its processes share.
 *
 * Each worker counts in a row of its own, so that counting is one relaxed addition and nobody waits
 * for anybody. Whoever wants to know adds the rows up. A worker that died leaves what it counted
 * and takes what it held (gauges) with it.
 */
#ifndef KINDLING_BASE_COUNTERS_H
#define KINDLING_BASE_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/counters_list.h"
#include "base/fault.h"

#define COUNTERS_HOSTS_MAX 64 /* the requests of further ones are counted as those of "other" */

struct counters;

/* Made by the master before it forks: the numbers are shared, all else is each process's own, so
 * that one that is taken over can make numbers wrong and nothing else. One row for each worker, and
 * row 0 for the master: a worker's row is from 1 to rows - 1. NULL with a fault. */
struct counters *counters_new(unsigned rows, struct fault *fault);
void counters_free(struct counters *counters);

/* A host's number, the same for a host that has one; 0, "other", where there is no more room. For
 * the master alone, which calls it for every capsule of a configuration before workers with that
 * configuration start. Numbers last as long as the run. */
unsigned counters_host(struct counters *counters, const char *host);
/* The number that the master gave; 0 where it gave none, or `counters` is NULL. */
unsigned counters_find_host(const struct counters *counters, const char *host);

/* One process's view; all zero: nothing is counted. */
struct counting {
	struct counters *counters;
	unsigned row;
};
void count_more(const struct counting *counting, enum counter counter, uint64_t more);
void count_change(const struct counting *counting, enum gauge gauge, int change);
/* A request that was answered. `host`: what counters_find_host gave; `status`: two digits, or 0
 * where the client left before its answer began. */
void count_request(
	const struct counting *counting, unsigned host, int status, int64_t milliseconds);

/* The worker still turns its loop; when it last said so (clock_monotonic_ms; 0: never). */
void count_beat(const struct counting *counting, int64_t now_ms);
int64_t counters_last_beat(const struct counters *counters, unsigned row);

/* The worker of this row is gone, or new: its gauges and its beat are zero. */
void counters_vacate(struct counters *counters, unsigned row);

/* What follows adds up all rows; a worker may count on meanwhile. */
uint64_t counters_sum(const struct counters *counters, enum counter counter);
int64_t counters_level(const struct counters *counters, enum gauge gauge);

/* Hosts are numbered from 0 ("other") on, without gaps. */
unsigned counters_host_count(const struct counters *counters);
const char *counters_host_name(const struct counters *counters, unsigned host);
/* `status`: 0, or COUNTERS_STATUS_MIN to COUNTERS_STATUS_MAX. */
uint64_t counters_requests(const struct counters *counters, unsigned host, int status);

#define COUNTERS_STATUS_MIN 10
#define COUNTERS_STATUS_MAX 69

struct latency {
	uint64_t buckets[LATENCY_BUCKETS]; /* how many were in each alone; the last has no bound */
	uint64_t milliseconds;             /* of all together */
};
extern const unsigned latency_bounds[LATENCY_BUCKETS - 1]; /* milliseconds, included */
struct latency counters_latency(const struct counters *counters);

#endif
