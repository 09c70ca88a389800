/*
 * What `kindling comments` and `kindling people` share.
 */
#include "cli/shell.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "cli/print.h"
#include "comments/rules.h"
#include "page/url.h"
#include "store/file.h"
#include "text/unicode.h"

#define LINE_MAX_BYTES ((size_t)4096) /* of what is said of a command line */
#define URL_MAX        ((size_t)512)  /* a host, and what stands around it */

static bool open_store(struct shell *shell)
{
	const char *file = shell->conf->store;
	struct fault fault;

	/* Making one here would hide that another was meant. */
	if (access(file, F_OK) != 0)
		return conf_complain("there is no store at %s (%s): start the server once, or name "
				     "the store that it uses with -c or --store",
			file, strerror(errno));
	shell->store = store_open(file, NULL, &fault);
	return shell->store != NULL || conf_complain("%s", fault.text);
}

static const struct shell_action *find_action(const struct shell_action *actions, const char *word)
{
	while (actions->word != NULL && strcmp(actions->word, word) != 0)
		actions++;
	return actions->word != NULL ? actions : NULL;
}

/* What is left of "ID REASON..." behind so many words; NULL: nothing. */
static const char *skip_words(const char *needs, size_t count)
{
	for (; needs != NULL && count > 0; count--) {
		needs = strchr(needs, ' ');
		if (needs != NULL)
			needs++;
	}
	return needs;
}

int shell_miss(const struct shell *shell, const struct shell_action *action, char **words,
	size_t count, const char *needs)
{
	static const struct {
		const char *word, *name;
	} known[] = {
		{"ID", "the number of a comment"},
		{"PERSON", "a person, by number or name,"},
		{"NAME...", "a name"},
		{"REASON...", "a reason"},
		{"WHOM...", "whom it is for"},
	};
	const char *missing = "a word";
	struct buf line;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strncmp(needs, known[i].word, strlen(known[i].word)) == 0)
			missing = known[i].name;
	buf_init(&line, shell->arena, LINE_MAX_BYTES);
	buf_printf(&line, "%s is missing: kindling %s %s", missing, shell->verb, action->word);
	for (size_t i = 0; i < count; i++)
		buf_printf(&line, strchr(words[i], ' ') != NULL ? " \"%s\"" : " %s", words[i]);
	buf_printf(&line, " %s", needs);

	const char *why = buf_failed(&line) ? NULL : arena_copy(shell->arena, buf_view(&line));

	return cli_refuse(why != NULL ? why : "a word is missing", shell->usage);
}

static int run_action(struct shell *shell, const struct shell_action *actions, char **words)
{
	const struct shell_action *action;
	size_t count = 0;
	const char *needs;

	if (words[0] == NULL)
		return cli_refuse("a word is missing: what is to be done", shell->usage);
	action = find_action(actions, words[0]);
	if (action == NULL)
		return cli_refuse_word(words[0], shell->usage);
	while (words[1 + count] != NULL)
		count++;
	needs = skip_words(action->needs, count);
	if (needs != NULL)
		return shell_miss(shell, action, words + 1, count, needs);
	if (count > action->most)
		return cli_refuse_word(words[1 + action->most], shell->usage);
	for (const struct cli_switch *given = shell->switches; given != NULL && given->flag != NULL;
		given++)
		if (given->given && !action->with_switches)
			return cli_refuse_word(given->flag, shell->usage);
	if (!action->without_store && !open_store(shell))
		return CLI_FAILED;

	int code = action->run(shell, words + 1, action);

	store_close(shell->store);
	return code;
}

int shell_run(int argc, char **argv, const struct cli_manual *manual,
	const struct shell_action *actions, struct cli_switch *switches)
{
	struct cli_setup setup;

	cli_take_switches(&argc, argv, switches);

	bool ready = cli_configure(&setup, argc, argv, manual);
	int code = setup.exit;

	if (ready) {
		struct shell shell = {.conf = setup.conf,
			.verb = argv[0],
			.usage = manual->usage,
			.arena = &setup.arena,
			.switches = switches};
		code = run_action(&shell, actions, setup.words);
	}
	arena_end(&setup.arena);
	return code;
}

