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

/* Counters that only grow: name, label and its value, help. Those of one name stand together. */
#define COUNTERS(X)                                                                                \
	X(CONNECTIONS, "connections", NULL, NULL, "Connections that were accepted")                \
	X(REFUSED_TOTAL, "refusals", "reason", "max_connections",                                  \
		"Connections refused, and requests answered 44")                                   \
	X(REFUSED_ADDRESS, "refusals", "reason", "max_connections_per_address", NULL)              \
	X(REFUSED_NETWORK, "refusals", "reason", "max_connections_per_network", NULL)              \
	X(REFUSED_DENIED, "refusals", "reason", "denied", NULL)                                    \
	X(REFUSED_PROXY, "refusals", "reason", "proxy_header", NULL)                               \
	X(REFUSED_RATE, "refusals", "reason", "request_rate", NULL)                                \
	X(REFUSED_EXHAUSTED, "refusals", "reason", "out_of_resources", NULL)                       \
	X(EVICTED, "evictions", NULL, NULL, "Idle connections that made room for others")          \
	X(TLS_1_2, "handshakes", "version", "TLSv1.2", "TLS handshakes that were finished")        \
	X(TLS_1_3, "handshakes", "version", "TLSv1.3", NULL)                                       \
	X(HANDSHAKES_FAILED, "handshakes_failed", NULL, NULL, "TLS handshakes that were not")      \
	X(BYTES_RECEIVED, "bytes_received", NULL, NULL, "Bytes received, as on the wire")          \
	X(BYTES_SENT, "bytes_sent", NULL, NULL, "Bytes sent, as on the wire")                      \
	X(DEADLINE_PROXY, "deadlines", "state", "proxy", "Deadlines that connections missed")      \
	X(DEADLINE_HANDSHAKE, "deadlines", "state", "handshake", NULL)                             \
	X(DEADLINE_REQUEST, "deadlines", "state", "request", NULL)                                 \
	X(DEADLINE_UPLOAD, "deadlines", "state", "upload", NULL)                                   \
	X(DEADLINE_ANSWER, "deadlines", "state", "answer", NULL)                                   \
	X(DEADLINE_WRITE, "deadlines", "state", "write", NULL)                                     \
	X(DEADLINE_DRAIN, "deadlines", "state", "drain", NULL)                                     \
	X(COMMENTS, "comments", NULL, NULL, "Comments that were stored")                           \
	X(WORKERS_STARTED, "workers_started", NULL, NULL, "Workers that were started")             \
	X(WORKERS_DIED, "workers_died", NULL, NULL, "Workers that did not end well")               \
	X(RELOADS, "reloads", "result", "done", "Reloads")                                         \
	X(RELOADS_REFUSED, "reloads", "result", "refused", NULL)

/* What is now, and may shrink. */
#define GAUGES(X)                                                                                  \
	X(PROXY, "connections_open", "state", "proxy", "Connections by what they are doing")       \
	X(HANDSHAKE, "connections_open", "state", "handshake", NULL)                               \
	X(REQUEST, "connections_open", "state", "request", NULL)                                   \
	X(UPLOAD, "connections_open", "state", "upload", NULL)                                     \
	X(ANSWER, "connections_open", "state", "answer", NULL)                                     \
	X(WRITE, "connections_open", "state", "write", NULL)                                       \
	X(DRAIN, "connections_open", "state", "drain", NULL)                                       \
	X(JOBS, "jobs", NULL, NULL, "Jobs that wait or run")                                       \
	X(WORKERS, "workers", NULL, NULL, "Workers that serve")

enum counter {
#define COUNTER_ENUM(name, ...) COUNTER_##name,
	COUNTERS(COUNTER_ENUM)
#undef COUNTER_ENUM
		COUNTER_COUNT
};
enum gauge {
#define GAUGE_ENUM(name, ...) GAUGE_##name,
	GAUGES(GAUGE_ENUM)
#undef GAUGE_ENUM
		GAUGE_COUNT
};

#define COUNTERS_HOSTS_MAX 64 /* the requests of further ones are counted as those of "other" */

struct counters;

size_t counters_size(unsigned rows);
/* In zeroed memory that is shared. One row for each worker, and row 0 for the master. */
struct counters *counters_in(void *memory, unsigned rows);

/* A host's place, the same for a host that has one; for the master alone. */
unsigned counters_host(struct counters *counters, const char *host);

/* One process's view; all zero: nothing is counted. */
struct counting {
	struct counters *counters;
	unsigned row;
};
void count_more(const struct counting *counting, enum counter counter, uint64_t more);
void count_change(const struct counting *counting, enum gauge gauge, int change);
/* A request that was answered. `host`: what counters_host gave; `status`: two digits. */
void count_request(
	const struct counting *counting, unsigned host, int status, int64_t milliseconds);

/* The worker still turns its loop; when it last said so (clock_monotonic_ms; 0: never). */
void count_beat(const struct counting *counting, int64_t now_ms);
int64_t counters_last_beat(const struct counters *counters, unsigned row);

/* The worker of this row is gone, or new: its gauges and its beat are zero. */
void counters_vacate(struct counters *counters, unsigned row);

#endif
