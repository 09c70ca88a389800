/*
 * Giving up root, for good.
 */
#ifndef KINDLING_OS_PRIVILEGES_H
#define KINDLING_OS_PRIVILEGES_H

#include <stdbool.h>

#include "base/fault.h"

/* Becomes `user`, with that user's groups and no others, and checks that there is no way back.
 * Nothing to do where this process is not root's; a fault where it is and `user` is "". Also a
 * fault: no such user, a user that is root, or one that this process cannot become. */
bool privileges_drop(const char *user, struct fault *fault);

/* Nothing that is started from here on gains rights by what it is (setuid, file capabilities), and
 * other processes of the same user cannot look into this one. No core file is ever written: it
 * would hold keys and what readers typed. */
bool privileges_seal(struct fault *fault);

#endif