static const struct conf_capsule *find_capsule(const struct conf *conf, const char *word)
{
	for (size_t i = 0; i < conf->capsule_count; i++)
		if (strcmp(word, conf->capsules[i].host) == 0)
			return &conf->capsules[i];
	return NULL;
}

static void name_capsules(const struct conf *conf)
{
	for (size_t i = 0; i < conf->capsule_count; i++)
		(void)conf_complain("  %s", conf->capsules[i].host);
}

const struct conf_capsule *shell_capsule(const struct shell *shell, char ***words)
{
	const struct conf *conf = shell->conf;
	const struct conf_capsule *named = **words != NULL ? find_capsule(conf, **words) : NULL;

	if (named != NULL) {
		(*words)++;
		return named;
	}
	if (conf->capsule_count == 1)
		return &conf->capsules[0];
	(void)conf_complain("there are several capsules: name one of these as the next word:");
	name_capsules(conf);
	return NULL;
}

const struct conf_capsule *shell_only_capsule(const struct shell *shell, char **words)
{
	const struct conf_capsule *capsule;

	if (words[0] == NULL)
		return shell_capsule(shell, &words);
	capsule = find_capsule(shell->conf, words[0]);
	if (capsule != NULL)
		return capsule;
	(void)conf_complain("no capsule of the configuration is called %s; there %s:", words[0],
		shell->conf->capsule_count == 1 ? "is" : "are");
	name_capsules(shell->conf);
	return NULL;
}

void shell_warn_of_empty(const struct shell *shell)
{
	const struct conf *conf = shell->conf;

	store_warn_of_strangers(conf->store, conf->hosts.items, conf->hosts.count);
}

bool shell_list(const struct shell *shell, struct span capsule, shell_page *print, const char *what)
{
	struct arena arena;
	int64_t from = 0;
	bool well = true, more = true;

	arena_init(&arena, SHELL_PAGE_MEMORY);
	while (well && more && !ferror(stdout)) {
		well = shell_is_well(print(shell, capsule, &arena, &from, &more), what);
		arena_end(&arena);
	}
	if (well && from == 0)
		shell_warn_of_empty(shell);
	return well;
}

/* As the welcome has it: the usual port where the server listens on that, too. 0, any free one, is
 * known only to a server that runs. */
static unsigned port_of(const struct conf *conf)
{
	struct sockaddr_storage address;
	unsigned first = 0;

	for (size_t i = 0; i < conf->listen.count; i++) {
		unsigned port = address_parse(conf->listen.items[i], &address, NULL)
					? address_port(&address)
					: 0;

		if (port == URI_DEFAULT_PORT)
			return port;
		if (i == 0)
			first = port;
	}
	return first != 0 ? first : URI_DEFAULT_PORT;
}

void shell_print_url(const struct shell *shell, struct span host, const char *path, ...)
{
	struct buf url;
	va_list arguments;

	buf_init(&url, shell->arena, URL_MAX);
	url_write_origin(&url, host, port_of(shell->conf));
	print_text(buf_view(&url));
	va_start(arguments, path);
	(void)vprintf(path, arguments);
	va_end(arguments);
}

bool shell_is_well(enum store_result result, const char *what)
{
	switch (result) {
	case STORE_OK:
		return true;
	case STORE_NONE:
		return conf_complain("%s: there is none", what);
	case STORE_BARRED:
		return conf_complain("%s: that is not allowed", what);
	case STORE_TAKEN:
		return conf_complain("%s: that is somebody's already, or was lately", what);
	case STORE_TOO_MANY:
		return conf_complain("%s: there are too many already; wait until some of them have "
				     "run out",
			what);
	case STORE_GONE:
		return conf_complain("%s: its state does not allow that", what);
	case STORE_REPEATED:
	case STORE_RESTING: /* which the store has logged */
		break;
	}
	return conf_complain("%s: the store could not do it", what);
}

