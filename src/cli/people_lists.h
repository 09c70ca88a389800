/*
 * What `kindling people` prints: everybody, one person, the log.
 */
#ifndef KINDLING_CLI_PEOPLE_LISTS_H
#define KINDLING_CLI_PEOPLE_LISTS_H

#include "cli/shell.h"
#include "tls/secret.h"

int people_list(struct shell *shell, char **words, const struct shell_action *action);
int people_show(struct shell *shell, char **words, const struct shell_action *action);
int people_log(struct shell *shell, char **words, const struct shell_action *action);

/* The first of the person's keys that makes them an owner by the configuration, in hexadecimal
 * digits as it stands there; empty where none does. */
enum store_result people_find_owner_key(const struct shell *shell, struct span host, int64_t person,
	struct arena *arena, char key[SECRET_HEX_SIZE]);

#endif
