/*
 * A strict little reader of OpenMetrics text (version 1.0), as far as this program writes it, that
 * also refuses what the older Prometheus text format would: types it does not know, timestamps.
 */
#ifndef KINDLING_TESTS_UNIT_OPENMETRICS_H
#define KINDLING_TESTS_UNIT_OPENMETRICS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPENMETRICS_LINES 8192

#define METRIC_FIRST "abcdefghijklmnopqrstuvwxyz_"
#define METRIC_NAME  METRIC_FIRST "0123456789"

struct openmetrics {
	char family[128], type[16]; /* of the lines that follow */
	char seen[256][128];        /* families so far */
	size_t families;
	const char *samples[OPENMETRICS_LINES]; /* where each begins, to find repeated ones */
	size_t lengths[OPENMETRICS_LINES];      /* name and labels */
	size_t count;
	double last_bucket;
};

static inline size_t openmetrics_name(const char *text)
{
	return strspn(text, METRIC_FIRST) == 0 ? 0 : strspn(text, METRIC_NAME);
}

/* {name="value",…}: its length; 0 where it is wrong. */
static inline size_t openmetrics_labels(const char *text)
{
	const char *at = text;
	do {
		size_t name = openmetrics_name(++at);
		if (name == 0 || at[name] != '=' || at[name + 1] != '"')
			return 0;
		for (at += name + 2; *at != '"'; at++) {
			if (*at == '\0' || *at == '\n')
				return 0;
			if (*at == '\\' && strchr("\\\"n", *++at) == NULL)
				return 0;
		}
		at++;
	} while (*at == ',');
	return *at == '}' ? (size_t)(at + 1 - text) : 0;
}

static inline bool openmetrics_is(const char *name, size_t len, const char *family, const char *end)
{
	size_t stem = strlen(family);
	return len == stem + strlen(end) && strncmp(name, family, stem) == 0 &&
	       strncmp(name + stem, end, strlen(end)) == 0;
}

static inline const char *openmetrics_suffix(
	struct openmetrics *all, const char *name, size_t len, const char *labels)
{
	if (strcmp(all->type, "counter") == 0)
		return openmetrics_is(name, len, all->family, "_total") ? NULL : "no _total";
	if (strcmp(all->type, "gauge") == 0)
		return openmetrics_is(name, len, all->family, "") ? NULL : "another family";
	if (openmetrics_is(name, len, all->family, "_bucket"))
		return strncmp(labels, "{le=\"", 5) == 0 ? NULL : "a bucket without le";
	return openmetrics_is(name, len, all->family, "_count") ||
			       openmetrics_is(name, len, all->family, "_sum")
		       ? NULL
		       : "no sample of a histogram";
}

static inline const char *openmetrics_sample(struct openmetrics *all, const char *line)
{
	char *end;
	size_t name = openmetrics_name(line), labels = 0;
	if (name == 0)
		return "no name";
	if (line[name] == '{' && (labels = openmetrics_labels(line + name)) == 0)
		return "bad labels";
	const char *wrong = openmetrics_suffix(all, line, name, line + name);
	if (wrong != NULL)
		return wrong;
	size_t len = name + labels;
	if (line[len] != ' ' || strspn(line + len + 1, "0123456789") == 0)
		return "no value";
	double value = strtod(line + len + 1, &end);
	if (*end != '\n')
		return "something behind the value";
	if (openmetrics_is(line, name, all->family, "_bucket")) {
		if (value < all->last_bucket)
			return "a bucket that holds less than the one before";
		all->last_bucket = value;
	}
	if (openmetrics_is(line, name, all->family, "_count") &&
		(value < all->last_bucket || value > all->last_bucket))
		return "a count that is not the last bucket";
	for (size_t i = 0; i < all->count; i++)
		if (all->lengths[i] == len && strncmp(all->samples[i], line, len) == 0)
			return "a sample that was there before";
	if (all->count == OPENMETRICS_LINES)
		return "too many lines";
	all->samples[all->count] = line;
	all->lengths[all->count++] = len;
	return NULL;
}

static inline const char *openmetrics_type(struct openmetrics *all, const char *line)
{
	all->last_bucket = 0;
	if (sscanf(line, "# TYPE %127[a-z0-9_] %15[a-z]\n", all->family, all->type) != 2)
		return "a bad TYPE";
	if (strcmp(all->type, "counter") != 0 && strcmp(all->type, "gauge") != 0 &&
		strcmp(all->type, "histogram") != 0)
		return "an unknown type";
	for (size_t i = 0; i < all->families; i++)
		if (strcmp(all->seen[i], all->family) == 0)
			return "a family that was there before";
	memcpy(all->seen[all->families++ % 256], all->family, sizeof all->family);
	return NULL;
}

/* NULL, or what is wrong; *at is where. */
static inline const char *openmetrics_check(const char *text, const char **at)
{
	static struct openmetrics all;
	memset(&all, 0, sizeof all);
	for (const char *line = text; *line != '\0'; line = strchr(line, '\n') + 1) {
		char family[128];
		const char *wrong = NULL;
		*at = line;
		if (strcmp(line, "# EOF\n") == 0)
			return NULL;
		if (strchr(line, '\n') == NULL)
			return "no line end";
		if (strncmp(line, "# TYPE ", 7) == 0)
			wrong = openmetrics_type(&all, line);
		else if (sscanf(line, "# HELP %127[a-z0-9_] ", family) == 1)
			wrong = strcmp(family, all.family) == 0 ? NULL : "HELP of another family";
		else
			wrong = openmetrics_sample(&all, line);
		if (wrong != NULL)
			return wrong;
	}
	return "no # EOF";
}

/* The value of the sample whose name and labels these are; -1: there is none. */
static inline double openmetrics_value(const char *text, const char *sample)
{
	size_t len = strlen(sample);
	for (const char *line = text; line != NULL && *line != '\0';) {
		if (strncmp(line, sample, len) == 0 && line[len] == ' ')
			return strtod(line + len, NULL);
		line = strchr(line, '\n');
		line = line != NULL ? line + 1 : NULL;
	}
	return -1;
}

#endif
