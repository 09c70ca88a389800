/*
 * kindling help
 */
#include "cli/cli.h"

#include <string.h>

const struct cli_verb *cli_find_verb(const char *name)
{
	for (const struct cli_verb *verb = cli_verbs; verb->name != NULL; verb++)
		if (strcmp(verb->name, name) == 0)
			return verb;
	return NULL;
}

void cli_print_usage(FILE *stream)
{
	(void)fprintf(stream, "usage: kindling VERB [OPTION]...\n\n");
	for (const struct cli_verb *verb = cli_verbs; verb->name != NULL; verb++)
		(void)fprintf(stream, "  %-8s  %s\n", verb->name, verb->summary);
	(void)fprintf(stream, "\nkindling help VERB, or --help behind any verb, tells more.\n");
}

int cli_help(int argc, char **argv)
{
	if (argc > 2)
		return cli_refuse_word(argv[2], "kindling help [VERB]");
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
		strcmp(argv[1], "help") == 0) {
		cli_print_usage(stdout);
		return CLI_DONE;
	}

	const struct cli_verb *verb = cli_find_verb(argv[1]);

	if (verb == NULL) {
		(void)conf_complain("%s: there is no such verb", argv[1]);
		cli_print_usage(stderr);
		return CLI_USAGE;
	}

	char name[16], flag[] = "--help";
	char *words[] = {name, flag, NULL};

	(void)snprintf(name, sizeof(name), "%s", verb->name);
	return verb->run(2, words);
}
