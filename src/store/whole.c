/*
 * What calls about the whole store begin with.
 */
#include "store/whole.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"
#include "store/migrations.h"

struct connection *whole_open(const char *file, struct fault *fault)
{
	struct fault why;
	char *path = store_path(file, fault);
	if (path == NULL)
		return NULL;
	struct connection *connection = NULL;
	if (access(path, F_OK) != 0)
		fault_set(&why, "%s", strerror(errno));
	else
		connection = connection_open(path, CONNECTION_BUSY_MS, &why);
	if (connection == NULL)
		fault_set(fault, "the store %s cannot be opened: %s", file, why.text);
	free(path);
	return connection;
}

bool whole_run(sqlite3 *db, const char *sql, const char *doing, struct fault *fault)
{
	return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       fault_set(fault, "%s: %s", doing, sqlite3_errmsg(db));
}

sqlite3_stmt *whole_ask(sqlite3 *db, const char *sql, const char *doing, struct fault *fault)
{
	sqlite3_stmt *statement = NULL;
	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		return statement;
	fault_set(fault, "%s: %s", doing, sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	return NULL;
}

bool whole_is_ours(sqlite3 *db, int64_t *version, struct fault *fault)
{
	return migrations_version(db, version, fault) &&
	       (*version > 0 || fault_set(fault, "it is empty: no store"));
}
