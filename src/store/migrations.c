/*
 * The schema. A step that has been released never changes; what must change is a new step.
 *
 * Everything hangs on a capsule, since one server may host several authors. The totals are kept by
 * triggers in the transaction that changes them, so that no page ever counts rows. Ids of comments
 * and people are never given twice (AUTOINCREMENT): an old link cannot lead to something new.
 */
#include "store/migrations.h"

#include <stddef.h>
#include <stdint.h>

/* Typed columns, where SQLite has them (3.37 on). */
#if SQLITE_VERSION_NUMBER >= 3037000
#define STRICT       " STRICT"
#define STRICT_KEYED " STRICT, WITHOUT ROWID"
#else
#define STRICT       ""
#define STRICT_KEYED " WITHOUT ROWID"
#endif

static const char *const steps[] = {
	/* 1: people, their certificates, and comments */
	"CREATE TABLE capsules ("
	" id INTEGER PRIMARY KEY,"
	" host TEXT NOT NULL UNIQUE,"
	" comments INTEGER NOT NULL DEFAULT 0)" STRICT ";"

	"CREATE TABLE people ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" name TEXT NOT NULL,"
	" folded TEXT NOT NULL,"
	" registered INTEGER NOT NULL,"
	" comments INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (capsule, folded))" STRICT ";"

	"CREATE TABLE certificates ("
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" key BLOB NOT NULL CHECK (length(key) = 32),"
	" person INTEGER NOT NULL REFERENCES people (id),"
	" added INTEGER NOT NULL,"
	" PRIMARY KEY (capsule, key))" STRICT_KEYED ";"
	"CREATE INDEX certificates_person ON certificates (person);"

	"CREATE TABLE threads ("
	" id INTEGER PRIMARY KEY,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" slug TEXT NOT NULL,"
	" comments INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (capsule, slug))" STRICT ";"

	"CREATE TABLE comments ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" thread INTEGER NOT NULL REFERENCES threads (id),"
	" person INTEGER NOT NULL REFERENCES people (id),"
	" text TEXT NOT NULL,"
	" written INTEGER NOT NULL)" STRICT ";"
	"CREATE INDEX comments_capsule ON comments (capsule);"
	"CREATE INDEX comments_thread ON comments (thread);"
	"CREATE INDEX comments_person ON comments (person);"
	"CREATE INDEX comments_person_written ON comments (person, written);"

	"CREATE TRIGGER comments_added AFTER INSERT ON comments BEGIN"
	" UPDATE capsules SET comments = comments + 1 WHERE id = new.capsule;"
	" UPDATE threads SET comments = comments + 1 WHERE id = new.thread;"
	" UPDATE people SET comments = comments + 1 WHERE id = new.person;"
	"END;"
	"CREATE TRIGGER comments_removed AFTER DELETE ON comments BEGIN"
	" UPDATE capsules SET comments = comments - 1 WHERE id = old.capsule;"
	" UPDATE threads SET comments = comments - 1 WHERE id = old.thread;"
	" UPDATE people SET comments = comments - 1 WHERE id = old.person;"
	"END;"

	/* MIGRATIONS_APPLICATION_ID; a pragma takes no name */
	"PRAGMA application_id = 0x4b6e646c;",
};

int migrations_latest(void)
{
	return (int)(sizeof(steps) / sizeof(steps[0]));
}

/* One number that a query gives. */
static bool ask(sqlite3 *db, const char *sql, int64_t *number, struct fault *fault)
{
	sqlite3_stmt *statement = NULL;
	bool known = sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		     sqlite3_step(statement) == SQLITE_ROW;
	if (known)
		*number = sqlite3_column_int64(statement, 0);
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

/* The version of the schema; 0 for an empty file. */
static bool read_version(sqlite3 *db, int64_t *version, struct fault *fault)
{
	int64_t application, objects;
	if (!ask(db, "PRAGMA user_version", version, fault) ||
		!ask(db, "PRAGMA application_id", &application, fault) ||
		!ask(db, "SELECT count(*) FROM sqlite_master", &objects, fault))
		return false;
	bool ours = application == MIGRATIONS_APPLICATION_ID ||
		    (application == 0 && *version == 0 && objects == 0);
	if (!ours)
		return fault_set(fault, "this file is a database of another program; name "
					"another file for the store");
	if (*version > migrations_latest())
		return fault_set(fault,
			"the store has schema %lld, and this program knows %d at most; start the "
			"newer program that wrote it, or restore an older copy",
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
	bool well = read_version(db, &version, fault);
	*done = well && version == migrations_latest();
	if (well && !*done) {
		char sql[64];
		sqlite3_snprintf(sizeof(sql), sql, "PRAGMA user_version = %d", (int)version + 1);
		well = run(db, steps[version], fault) && run(db, sql, fault);
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
	if (!read_version(db, &version, fault))
		return false;
	bool done = version == migrations_latest();
	while (!done) {
		if (!step_once(db, &done, fault))
			return false;
	}
	return true;
}

bool migrations_can_run(sqlite3 *db, struct fault *fault)
{
	int64_t version;
	return read_version(db, &version, fault);
}

bool migrations_check(sqlite3 *db, struct fault *fault)
{
	int64_t version;
	if (!read_version(db, &version, fault))
		return false;
	if (version != migrations_latest())
		return fault_set(fault,
			"the store has schema %lld instead of %d; start the server "
			"again to bring it up to date",
			(long long)version, migrations_latest());
	return true;
}
