/*
 * kindling stats: what the running server has done and is doing, asked at its control socket.
 */
#include "cli/cli.h"

#include "cli/stats_table.h"
#include "proc/control.h"

static const struct cli_manual manual = {
	.usage = "kindling stats [--openmetrics] [-c FILE] [--OPTION VALUE]...",
	.sentences = "Prints the counters of the running server, which it asks at the socket that "
		     "the configuration\nnames as control (--control). With --openmetrics as "
		     "Prometheus reads them: for node_exporter,\nwrite them into a file of its "
		     "textfile folder under another name, then rename that to\nkindling.prom.\n",
};

static int ask(struct cli_setup *setup, bool as_openmetrics)
{
	struct fault fault;
	struct span text;
	if (setup->conf->control[0] == '\0') {
		(void)conf_complain("the configuration names no socket to ask at: set control, and "
				    "start the server again");
		return CLI_FAILED;
	}
	if (!control_ask(setup->conf->control, &setup->arena, &text, &fault)) {
		(void)conf_complain("%s", fault.text);
		return CLI_FAILED;
	}
	if (as_openmetrics) {
		(void)fwrite(text.ptr, 1, text.len, stdout);
		return CLI_DONE;
	}
	if (!stats_table_print(text, &setup->arena)) {
		(void)conf_complain("memory is out");
		return CLI_FAILED;
	}
	return CLI_DONE;
}

int cli_stats(int argc, char **argv)
{
	struct cli_setup setup;
	struct cli_switch switches[] = {{.flag = "--openmetrics"}, {.flag = NULL}};

	cli_take_switches(&argc, argv, switches);

	bool ready = cli_configure(&setup, argc, argv, &manual);
	int code = setup.exit;

	if (ready && setup.words[0] != NULL)
		code = cli_refuse_word(setup.words[0], manual.usage);
	else if (ready)
		code = ask(&setup, switches[0].given);
	arena_end(&setup.arena);
	return code;
}
