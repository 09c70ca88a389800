/*
 * What `kindling people` prints: everybody, one person, the log.
 */
#ifndef KINDLING_CLI_PEOPLE_LISTS_H
#define KINDLING_CLI_PEOPLE_LISTS_H

#include "cli/shell.h"

int people_list(struct shell *shell, char **words, const struct shell_action *action);
int people_show(struct shell *shell, char **words, const struct shell_action *action);
int people_log(struct shell *shell, char **words, const struct shell_action *action);

#endif
