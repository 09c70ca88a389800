/*
 * Bringing a store's schema up to this program's version.
 */
#include "store/migrations.h"

#include <stddef.h>

#include "store/steps.h"

int migrations_latest(void)
{
	return STEPS_COUNT;
}

/* What tells a store: all of it from one moment, as another process may be making it just now. */
struct marks {
	int64_t version, application, objects;
};

static bool read_marks(sqlite3 *db, struct marks *marks, struct fault *fault)
{
	static const char sql[] = "SELECT user_version, application_id,"
				  " (SELECT count(*) FROM sqlite_master)"
				  " FROM pragma_user_version, pragma_application_id";
	sqlite3_stmt *statement = NULL;
	bool known = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		     sqlite3_step(statement) == SQLITE_ROW;
	if (known)
		*marks = (struct marks){sqlite3_column_int64(statement, 0),
			sqlite3_column_int64(statement, 1), sqlite3_column_int64(statement, 2)};
	else
		fault_set(fault, "the store cannot be read: %s", sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	return known;
}

static bool run(sqlite3 *db, const char *sql, struct fault *fault)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	return fault_set(fault, "the store cannot be brought up to date: %s", sqlite3_errmsg(db));
}

bool migrations_version(sqlite3 *db, int64_t *version, struct fault *fault)
{
	struct marks marks;
	if (!read_marks(db, &marks, fault))
		return false;
	*version = marks.version;
	bool ours = marks.application == MIGRATIONS_APPLICATION_ID ||
		    (marks.application == 0 && marks.version == 0 && marks.objects == 0);
	if (!ours)
		return fault_set(fault, "this file is a database of another program; name "
					"another file for the store");
	if (*version > migrations_latest())
		return fault_set(fault,
			"the store has schema %lld, and this program knows %d at most; start the "
			"newer program that wrote it, or go on with an older copy",
			(long long)*version, migrations_latest());
	return true;
}

/* Does the next step, if there is one left. The version is read again inside the transaction:
 * another process may have done it meanwhile. */
static bool step_once(sqlite3 *db, bool *done, struct fault *fault)
{
	int64_t version;
	if (!run(db, "BEGIN IMMEDIATE", fault))
		return false;
	bool well = migrations_version(db, &version, fault);
	*done = well && version == migrations_latest();
	if (well && !*done) {
		char sql[64];
		sqlite3_snprintf(sizeof(sql), sql, "PRAGMA user_version = %d", (int)version + 1);
		well = run(db, steps_sql[version], fault) && run(db, sql, fault);
	}
	if (well && run(db, "COMMIT", fault))
		return true;
	if (sqlite3_get_autocommit(db) == 0)
		(void)run(db, "ROLLBACK", NULL); /* the fault that led here is the one to tell */
	return false;
}

bool migrations_run(sqlite3 *db, struct fault *fault)
{
	int64_t version;
	if (!migrations_version(db, &version, fault))
		return false;
	bool done = version == migrations_latest();
	while (!done) {
		if (!step_once(db, &done, fault))
			return false;
	}
	return true;
}

bool migrations_check(sqlite3 *db, struct fault *fault)
{
	int64_t version;
	if (!migrations_version(db, &version, fault))
		return false;
	if (version != migrations_latest())
		return fault_set(fault,
			"the store has schema %lld instead of %d; start the server "
			"again to bring it up to date",
			(long long)version, migrations_latest());
	return true;
}
