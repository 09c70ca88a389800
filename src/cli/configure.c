/*
 * What the verbs that need a configuration begin with.
 */
#include "cli/cli.h"

#include <string.h>

int cli_refuse(const char *why, const char *usage)
{
	(void)conf_complain("%s", why);
	(void)fprintf(stderr, "usage: %s\n", usage);
	return CLI_USAGE;
}

int cli_refuse_word(const char *word, const char *usage)
{
	(void)conf_complain("%s: not expected here", word);
	(void)fprintf(stderr, "usage: %s\n", usage);
	return CLI_USAGE;
}

static bool note_switch(const char *word, struct cli_switch *switches)
{
	for (; switches->flag != NULL; switches++) {
		if (strcmp(switches->flag, word) == 0) {
			switches->given = true;
			return true;
		}
	}
	return false;
}

/* Every other flag takes a value, which may look like a switch, and "--" ends the flags. */
static bool takes_next_word(const char *word)
{
	return word[0] == '-' && word[1] != '\0' && strcmp(word, "--help") != 0 &&
	       strcmp(word, "-h") != 0 && strchr(word, '=') == NULL;
}

void cli_take_switches(int *argc, char **argv, struct cli_switch *switches)
{
	int kept = 1, at = 1;

	if (switches == NULL)
		return;
	while (at < *argc && strcmp(argv[at], "--") != 0) {
		bool has_value = takes_next_word(argv[at]) && at + 1 < *argc;

		if (note_switch(argv[at], switches)) {
			at++;
			continue;
		}
		argv[kept++] = argv[at++];
		if (has_value)
			argv[kept++] = argv[at++];
	}
	while (at < *argc)
		argv[kept++] = argv[at++];
	argv[kept] = NULL;
	*argc = kept;
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
	arena_init(&setup->arena, CONF_MEMORY_MAX);

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
