/*
 * The schema and how it came to be: an ordered list of steps. Private to store/ and its tests.
 */
#ifndef KINDLING_STORE_MIGRATIONS_H
#define KINDLING_STORE_MIGRATIONS_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/fault.h"

/* "Kndl" in the file's header: what `file` and we tell a store by. */
#define MIGRATIONS_APPLICATION_ID 0x4b6e646c

int migrations_latest(void);

/* Brings the schema to the latest version, each step in one transaction of its own; several
 * processes may do so at once. A newer schema, or a database of something else, is a fault. */
bool migrations_run(sqlite3 *db, struct fault *fault);

/* The version of the schema, 0 for an empty file. False where migrations_run would refuse: a newer
 * schema, or a database of something else. */
bool migrations_version(sqlite3 *db, int64_t *version, struct fault *fault);

/* True where the schema is exactly the one that this program's statements were written for. */
bool migrations_check(sqlite3 *db, struct fault *fault);

#endif
