/*
 * kindling comments: moderation at the shell, and the store as JSON lines.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/listing.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "store/transfer.h"

static const struct cli_manual manual = {
	.usage = "kindling comments list [--held] [--hidden] [--reported] [HOST]\n"
		 "       kindling comments show ID\n"
		 "       kindling comments approve|hide|unhide|remove|settle ID REASON...\n"
		 "       kindling comments export|import [FILE]\n"
		 "       each with [-c FILE] [--OPTION VALUE]...",
	.sentences =
		"list     prints the number, state, date, author and first words of each comment, "
		"oldest first;\n         --held and --hidden only those, --reported what readers "
		"reported and why\n"
		"show     prints one whole\n"
		"approve  shows one that is held to everybody\n"
		"hide     hides one from all but its author and moderators; its reports are "
		"settled\n"
		"unhide   shows it again\n"
		"remove   removes one, and its text for good\n"
		"settle   leaves one as it is: the reports of it need nothing more\n"
		"export   writes all people and comments as JSON lines, into FILE or standard "
		"output; that file is\n         as secret as the store\n"
		"import   reads such lines into a store without people and comments, all or none\n"
		"\nThe reason, of one word or several, stands in the log that kindling people log "
		"prints. Behind --\na word may begin with a hyphen. All of this works while the "
		"server runs.\n" SHELL_STORE_SENTENCE "\n",
};

static int show(struct shell *shell, char **words, const struct shell_action *action)
{
	struct store_comment comment;
	struct span host;

	(void)action;
	if (!shell_find_comment(shell, words[0], &host, &comment))
		return CLI_FAILED;
	printf("Comment %" PRId64 ", %s", comment.id, listing_state(comment.state));
	printf("\nAt:       ");
	shell_print_url(shell, host, "/comments/%" PRId64, comment.id);
	printf("\nPost:     ");
	print_text(comment.slug);
	printf("\nAuthor:   ");
	print_name(comment.author);
	printf(" (person %" PRId64 ")\nWritten:  ", comment.person);
	print_time(comment.written);
	printf("\nEdited:   ");
	print_time(comment.edited);
	if (comment.parent != 0) {
		printf("\nAnswers:  comment %" PRId64 " by ", comment.parent);
		print_name(comment.parent_author);
	}
	printf("\nAnswered: %" PRIu64 " times\n\n", comment.answers);
	print_indented(comment.text);
	return CLI_DONE;
}

static int moderate(struct shell *shell, char **words, const struct shell_action *action)
{
	struct store_comment comment;
	struct span host;

	if (!shell_find_comment(shell, words[0], &host, &comment))
		return CLI_FAILED;

	const char *what = arena_printf(shell->arena, "comment %" PRId64 ", which is %s",
		comment.id, listing_state(comment.state));

	if (what == NULL || !shell_moderate(shell, action, words + 1, host, comment.id, what))
		return CLI_FAILED;
	printf("Comment %" PRId64 " by ", comment.id);
	print_name(comment.author);
	printf(" %s.\n", action->done);
	return CLI_DONE;
}

/* A file of the export's own: its secrets are for whoever made it. */
static FILE *make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (stream == NULL)
		(void)conf_complain("cannot make %s: %s", path, strerror(errno));
	return stream;
}

static int write_export(struct shell *shell, char **words, const struct shell_action *action)
{
	const char *path = words[0];
	FILE *stream = path != NULL ? make_file(path) : stdout;
	struct progress progress;
	struct fault fault;

	(void)action;
	if (stream == NULL)
		return CLI_FAILED;
	progress_begin(&progress, "Exporting");

	bool well = store_export(shell->conf->store, stream, progress_tell, &progress, &fault);

	progress_end(&progress);
	if (path != NULL && well && fsync(fileno(stream)) != 0)
		well = fault_set(&fault, "cannot write %s: %s", path, strerror(errno));
	if (path != NULL && fclose(stream) != 0 && well)
		well = fault_set(&fault, "cannot write %s: %s", path, strerror(errno));
	if (!well && path != NULL)
		(void)unlink(path);
	if (!well)
		(void)conf_complain("%s", fault.text);
	return well ? CLI_DONE : CLI_FAILED;
}

static int read_import(struct shell *shell, char **words, const struct shell_action *action)
{
	const char *path = words[0];
	FILE *stream = path != NULL ? fopen(path, "re") : stdin;
	struct progress progress;
	struct fault fault;

	(void)action;
	if (stream == NULL) {
		(void)conf_complain("cannot open %s: %s", path, strerror(errno));
		return CLI_FAILED;
	}
	progress_begin(&progress, "Importing");

	bool well = store_import(shell->conf->store, stream, progress_tell, &progress, &fault);

	progress_end(&progress);
	if (path != NULL)
		(void)fclose(stream);
	if (!well)
		(void)conf_complain("%s: %s", path != NULL ? path : "standard input", fault.text);
	else
		printf("All of it is in %s now.\n", shell->conf->store);
	return well ? CLI_DONE : CLI_FAILED;
}

static const struct shell_action actions[] = {
	{.word = "list", .run = listing_run, .most = 1, .with_switches = true},
	{.word = "show", .run = show, .needs = "ID", .most = 1},
	{"approve", moderate, "ID REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_APPROVE,
		.allowed = "only one that is held can be approved",
		.done = "is shown to everybody now"},
	{"hide", moderate, "ID REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_HIDE,
		.allowed = "only one that is shown or held can be hidden", .done = "is hidden now"},
	{"unhide", moderate, "ID REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_UNHIDE,
		.allowed = "only one that is hidden can be shown again", .done = "is shown again"},
	{"remove", moderate, "ID REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_REMOVE,
		.allowed = "its text is gone already", .done = "is removed, and its text gone"},
	{"settle", moderate, "ID REASON...", SHELL_WORDS_MAX, .act = STORE_ACT_SETTLE,
		.allowed = "nobody has reported it, or that is settled",
		.done = "stays as it is; its reports are settled"},
	{.word = "export", .run = write_export, .most = 1, .without_store = true},
	{.word = "import", .run = read_import, .most = 1, .without_store = true},
	{.word = NULL},
};

int cli_comments(int argc, char **argv)
{
	struct cli_switch switches[] = {
		[LISTING_HELD] = {.flag = "--held"},
		[LISTING_HIDDEN] = {.flag = "--hidden"},
		[LISTING_REPORTED] = {.flag = "--reported"},
		{.flag = NULL},
	};

	return shell_run(argc, argv, &manual, actions, switches);
}
