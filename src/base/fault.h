/*
 * Why something failed, in words for the person who can mend it.
 *
 * A function that takes a `struct fault *` returns false (or NULL) on failure and leaves one
 * line there: what was being done, with which file, what the system said, what to do.
 */
#ifndef KINDLING_BASE_FAULT_H
#define KINDLING_BASE_FAULT_H

#include <stdbool.h>

#define FAULT_TEXT_SIZE 1024

struct fault {
	char text[FAULT_TEXT_SIZE];
};

/* Writes the text, cut to size; `fault` may be NULL. Always false: `return fault_set(...)`. */
__attribute__((format(printf, 2, 3))) bool fault_set(struct fault *fault, const char *format, ...);

#endif
