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
	const char *usage;
	struct arena *arena; /* lives as long as the verb */
	struct store *store; /* NULL for actions that need none */
	const struct cli_switch *switches;
};

struct shell_action {
	const char *word;
	int (*run)(struct shell *shell, char **words, const struct shell_action *action);
	size_t least, most; /* words behind it */
	bool without_store, with_switches;
	enum store_act act;         /* of those that moderate */
	const char *allowed, *done; /* to what it can be done; what is so then */
};

#define SHELL_WORDS_MAX SIZE_MAX

/* The whole verb. The table's end has no word; `switches`, where not NULL, ends likewise. */
int shell_run(int argc, char **argv, const struct cli_manual *manual,
	const struct shell_action *actions, struct cli_switch *switches);

/* The capsule of the first word, which is then taken, or the only one there is. NULL: complained
 * of; wrong usage. */
const struct conf_capsule *shell_capsule(const struct shell *shell, char ***words);

/* The same where no word may follow. */
const struct conf_capsule *shell_only_capsule(const struct shell *shell, char **words);

/* Prints one page of a list: *from is where it begins, and then where the next one does. */
typedef enum store_result shell_page(const struct shell *shell, struct span capsule,
	struct arena *arena, int64_t *from, bool *more);

/* Prints all pages of `what`, one in memory at a time. False: complained of. */
bool shell_list(
	const struct shell *shell, struct span capsule, shell_page *print, const char *what);

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
