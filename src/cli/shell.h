/*
 * What `kindling comments` and `kindling people` share: an action behind the verb, a store that is
 * open, and ways to name a capsule, a comment, a person.
 */
#ifndef KINDLING_CLI_SHELL_H
#define KINDLING_CLI_SHELL_H

#include "cli/cli.h"
#include "store/comments.h"
#include "store/moderation.h"
#include "store/people.h"

#define SHELL_PAGE        100 /* rows that are in memory at a time */
#define SHELL_PAGE_MEMORY ((size_t)32 * 1024 * 1024)

struct shell {
	const struct conf *conf;
	const char *verb, *usage;
	struct arena *arena; /* lives as long as the verb */
	struct store *store; /* NULL for actions that need none */
	const struct cli_switch *switches;
};

struct shell_action {
	const char *word;
	int (*run)(struct shell *shell, char **words, const struct shell_action *action);
	const char *needs; /* words behind it that may not be missing: "ID REASON..."; NULL: none */
	size_t most;       /* words behind it at all */
	bool without_store, with_switches;
	enum store_act act;         /* of those that moderate */
	const char *allowed, *done; /* to what it can be done; what is so then */
};

#define SHELL_WORDS_MAX SIZE_MAX

/* For the manuals. */
#define SHELL_STORE_SENTENCE                                                                       \
	"Without -c or --store the store is var/kindling.db below the current folder."

/* The whole verb. The table's end has no word; `switches`, where not NULL, ends likewise. */
int shell_run(int argc, char **argv, const struct cli_manual *manual,
	const struct shell_action *actions, struct cli_switch *switches);

/* Complains that the first of the words in `needs` is missing, and spells the line: the action, the
 * `count` words that are there, `needs`. CLI_USAGE. */
int shell_miss(const struct shell *shell, const struct shell_action *action, char **words,
	size_t count, const char *needs);

/* The capsule of the first word, which is then taken, or the only one there is. NULL: complained
 * of; wrong usage. */
const struct conf_capsule *shell_capsule(const struct shell *shell, char ***words);

/* The same where the only word can be nothing else. */
const struct conf_capsule *shell_only_capsule(const struct shell *shell, char **words);

/* Prints one page of a list: *from is where it begins, and then where the next one does. */
typedef enum store_result shell_page(const struct shell *shell, struct span capsule,
	struct arena *arena, int64_t *from, bool *more);

/* Prints all pages of `what`, one in memory at a time. False: complained of. */
bool shell_list(
	const struct shell *shell, struct span capsule, shell_page *print, const char *what);

/* A list is empty: where the store has comments of hosts that the configuration does not know, one
 * of those may have been meant. */
void shell_warn_of_empty(const struct shell *shell);

/* Prints "gemini://HOST:PORT" and the path, formatted, as far as the configuration knows the port.
 */
__attribute__((format(printf, 3, 4))) void shell_print_url(
	const struct shell *shell, struct span host, const char *path, ...);

/* The comment of an id, in whichever capsule. */
bool shell_find_comment(const struct shell *shell, const char *word, struct span *capsule,
	struct store_comment *comment);

/* The person of an id or a name. A name that somebody has in each of several capsules is a
 * complaint. */
bool shell_find_person(const struct shell *shell, const char *word, struct span *capsule,
	struct store_person *person);

/* Does the action's act to `subject` as the shell, now, for the reason that the words give. `what`
 * is the subject in words. False: complained of. */
bool shell_moderate(const struct shell *shell, const struct shell_action *action, char **words,
	struct span capsule, int64_t subject, const char *what);

/* The words with a blank between them, as a reason. */
bool shell_reason(const struct shell *shell, char **words, struct span *reason);

/* False for all but STORE_OK, with a complaint about `what`, "comment 41". */
bool shell_is_well(enum store_result result, const char *what);

#endif
