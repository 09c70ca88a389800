/*
 * The table of kindling stats. It is made of the text that --openmetrics prints, so that both say
 * the same, and a server of another version is shown as far as it is understood.
 */
#include "cli/stats_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "cli/print.h"
#include "proto/status.h"

#define PREFIX      "kindling_"
#define SAMPLES_MAX 8192 /* lines that are looked at; the server has fewer */

/* One line: kindling_NAME{LABEL="FIRST",…="SECOND"} VALUE */
struct sample {
	struct span name, first, second;
	uint64_t value; /* whole, a fraction dropped */
};

struct table {
	struct sample *samples;
	size_t count;
};

/* How a family is shown: in which group, and in which words, before the labels' values. */
static const struct family {
	const char *group, *name, *words;
} families[] = {
	{"Server", "generation", "configurations taken"},
	{"Server", "workers", "workers that serve"},
	{"Server", "workers_started_total", "workers started"},
	{"Server", "workers_died_total", "workers that did not end well"},
	{"Server", "reloads_total", "reloads"},
	{"Server", "jobs", "jobs that wait or run"},
	{"Connections", "connections_total", "accepted"},
	{"Connections", "connections_open", "open now"},
	{"Connections", "evictions_total", "idle ones that made room for others"},
	{"Connections", "handshakes_total", "handshakes"},
	{"Connections", "handshake_failures_total", "handshakes that failed"},
	{"Connections", "received_bytes_total", "bytes received"},
	{"Connections", "sent_bytes_total", "bytes sent"},
	{"Refusals", "refusals_total", ""},
	{"Deadlines missed", "deadlines_total", ""},
	{"Comments", "comments_total", "stored"},
	{"Requests", "requests_total", ""},
};

/* The value of the next label; false where there is none. */
static bool take_label(struct span *labels, struct span *value)
{
	struct span name;
	return span_cut(*labels, '"', &name, labels) && span_cut(*labels, '"', value, labels);
}

static bool read_sample(struct span line, struct sample *sample)
{
	struct span name, labels, value, fraction;
	*sample = (struct sample){.value = 0};
	if (!span_starts_with(line, SPAN_LIT(PREFIX)) || !span_cut(line, ' ', &name, &value))
		return false;
	name = span_skip(name, sizeof PREFIX - 1);
	if (span_cut(name, '{', &sample->name, &labels) && take_label(&labels, &sample->first))
		(void)take_label(&labels, &sample->second);
	(void)span_cut(value, '.', &value, &fraction);
	return span_to_u64(value, UINT64_MAX, &sample->value);
}

static bool read_table(struct span text, struct arena *arena, struct table *table)
{
	struct span line;
	table->count = 0;
	table->samples = arena_alloc(arena, SAMPLES_MAX * sizeof *table->samples);
	if (table->samples == NULL)
		return false;
	while (table->count < SAMPLES_MAX && span_next_line(&text, &line))
		if (read_sample(line, &table->samples[table->count]))
			table->count++;
	return true;
}

static bool is_named(const struct sample *sample, const char *name)
{
	return span_equal(sample->name, span_of(name));
}

static const struct sample *find(const struct table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (is_named(&table->samples[i], name))
			return &table->samples[i];
	return NULL;
}

static uint64_t value_of(const struct table *table, const char *name)
{
	const struct sample *sample = find(table, name);
	return sample != NULL ? sample->value : 0;
}

static const char *meaning_of(struct span status)
{
	static const struct {
		uint64_t number;
		const char *words;
	} meanings[] = {
#define MEANING(name, number, sentence) {number, #name},
		STATUS_LIST(MEANING)
#undef MEANING
	};
	uint64_t number;
	if (span_to_u64(status, 99, &number))
		for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
			if (meanings[i].number == number)
				return meanings[i].words;
	return "";
}

/* a_name_like_this, as words. */
static void print_words(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		putchar(text.ptr[i] == '_' ? ' ' : text.ptr[i]);
}

