/*
 * `kindling comments list`.
 */
#ifndef KINDLING_CLI_LISTING_H
#define KINDLING_CLI_LISTING_H

#include "cli/shell.h"

/* In the order of these the verb's switches stand. */
enum listing_switch { LISTING_HELD, LISTING_HIDDEN, LISTING_REPORTED };

int listing_run(struct shell *shell, char **words, const struct shell_action *action);

/* "shown", "held", … */
const char *listing_state(enum store_state state);

#endif
