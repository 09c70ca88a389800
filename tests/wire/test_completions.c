/*
 * Completion in bash, zsh and fish: what each shell offers behind what was typed. A shell that the
 * machine does not have is skipped.
 */
#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_MAX 8

static char completions[PATH_MAX]; /* the folder of the three files */

/* The program is called by its own name, as its completions expect. */
static int begin(void **state)
{
	const char *program = getenv("KINDLING");
	char path[DAEMON_PATH_SIZE], real[PATH_MAX];

	fixture_prepare(state);
	if (realpath("src/dist/completions", completions) == NULL)
		fail_msg("run the tests from the top of the tree");
	if (realpath(program != NULL ? program : "build/kindling", real) == NULL)
		fail_msg("KINDLING has to name the program");
	daemon_write_text(&server, "bin/x", "");
	if (symlink(real, daemon_path(&server, "bin/kindling", path)) != 0)
		fail_msg("%s cannot be made", path);
	daemon_write_text(&server, "copy of.db", "");
	return 0;
}

/* In the new process. */
static void become(const char *const *words)
{
	const char *old = getenv("PATH");
	char path[PATH_MAX];
	int nothing = open("/dev/null", O_RDONLY);
	int out = open("out", O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char *argv[WORDS_MAX + 1] = {NULL};

	snprintf(path, sizeof(path), "%s/bin:%s", server.folder, old != NULL ? old : "/bin");
	setenv("PATH", path, 1);
	setenv("HOME", server.folder, 1);
	for (size_t i = 0; words[i] != NULL && i < WORDS_MAX; i++)
		argv[i] = strdup(words[i]);
	if (nothing < 0 || out < 0 || dup2(nothing, STDIN_FILENO) < 0 ||
		dup2(out, STDOUT_FILENO) < 0 || dup2(out, STDERR_FILENO) < 0)
		_exit(126);
	execvp(argv[0], argv);
	_exit(errno == ENOENT ? 127 : 126);
}

/* What the shell prints, standard error too, with a LF in front; NULL: there is no such shell. */
static char *ask_shell(const char *const *words)
{
	char path[DAEMON_PATH_SIZE], *said, *out;
	pid_t pid = fork();
	int code;

	assert_true(pid >= 0);
	if (pid == 0) {
		if (chdir(server.folder) != 0)
			_exit(126);
		become(words);
	}
	code = program_wait(pid, PATIENCE_MS);
	if (code == 127)
		return NULL;
	out = file_slurp(daemon_path(&server, "out", path), NULL);
	assert_non_null(out);
	if (code != 0)
		fail_msg("%s ended with %d:\n%s", words[0], code, out);
	said = malloc(strlen(out) + 2);
	assert_non_null(said);
	snprintf(said, strlen(out) + 2, "\n%s", out);
	free(out);
	return said;
}

/* ---- each shell's way to be asked */

static const char bash_script[] = "source \"$0/kindling.bash\" || exit 1\n"
				  "COMP_WORDS=($1); [[ $1 != *' ' ]] || COMP_WORDS+=('')\n"
				  "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
				  "_kindling; printf '%s\\n' \"${COMPREPLY[@]}\"\n";

/* Outside of the line editor zsh's own functions have nothing to add to: these print instead. */
static const char zsh_script[] =
	"compadd() { while [[ $1 == -* && $1 != -- ]]; do shift; done; shift; print -l -- $@ }\n"
	"compset() { [[ $1 == -P && $2 == '*=' ]] && PREFIX=${PREFIX#*=}; true }\n"
	"_describe() { print -l -- ${(P)2} }\n"
	"_files() { print -l -- *(N) }\n"
	"_users() { print -l -- root }\n"
	"words=(${(s: :)1}); [[ $1 != *' ' ]] || words+=('')\n"
	"CURRENT=$#words; PREFIX=$words[-1]\n"
	"source $0/_kindling\n";

static const char fish_script[] = "source $argv[1]/kindling.fish; complete -C \"$argv[2]\"";

struct shell {
	const char *name, *option, *script;
};

static const struct shell bash = {"bash", "--norc", bash_script};
static const struct shell zsh = {"zsh", "-f", zsh_script};
static const struct shell fish = {"fish", "--no-config", fish_script};

static char *complete_line(const struct shell *shell, const char *line)
{
	const char *const words[] = {
		shell->name, shell->option, "-c", shell->script, completions, line, NULL};

	return ask_shell(words);
}

/* ---- what is offered */

struct offer {
	const char *line;
	const char *offered[4]; /* each on a line of its own, perhaps with a description */
	const char *not_offered;
};

static const struct offer offers[] = {
	{"kindling ", {"serve", "stats", "help", "--version"}, "--listen"},
	{"kindling c", {"check", "cert", "comments"}, "serve"},
	{"kindling serve --li", {"--listen", "--listing"}, "--workers"},
	{"kindling check --", {"--host", "--config", "--help", "--min-rate"}, "--held"},
	{"kindling comments ", {"list", "approve", "settle", "import"}, "ban"},
	{"kindling comments --h", {"--held", "--hidden", "--host"}, "--reported"},
	{"kindling people ", {"show", "link-code", "owner-code", "invite"}, "PERSON"},
	{"kindling people own", {"owner-code"}, "ban"},
	{"kindling cert ", {"show", "make", "renew"}, "-c"},
	{"kindling restore --with", {"--without-checksum"}, "--workers"},
	{"kindling stats --op", {"--openmetrics"}, "--workers"},
	{"kindling help ", {"serve", "stats"}, "--listen"},
	{"kindling serve --log ", {"text", "combined", "json", "off"}, "stderr"},
	{"kindling serve --log-to ", {"stderr", "syslog", "journal"}, "text"},
	{"kindling serve --sandbox ", {"yes", "no"}, "--sandbox"},
	{"kindling serve --commenting first", {"first-held"}, "open"},
};

/* Whether one of the lines is this word; behind it may stand what describes it. */
static bool is_offered(const char *said, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = said; (at = strchr(at, '\n')) != NULL;) {
		at++;
		if (strncmp(at, word, len) == 0 &&
			(at[len] == '\n' || at[len] == ':' || at[len] == '\t' || at[len] == '\0'))
			return true;
	}
	return false;
}

