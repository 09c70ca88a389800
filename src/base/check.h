/*
 * Assertions that stay on in release builds.
 *
 * CHECK states what our own code guarantees; input of any kind is never checked with it.
 * A failed CHECK prints where it stands and aborts: the worker dies, the master replaces it.
 */
#ifndef KINDLING_BASE_CHECK_H
#define KINDLING_BASE_CHECK_H

#include <stddef.h>

#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

/* For long-lived structs, wherever a void pointer comes back: the first member is `magic`. */
#define CHECK_MAGIC(object, expected) CHECK((object) != NULL && (object)->magic == (expected))

_Noreturn void check_failed(const char *condition, const char *file, int line);

#endif
