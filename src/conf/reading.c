/*
 * A configuration while it is being put together, and what only the whole can show.
 */
#include "conf/reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf/option.h"
#include "os/listen.h"
#include "proto/host.h"
#include "text/unicode.h"

#define COMPLAINT_SIZE (FAULT_TEXT_SIZE + 512)

/* U+FFFD takes at most three times the bytes of what it stands for. */
bool conf_complain(const char *format, ...)
{
	char line[COMPLAINT_SIZE], printed[3 * COMPLAINT_SIZE];
	size_t len = 0;
	uint32_t code_point;
	struct span bytes;
	va_list args;

	va_start(args, format);

	int written = vsnprintf(line, sizeof(line), format, args);

	va_end(args);
	if (written < 0)
		return false;

	/* Whoever runs a server looks there for why it has not reloaded. */
	if (log_is_open()) {
		log_message(LOG_ERROR, "%s", line);
		return false;
	}

	struct span rest = span_of(line);

	while (unicode_next_bytes(&rest, &code_point, &bytes)) {
		bytes = unicode_to_print(code_point, bytes);
		memcpy(printed + len, bytes.ptr, bytes.len);
		len += bytes.len;
	}
	(void)fprintf(stderr, "%.*s\n", (int)len, printed);
	return false;
}

bool reading_begin(struct reading *reading, struct arena *arena)
{
	*reading = (struct reading){.arena = arena, .listen_is_default = true, .is_whole = true};
	reading->conf = arena_zalloc(arena, sizeof(*reading->conf));
	if (reading->conf == NULL || !option_set_defaults(OPTION_SERVER, reading->conf, arena))
		return conf_complain("no memory left for the configuration");
	return true;
}

bool reading_make_capsules(struct reading *reading, size_t count)
{
	struct conf *conf = reading->conf;

	conf->capsules = arena_zalloc(reading->arena, count * sizeof(*conf->capsules));
	reading->capsule_lines =
		arena_zalloc(reading->arena, count * sizeof(*reading->capsule_lines));
	if (conf->capsules == NULL || reading->capsule_lines == NULL)
		return conf_complain("no memory left for the configuration");
	for (size_t i = 0; i < count; i++)
		if (!option_set_defaults(OPTION_CAPSULE, &conf->capsules[i], reading->arena))
			return conf_complain("no memory left for the configuration");
	conf->capsule_count = count;
	return true;
}

bool reading_need_capsule(struct reading *reading)
{
	if (reading->conf->capsule_count > 0)
		return true;
	if (!reading_make_capsules(reading, 1))
		return false;
	reading->conf->capsules[0].sound = reading->is_whole;
	return true;
}

static bool gather_names(struct conf_capsule *capsule, struct arena *arena)
{
	size_t count = 1 + capsule->aliases.count;
	const char **names = arena_alloc(arena, count * sizeof(*names));

	if (names == NULL)
		return conf_complain("no memory left for the configuration");
	names[0] = capsule->host;
	for (size_t i = 1; i < count; i++)
		names[i] = capsule->aliases.items[i - 1];
	capsule->names = (struct conf_texts){names, count};
	return true;
}

/* Whether one of the first `count` names is this one. */
static bool has_name(struct conf_texts names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names.items[i], name) == 0)
			return true;
	return false;
}

static bool check_names(const struct reading *reading, size_t capsule)
{
	const struct conf_capsule *capsules = reading->conf->capsules;
	struct conf_texts names = capsules[capsule].names;
	unsigned line = reading->capsule_lines[capsule];
	bool good = true;

	for (size_t i = 0; i < names.count; i++) {
		const char *name = names.items[i];
		size_t other = 0;

		while (other < capsule &&
			!has_name(capsules[other].names, capsules[other].names.count, name))
			other++;
		if (other == capsule && !has_name(names, i, name))
			continue;
		if (line > 0)
			good = conf_complain("%s:%u: capsule \"%s\": the name %s is taken by "
					     "capsule \"%s\" already",
				reading->file, line, capsules[capsule].host, name,
				capsules[other].host);
		else
			good = conf_complain("--aliases: the name %s is there twice", name);
	}
	return good;
}

