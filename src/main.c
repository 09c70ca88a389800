/*
 * kindling: the table of its verbs, and the way to the one that was asked for.
 */
#include <string.h>

#include "cli/cli.h"

const struct cli_verb cli_verbs[] = {
	{"serve", "serve the capsules until SIGTERM", cli_serve},
	{"check", "say all that is wrong with configuration, certificates and capsules", cli_check},
	{"cert", "show, make or renew the certificate of each capsule", cli_cert},
	{"comments", "list, show and moderate comments, export and import the store", cli_comments},
	{"people", "list, show and moderate people, make codes for them", cli_people},
	{"backup", "copy the store into a file, also while it is served", cli_backup},
	{"restore", "put such a copy in place of the store", cli_restore},
	{"stats", "print the counters of the running server", cli_stats},
	{"help", "this list, or what one verb does", cli_help},
	{NULL, NULL, NULL},
};

static int print_version(bool alone)
{
	if (!alone) {
		(void)fprintf(stderr, "usage: kindling [VERB] --version\n");
		return CLI_USAGE;
	}
	printf("kindling %s\n", KINDLING_VERSION);
	return CLI_DONE;
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		cli_print_usage(stderr);
		return CLI_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0)
		return print_version(argc == 2);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return cli_help(argc - 1, argv + 1);

	const struct cli_verb *verb = cli_find_verb(argv[1]);

	if (verb == NULL) {
		(void)conf_complain("%s: there is no such verb", argv[1]);
		cli_print_usage(stderr);
		return CLI_USAGE;
	}
	if (argc > 2 && strcmp(argv[2], "--version") == 0)
		return print_version(argc == 3);
	return verb->run(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int code = run(argc, argv);

	/* What was printed into a full disk was not printed. */
	if ((fflush(stdout) != 0 || ferror(stdout) != 0) && code == CLI_DONE) {
		(void)conf_complain("standard output cannot be written: is its disk full?");
		code = CLI_FAILED;
	}
	return code;
}