static bool is_id(const char *word, int64_t *id)
{
	uint64_t number;

	if (!span_to_u64(span_of(word), INT64_MAX, &number))
		return false;
	*id = (int64_t)number;
	return true;
}

bool shell_find_comment(const struct shell *shell, const char *word, struct span *capsule,
	struct store_comment *comment)
{
	int64_t id;

	if (!is_id(word, &id))
		return conf_complain("%s: this is no number of a comment", word);

	enum store_result result =
		store_capsule_of_comment(shell->store, id, shell->arena, capsule);

	if (result == STORE_OK)
		result = store_comment_by_id(shell->store, *capsule, id, shell->arena, comment);
	if (result == STORE_NONE)
		return conf_complain("%s: there is no such comment", word);
	return shell_is_well(result, word);
}

static bool find_by_id(const struct shell *shell, int64_t id, const char *word,
	struct span *capsule, struct store_person *person)
{
	enum store_result result = store_capsule_of_person(shell->store, id, shell->arena, capsule);

	if (result == STORE_OK)
		result = store_person_by_id(shell->store, *capsule, id, shell->arena, person);
	if (result == STORE_NONE)
		return conf_complain("%s: there is no such person", word);
	return shell_is_well(result, word);
}

bool shell_find_person(const struct shell *shell, const char *word, struct span *capsule,
	struct store_person *person)
{
	struct store_person found;
	struct span folded;
	size_t count = 0;
	int64_t id;

	if (is_id(word, &id))
		return find_by_id(shell, id, word, capsule, person);
	if (!unicode_fold(span_of(word), shell->arena, &folded))
		return conf_complain("%s: this is no name", word);
	for (size_t i = 0; i < shell->conf->hosts.count; i++) {
		struct span host = span_of(shell->conf->hosts.items[i]);
		enum store_result result =
			store_person_by_name(shell->store, host, folded, shell->arena, &found);

		if (result == STORE_NONE)
			continue;
		if (!shell_is_well(result, word))
			return false;
		if (count++ == 1)
			(void)conf_complain("%s: there is one in each of several capsules; name "
					    "the person by the number:",
				word);
		if (count == 2)
			(void)conf_complain(
				"  %" PRId64 " of %.*s", person->id, SPAN_ARG(*capsule));
		if (count > 1)
			(void)conf_complain("  %" PRId64 " of %.*s", found.id, SPAN_ARG(host));
		*person = found;
		*capsule = host;
	}
	if (count == 0)
		return conf_complain("%s: there is nobody of that name; a name with blanks goes "
				     "in quotes, or use the number that kindling people list shows",
			word);
	return count == 1;
}

bool shell_reason(const struct shell *shell, char **words, struct span *reason)
{
	const char *wrong;
	struct buf text;

	buf_init(&text, shell->arena, REASON_BYTES_MAX + 1);
	for (size_t i = 0; words[i] != NULL; i++)
		buf_printf(&text, "%s%s", i == 0 ? "" : " ", words[i]);
	if (buf_failed(&text))
		return conf_complain("the reason is too long: 500 characters are the most");
	wrong = rules_check_reason(buf_view(&text), shell->arena, reason);
	return wrong == NULL || conf_complain("the reason: %s", wrong);
}

bool shell_moderate(const struct shell *shell, const struct shell_action *action, char **words,
	struct span capsule, int64_t subject, const char *what)
{
	struct span reason;

	if (!shell_reason(shell, words, &reason))
		return false;

	const struct store_order order = {.capsule = capsule,
		.act = action->act,
		.subject = subject,
		.reason = reason,
		.now = clock_wall_seconds()};
	enum store_result result = store_moderate(shell->store, &order);

	if (result == STORE_GONE)
		return conf_complain("%s: %s", what, action->allowed);
	return shell_is_well(result, what);
}