/* NOT_FOUND: not found. */
static void print_meaning(const char *name)
{
	for (; *name != '\0'; name++)
		putchar(*name == '_' ? ' ' : *name - 'A' + 'a');
}

static void print_row(const struct family *family, const struct sample *sample)
{
	printf("  %12" PRIu64 "  %s", sample->value, family->words);
	if (sample->second.len > 0) {
		print_text(sample->first);
		putchar(' ');
		print_text(sample->second);
		const char *meaning = meaning_of(sample->second);
		if (meaning[0] != '\0') {
			putchar(' ');
			print_meaning(meaning);
		}
	} else if (sample->first.len > 0) {
		printf("%s", family->words[0] != '\0' ? ", " : "");
		print_words(sample->first);
	}
	putchar('\n');
}

static void print_family(const struct table *table, const struct family *family, const char **group)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct sample *sample = &table->samples[i];
		if (!is_named(sample, family->name) || sample->value == 0)
			continue;
		if (*group != family->group)
			printf("\n%s\n", family->group);
		*group = family->group;
		print_row(family, sample);
	}
}

/* Milliseconds of a bound: "0.025", "10.0", "+Inf". False for the last. */
static bool read_bound(struct span text, double *milliseconds)
{
	struct span whole, fraction;
	uint64_t seconds, rest;
	if (!span_cut(text, '.', &whole, &fraction) || fraction.len > 3 ||
		!span_to_u64(whole, 86400, &seconds) || !span_to_u64(fraction, 999, &rest))
		return false;
	for (size_t i = fraction.len; i < 3; i++)
		rest *= 10;
	*milliseconds = (double)seconds * 1000 + (double)rest;
	return true;
}

/* As far into its bucket as its place among those in there: an estimate. */
static void print_quantile(
	const struct table *table, uint64_t count, double part, const char *words)
{
	double wanted = (double)count * part, below = 0, under = 0, bound;
	for (size_t i = 0; i < table->count; i++) {
		const struct sample *sample = &table->samples[i];
		if (!is_named(sample, "request_duration_seconds_bucket"))
			continue;
		double upto = (double)sample->value;
		if (!read_bound(sample->first, &bound)) {
			printf("  %9s %.0f ms  %s\n", "over", under, words);
			return;
		}
		if (upto >= wanted && upto > below) {
			printf("  %9.1f ms  %s\n",
				under + (bound - under) * (wanted - below) / (upto - below), words);
			return;
		}
		below = upto;
		under = bound;
	}
}

static void print_latency(const struct table *table)
{
	uint64_t count = value_of(table, "request_duration_seconds_count");
	if (count == 0)
		return;
	printf("\nFrom accepting to the last byte, about\n");
	print_quantile(table, count, 0.5, "half of the requests are faster");
	print_quantile(table, count, 0.99, "99 of 100 are faster");
}

static void print_span_of_time(int64_t seconds)
{
	if (seconds >= 2 * 86400)
		printf("%" PRId64 " days", seconds / 86400);
	else if (seconds >= 2 * 3600)
		printf("%" PRId64 " hours", seconds / 3600);
	else if (seconds >= 2 * 60)
		printf("%" PRId64 " minutes", seconds / 60);
	else
		printf("%" PRId64 " seconds", seconds);
}

bool stats_table_print(struct span text, struct arena *arena)
{
	struct table table;
	const char *group = NULL;
	if (!read_table(text, arena, &table))
		return false;
	const struct sample *version = find(&table, "info");
	int64_t started = (int64_t)value_of(&table, "start_time_seconds");
	int64_t up = clock_wall_seconds() - started;
	printf("Kindling ");
	print_text(version != NULL ? version->first : SPAN_LIT("?"));
	printf(", serving for ");
	print_span_of_time(up > 0 ? up : 0);
	printf(", since ");
	print_time(started);
	printf("; what is zero is left out\n");
	for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
		print_family(&table, &families[i], &group);
	print_latency(&table);
	return true;
}
