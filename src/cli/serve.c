/*
 * kindling serve
 */
#include "cli/cli.h"

#include "proc/master.h"

static const struct cli_manual manual = {
	.usage = "kindling serve [-c FILE] [--OPTION VALUE]...",
	.sentences = "Serves the capsules in the foreground until Ctrl-C or SIGTERM. A certificate "
		     "that is missing\nis made first. Without a configuration file the defaults "
		     "below hold.\n",
	.lists_options = true,
};

int cli_serve(int argc, char **argv)
{
	struct cli_setup setup;
	bool ready = cli_configure(&setup, argc, argv, &manual);

	if (ready && setup.words[0] != NULL) {
		ready = false;
		setup.exit = cli_refuse_word(setup.words[0], manual.usage);
	}

	struct settings *settings = ready ? settings_take(&setup.arena, setup.conf) : NULL;

	arena_end(&setup.arena); /* of settings that are taken nothing is left in it */
	if (settings != NULL)
		return master_run(settings, argc, argv);
	return ready ? CLI_FAILED : setup.exit;
}
