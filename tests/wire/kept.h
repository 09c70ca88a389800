/*
 * What a daemon keeps in its store, looked at from beside it.
 */
#ifndef KINDLING_TESTS_WIRE_KEPT_H
#define KINDLING_TESTS_WIRE_KEPT_H

#include "daemon.h"

/* Every row of every table as text, but for the times when somebody was last here; malloc'd. Two
 * that are equal say that nothing has changed between them. */
char *kept_in_store(const struct daemon *daemon);

#endif
