/*
 * The store's file before anybody opens it: made, brought up to date, looked at.
 */
#ifndef KINDLING_STORE_FILE_H
#define KINDLING_STORE_FILE_H

#include <stddef.h>

#include "base/fault.h"

/* The file's path, from malloc. A relative one gets "./" in front, since SQLite takes names like
 * ":memory:" and "file:…" for something else. */
char *store_path(const char *file, struct fault *fault);

/* Makes SQLite's file and its folder where missing, and brings the schema up to this version; a
 * schema that is newer than this program is a fault. Called before the fork. */
bool store_prepare(const char *file, struct fault *fault);

struct store_condition {
	int version, newest; /* of its schema, 0 where there is none yet; that of this program */
};

/* Whether store_prepare would have a reason to refuse, or the file is damaged. Makes and changes
 * nothing. */
bool store_check(const char *file, struct store_condition *condition, struct fault *fault);

/* Comments are kept under their capsule's host, so a capsule that is given another one hides them.
 * Logs one warning for each capsule of the store that has comments and is none of the `count`
 * hosts, and returns how many. Makes nothing; a store that is absent or cannot be read is for the
 * others here to tell. */
size_t store_warn_of_strangers(const char *file, const char *const *hosts, size_t count);

#endif
