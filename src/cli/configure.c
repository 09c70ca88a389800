/*
 * What the verbs that need a configuration begin with.
 */
#include "cli/cli.h"

/* The file is at most 1 MiB; what is made of it is a few times that at the worst. */
#define CONF_MEMORY ((size_t)64 * 1024 * 1024)

static int explain(enum conf_result result, const char *usage)
{
	switch (result) {
	case CONF_HELP:
		printf("usage: %s\n\n", usage);
		conf_print_options();
		return CLI_DONE;
	case CONF_USAGE:
		(void)fprintf(stderr, "usage: %s\n", usage);
		return CLI_USAGE;
	case CONF_OK:
	case CONF_WRONG:
		break;
	}
	return CLI_FAILED;
}

bool cli_configure(struct cli_setup *setup, int argc, char **argv, const char *usage)
{
	*setup = (struct cli_setup){0};
	arena_init(&setup->arena, CONF_MEMORY);

	enum conf_result result = conf_read(argc, argv, &setup->arena, &setup->conf, &setup->words);

	if (result == CONF_OK)
		return true;
	setup->exit = explain(result, usage);
	return false;
}

bool cli_certificate_of(const struct conf_capsule *capsule, struct certificate_files *files,
	struct certificate_names *names, struct fault *fault)
{
	*names = (struct certificate_names){capsule->names.items, capsule->names.count};
	return certificate_files_for(capsule->certs, capsule->host, files, fault);
}
