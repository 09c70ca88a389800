/*
 * The counters as text: OpenMetrics 1.0, as Prometheus and node_exporter's textfile collector read
 * it, and `kindling stats`.
 */
#ifndef KINDLING_PROC_METRICS_H
#define KINDLING_PROC_METRICS_H

#include "base/buf.h"
#include "base/counters.h"

/* Enough for every host and status there can be. */
#define METRICS_SIZE_MAX ((size_t)2 << 20)
#define METRICS_END      "# EOF\n"

struct metrics {
	const struct counters *counters;
	int64_t started; /* clock_wall_seconds at the start of the run */
	unsigned generation;
};

/* All of it, METRICS_END at its end; what does not fit fails the buffer. */
void metrics_write(const struct metrics *metrics, struct buf *out);

#endif
