/*
 * OpenMetrics.
 *
 * node_exporter reads its text files by the rules of the older Prometheus format: for its sake
 * there is no type "info" here, which it does not know, and no timestamp.
 */
#include "proc/metrics.h"

#include <inttypes.h>

#include "base/span.h"

struct row {
	const char *name, *label, *value, *help;
};

#define ROW(enumerator, name, label, value, help) {(name), (label), (value), (help)},
static const struct row counter_rows[] = {COUNTERS(ROW)};
static const struct row gauge_rows[] = {GAUGES(ROW)};

static void put_family(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# TYPE kindling_%s %s\n# HELP kindling_%s %s.\n", name, type, name, help);
}

static void put_escaped(struct buf *out, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			buf_byte(out, '\\');
		if (*value == '\n')
			buf_text(out, "\\n");
		else
			buf_byte(out, *value);
	}
}

static void put_name(struct buf *out, const struct row *row, const char *suffix)
{
	buf_printf(out, "kindling_%s%s", row->name, suffix);
	if (row->label == NULL)
		return;
	buf_printf(out, "{%s=\"", row->label);
	put_escaped(out, row->value);
	buf_text(out, "\"}");
}

static void put_server(struct buf *out, const struct metrics *metrics)
{
	put_family(out, "info", "gauge", "The program");
	buf_text(out, "kindling_info{version=\"" KINDLING_VERSION "\"} 1\n");
	put_family(out, "start_time_seconds", "gauge", "When the server started, since 1970");
	buf_printf(out, "kindling_start_time_seconds %" PRId64 "\n", metrics->started);
	put_family(out, "generation", "gauge", "How often it has taken a configuration");
	buf_printf(out, "kindling_generation %u\n", metrics->generation);
}

static void put_counters(struct buf *out, const struct counters *counters)
{
	for (unsigned i = 0; i < COUNTER_COUNT; i++) {
		const struct row *row = &counter_rows[i];
		if (row->help != NULL)
			put_family(out, row->name, "counter", row->help);
		put_name(out, row, "_total");
		buf_printf(out, " %" PRIu64 "\n", counters_sum(counters, (enum counter)i));
	}
}

static void put_gauges(struct buf *out, const struct counters *counters)
{
	for (unsigned i = 0; i < GAUGE_COUNT; i++) {
		const struct row *row = &gauge_rows[i];
		if (row->help != NULL)
			put_family(out, row->name, "gauge", row->help);
		put_name(out, row, "");
		buf_printf(out, " %" PRId64 "\n", counters_level(counters, (enum gauge)i));
	}
}

static void put_requests_of(
	struct buf *out, const struct counters *counters, unsigned host, int status)
{
	uint64_t count = counters_requests(counters, host, status);
	if (count == 0)
		return;
	buf_text(out, "kindling_requests_total{host=\"");
	put_escaped(out, counters_host_name(counters, host));
	if (status == 0)
		buf_text(out, "\",status=\"none");
	else
		buf_printf(out, "\",status=\"%d", status);
	buf_printf(out, "\"} %" PRIu64 "\n", count);
}

/* What never happened is left out: most hosts never answer most of the sixty. */
static void put_requests(struct buf *out, const struct counters *counters)
{
	put_family(
		out, "requests", "counter", "Requests by capsule and by the status of the answer");
	for (unsigned host = 0, hosts = counters_host_count(counters); host < hosts; host++) {
		put_requests_of(out, counters, host, 0);
		for (int status = COUNTERS_STATUS_MIN; status <= COUNTERS_STATUS_MAX; status++)
			put_requests_of(out, counters, host, status);
	}
}

/* Seconds, as the canonical number of the format: at least one digit behind the point, and no
 * zeros at its end. */
static void put_seconds(struct buf *out, uint64_t milliseconds)
{
	unsigned rest = (unsigned)(milliseconds % 1000);
	int digits = 3;
	while (digits > 1 && rest % 10 == 0) {
		rest /= 10;
		digits--;
	}
	buf_printf(out, "%" PRIu64 ".%0*u", milliseconds / 1000, digits, rest);
}

static void put_latency(struct buf *out, const struct counters *counters)
{
	const struct latency latency = counters_latency(counters);
	uint64_t count = 0;
	put_family(out, "request_duration_seconds", "histogram",
		"From accepting a connection to the last byte of its answer");
	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		count += latency.buckets[i];
		buf_text(out, "kindling_request_duration_seconds_bucket{le=\"");
		if (i < LATENCY_BUCKETS - 1)
			put_seconds(out, latency_bounds[i]);
		else
			buf_text(out, "+Inf");
		buf_printf(out, "\"} %" PRIu64 "\n", count);
	}
	buf_printf(out, "kindling_request_duration_seconds_count %" PRIu64 "\n", count);
	buf_text(out, "kindling_request_duration_seconds_sum ");
	put_seconds(out, latency.milliseconds);
	buf_byte(out, '\n');
}

void metrics_write(const struct metrics *metrics, struct buf *out)
{
	put_server(out, metrics);
	put_counters(out, metrics->counters);
	put_gauges(out, metrics->counters);
	put_requests(out, metrics->counters);
	put_latency(out, metrics->counters);
	buf_text(out, METRICS_END);
}
