/*
 * Which counters there are: one row each, from which the enums and everything that is said of
 * them are made. Part of base/counters.h.
 */
#ifndef KINDLING_BASE_COUNTERS_LIST_H
#define KINDLING_BASE_COUNTERS_LIST_H

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
	X(HANDSHAKES_FAILED, "handshake_failures", NULL, NULL, "TLS handshakes that were not")     \
	X(BYTES_RECEIVED, "received_bytes", NULL, NULL, "Bytes received, as on the wire")          \
	X(BYTES_SENT, "sent_bytes", NULL, NULL, "Bytes sent, as on the wire")                      \
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
	X(KEYHOLDERS_DIED, "keyholders_died", NULL, NULL, "Keyholders that ended while needed")    \
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

/* The upper bounds of the latency histogram's buckets, in milliseconds; one more has none. */
#define LATENCY_BOUNDS(X)                                                                          \
	X(1)                                                                                       \
	X(2) X(5) X(10) X(25) X(50) X(100) X(250) X(500) X(1000) X(2500) X(5000) X(10000) X(30000)

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

enum latency_bucket {
#define LATENCY_ENUM(bound) LATENCY_TO_##bound,
	LATENCY_BOUNDS(LATENCY_ENUM)
#undef LATENCY_ENUM
		LATENCY_BEYOND,
	LATENCY_BUCKETS
};

#endif