/* The same address twice could only fail when it is opened; with port 0 they differ. */
static bool check_addresses(struct conf *conf)
{
	struct sockaddr_storage a, b;

	for (size_t i = 0; i < conf->listen.count; i++) {
		if (!address_parse(conf->listen.items[i], &a, NULL) ||
			(address_port(&a) == 0 && !address_is_unix(&a)))
			continue;
		for (size_t k = 0; k < i; k++)
			if (address_parse(conf->listen.items[k], &b, NULL) &&
				memcmp(&a, &b, sizeof(a)) == 0)
				return conf_complain(
					"listen: %s is there twice", conf->listen.items[i]);
	}
	return true;
}

/* Every capsule is told the names of all. */
static bool gather_server_names(struct conf *conf, struct arena *arena)
{
	struct conf_texts all = {NULL, 0};

	for (size_t i = 0; i < conf->capsule_count; i++)
		all.count += conf->capsules[i].names.count;
	all.items = arena_alloc(arena, all.count * sizeof(*all.items));
	if (all.items == NULL)
		return conf_complain("no memory left for the configuration");
	for (size_t i = 0, used = 0; i < conf->capsule_count; i++) {
		const struct conf_texts *names = &conf->capsules[i].names;

		for (size_t j = 0; j < names->count; j++)
			all.items[used++] = names->items[j];
		conf->capsules[i].server_names = all;
	}
	return true;
}

static unsigned count_cores(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores < 1 ? 1 : cores > CONF_WORKERS_MAX ? CONF_WORKERS_MAX : (unsigned)cores;
}

bool reading_finish(struct reading *reading)
{
	struct conf *conf = reading->conf;
	const char **hosts = arena_alloc(reading->arena, conf->capsule_count * sizeof(*hosts));
	bool good = true;

	if (hosts == NULL)
		return conf_complain("no memory left for the configuration");
	conf->hosts = (struct conf_texts){hosts, conf->capsule_count};
	for (size_t i = 0; i < conf->capsule_count; i++) {
		hosts[i] = conf->capsules[i].host;
		if (!gather_names(&conf->capsules[i], reading->arena))
			return false;
		good = check_names(reading, i) && good;
	}
	if (!gather_server_names(conf, reading->arena))
		return false;
	good = check_addresses(conf) && good;
	if (conf->workers == 0)
		conf->workers = count_cores();
	if (reading->listen_is_default && !listen_has_ipv6())
		conf->listen.count = 1; /* 0.0.0.0 comes first */
	return good;
}

enum conf_result conf_read_text(
	const char *name, struct span text, struct arena *arena, const struct conf **conf)
{
	struct reading reading;

	*conf = NULL;
	if (!reading_begin(&reading, arena))
		return CONF_WRONG;

	bool good = reading_take_file(&reading, name, text);

	if (!reading_need_capsule(&reading))
		return CONF_WRONG;
	good = reading_finish(&reading) && good;
	*conf = reading.conf;
	return good ? CONF_OK : CONF_WRONG;
}

int conf_find_capsule(const struct conf *conf, struct span host)
{
	int by_wildcard = -1;

	for (size_t i = 0; i < conf->capsule_count; i++) {
		struct conf_texts names = conf->capsules[i].names;

		for (size_t k = 0; k < names.count; k++) {
			struct span name = span_of(names.items[k]);

			if (span_equal(name, host))
				return (int)i;
			if (by_wildcard < 0 && host_matches(name, host))
				by_wildcard = (int)i;
		}
	}
	return by_wildcard;
}

bool conf_makes_owner(const struct conf_capsule *capsule, const char *fingerprint)
{
	for (size_t i = 0; i < capsule->owner.count; i++)
		if (strcmp(capsule->owner.items[i], fingerprint) == 0)
			return true;
	return false;
}
