/*
 * kindling serve
 */
#include "cli/cli.h"

#include "proc/master.h"

#define USAGE "kindling serve [--OPTION VALUE]..."

int cli_serve(int argc, char **argv)
{
	struct cli_setup setup;
	bool ready = cli_configure(&setup, argc, argv, USAGE);

	if (ready && setup.words[0] != NULL) {
		(void)fprintf(stderr, "usage: " USAGE "\n");
		ready = false;
		setup.exit = CLI_USAGE;
	}

	int code = ready ? master_run(setup.conf) : setup.exit;

	arena_end(&setup.arena);
	return code;
}
