/*
 * What calls about the whole store begin with. Private to store/.
 */
#ifndef KINDLING_STORE_WHOLE_H
#define KINDLING_STORE_WHOLE_H

#include "store/connection.h"

/* A connection of its own to a store that is there, of this program's version, waiting for others
 * that hold it. NULL and a fault that names the file. */
struct connection *whole_open(const char *file, struct fault *fault);

/* Runs SQL that gives no rows; what went wrong is told after `doing`. */
bool whole_run(sqlite3 *db, const char *sql, const char *doing, struct fault *fault);

/* Runs a statement that ought to give one row. NULL and a fault: it did not; to be finalized. */
sqlite3_stmt *whole_ask(sqlite3 *db, const char *sql, const char *doing, struct fault *fault);

/* True for a store of this program's version or an older one: *version. */
bool whole_is_ours(sqlite3 *db, int64_t *version, struct fault *fault);

#endif