/* zsh narrows down by itself what it is offered, here as in the line editor. */
static void check_offers(const struct shell *shell, bool narrows)
{
	for (size_t i = 0; i < COUNT(offers); i++) {
		const struct offer *offer = &offers[i];
		char *said = complete_line(shell, offer->line);
		bool typed = offer->line[strlen(offer->line) - 1] != ' ';

		if (said == NULL)
			skip();
		for (size_t k = 0; k < COUNT(offer->offered) && offer->offered[k] != NULL; k++)
			if (!is_offered(said, offer->offered[k]))
				fail_msg("%s: \"%s\": no %s in:%s", shell->name, offer->line,
					offer->offered[k], said);
		if ((narrows || !typed) && is_offered(said, offer->not_offered))
			fail_msg("%s: \"%s\": %s in:%s", shell->name, offer->line,
				offer->not_offered, said);
		free(said);
	}
}

static void assert_completes(const struct shell *shell, const char *line, const char *word)
{
	char *said = complete_line(shell, line);

	if (said == NULL)
		skip();
	if (!is_offered(said, word))
		fail_msg("%s: \"%s\": no \"%s\" in:%s", shell->name, line, word, said);
	free(said);
}

static void in_bash(void **state)
{
	(void)state;
	check_offers(&bash, true);
	/* As bash takes these apart. */
	assert_completes(&bash, "kindling serve --log = j", "json");
	assert_completes(&bash, "kindling serve --store sqlite : copy", "copy of.db");
	assert_completes(&bash, "kindling check -c cop", "copy of.db");
	assert_completes(&bash, "kindling backup cop", "copy of.db");
	assert_completes(&bash, "kindling comments import cop", "copy of.db");
	assert_completes(&bash, "kindling serve --root cap", "capsule");
	assert_completes(&bash, "kindling serve --user roo", "root");
}

static void in_zsh(void **state)
{
	(void)state;
	check_offers(&zsh, false);
	assert_completes(&zsh, "kindling serve --log=j", "json");
	assert_completes(&zsh, "kindling check -c cop", "copy of.db");
	assert_completes(&zsh, "kindling backup cop", "copy of.db");
	assert_completes(&zsh, "kindling comments import cop", "copy of.db");
	assert_completes(&zsh, "kindling serve --user roo", "root");
}

static void in_fish(void **state)
{
	(void)state;
	check_offers(&fish, true);
	assert_completes(&fish, "kindling serve --log=j", "--log=json");
	assert_completes(&fish, "kindling serve --store sqlite:cop", "sqlite:copy of.db");
	assert_completes(&fish, "kindling check -c cop", "copy of.db");
	assert_completes(&fish, "kindling backup cop", "copy of.db");
	assert_completes(&fish, "kindling comments import cop", "copy of.db");
	assert_completes(&fish, "kindling serve --root caps", "capsule/");
	assert_completes(&fish, "kindling serve --user roo", "root");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{"completion in bash", in_bash, NULL, NULL, NULL},
		{"completion in zsh", in_zsh, NULL, NULL, NULL},
		{"completion in fish", in_fish, NULL, NULL, NULL},
	};

	return cmocka_run_group_tests_name("completions", tests, begin, fixture_end);
}
