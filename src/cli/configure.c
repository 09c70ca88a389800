/*
 * What the verbs that need a configuration begin with.
 */
#include "cli/cli.h"

/* The file is at most 1 MiB; what is made of it is a few times that at the worst. */
#define CONF_MEMORY ((size_t)64 * 1024 * 1024)

int cli_refuse_word(const char *word, const char *usage)
{
	(void)conf_complain("%s: not expected here", word);
	(void)fprintf(stderr, "usage: %s\n", usage);
	return CLI_USAGE;
}

static void print_manual(const struct cli_manual *manual)
{
	printf("usage: %s\n\n%s\n", manual->usage, manual->sentences);
	if (manual->lists_options)
		conf_print_options();
	else
		printf("The options are those of serve: kindling help serve lists them.\n");
}

static int explain(enum conf_result result, const struct cli_manual *manual)
{
	switch (result) {
	case CONF_HELP:
		print_manual(manual);
		return CLI_DONE;
	case CONF_USAGE:
		(void)fprintf(stderr, "usage: %s\n", manual->usage);
		return CLI_USAGE;
	case CONF_OK:
	case CONF_WRONG:
		break;
	}
	return CLI_FAILED;
}

bool cli_configure(struct cli_setup *setup, int argc, char **argv, const struct cli_manual *manual)
{
	*setup = (struct cli_setup){0};
	arena_init(&setup->arena, CONF_MEMORY);

	enum conf_result result = conf_read(argc, argv, &setup->arena, &setup->conf, &setup->words);

	if (result == CONF_OK)
		return true;
	setup->exit = explain(result, manual);
	return false;
}

bool cli_certificate_of(const struct conf_capsule *capsule, struct certificate_files *files,
	struct certificate_names *names, struct fault *fault)
{
	*names = (struct certificate_names){capsule->names.items, capsule->names.count};
	return certificate_files_for(capsule->certs, capsule->host, files, fault);
}
