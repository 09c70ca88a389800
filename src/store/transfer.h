/*
 * The whole store at once: as JSON lines, and as a copy of its file.
 */
#ifndef KINDLING_STORE_TRANSFER_H
#define KINDLING_STORE_TRANSFER_H

#include <stdint.h>
#include <stdio.h>

#include "base/fault.h"

/* Called now and then with how much is done of how much; `whole` 0: not known. */
typedef void store_progress(void *context, int64_t done, int64_t whole);

/* Everything that is kept, but for codes that wait to be used and what the search has made of it:
 * one JSON object a line, in an order that does not depend on how it got there. A consistent
 * picture, also while serving. `stream` is not closed. */
bool store_export(const char *file, FILE *stream, store_progress *progress, void *context,
	struct fault *fault);

/* Reads what store_export wrote into a store without people, comments and actions (it is made where
 * missing; codes that wait in it and posts that it knows are forgotten), all of it or nothing. The
 * fault names the line. */
bool store_import(const char *file, FILE *stream, store_progress *progress, void *context,
	struct fault *fault);

/* A consistent copy of the store as `copy`, while it is in use or not; checked. `copy` must not
 * be there. The store may be of an older version, and so is the copy then. */
bool store_backup(const char *file, const char *copy, store_progress *progress, void *context,
	struct fault *fault);

/* Puts a copy in place of all that the store holds, in one transaction, also while it is in use;
 * the store is made where missing. The copy is checked first. Where it is older, or the index of
 * its search damaged, what is put in place is mended before, and the copy stays as it is. */
bool store_restore(const char *file, const char *copy, store_progress *progress, void *context,
	struct fault *fault);

#endif
