/*
 * Fuzzes the reading of a configuration file: whatever stands in it, there is an answer, and a
 * configuration that is accepted keeps every promise of conf.h.
 */
#include <string.h>

#include "base/check.h"
#include "conf/conf.h"

#define LIMIT    ((size_t)64 << 20)
#define MAX_ARGS 64

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The complaints go nowhere; libFuzzer keeps its own way to standard error. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char quiet[] = "-close_fd_mask=2";
	static char *args[MAX_ARGS + 2];

	CHECK(*argc <= MAX_ARGS);
	memcpy(args, *argv, (size_t)*argc * sizeof(*args));
	args[(*argc)++] = quiet;
	*argv = args;
	return 0;
}

static void check_capsule(const struct conf *conf, int index)
{
	const struct conf_capsule *capsule = &conf->capsules[index];

	CHECK(capsule->host[0] != '\0' && capsule->host[0] != '*');
	CHECK(capsule->root[0] != '\0' && capsule->certs[0] != '\0');
	CHECK(capsule->feed[0] == '/' && strstr(capsule->feed, "/.") == NULL);
	CHECK(strpbrk(capsule->contact, " \t\r\n") == NULL);
	CHECK(strpbrk(capsule->lang, " \"\r\n") == NULL);
	CHECK(capsule->names.count == capsule->aliases.count + 1);
	for (size_t i = 0; i < capsule->names.count; i++)
		CHECK(conf_find_capsule(conf, span_of(capsule->names.items[i])) == index);
}

static void check_conf(const struct conf *conf)
{
	struct sockaddr_storage address;

	CHECK(conf->listen.count > 0);
	for (size_t i = 0; i < conf->listen.count; i++)
		CHECK(address_parse(conf->listen.items[i], &address, NULL));
	CHECK(conf->workers >= 1 && conf->workers <= 256);
	CHECK(conf->store[0] != '\0' && conf->store[strlen(conf->store) - 1] != '/');
	CHECK(conf->log <= LOG_OFF && conf->log_level <= LOG_DEBUG);
	CHECK(conf->log_addresses <= ADDRESS_FULL);
	CHECK(conf->max_connections >= 1 && conf->close_timeout >= 1);
	CHECK(conf->capsule_count >= 1);
	for (size_t i = 0; i < conf->capsule_count; i++)
		check_capsule(conf, (int)i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct conf *conf;
	struct arena arena;

	arena_init(&arena, LIMIT);
	if (conf_read_text("fuzz.conf", (struct span){(const char *)data, size}, &arena, &conf) ==
		CONF_OK)
		check_conf(conf);
	arena_end(&arena);
	return 0;
}
