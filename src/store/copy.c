/*
 * Copying a database page by page, and looking a copy over.
 */
#include "store/copy.h"

#include "base/clock.h"
#include "store/whole.h"

#define PAGES_AT_ONCE 256
#define PAUSE_MS      20

/* Others may hold `to` for a moment when it begins; from then on it is ours. */
static int step_all(sqlite3_backup *backup, struct copy_progress progress)
{
	int64_t end = clock_monotonic_ms() + CONNECTION_BUSY_MS;
	int code = SQLITE_OK;
	while (code == SQLITE_OK) {
		code = sqlite3_backup_step(backup, PAGES_AT_ONCE);
		int whole = sqlite3_backup_pagecount(backup);
		if (code == SQLITE_OK && progress.call != NULL)
			progress.call(
				progress.context, whole - sqlite3_backup_remaining(backup), whole);
		if ((code == SQLITE_BUSY || code == SQLITE_LOCKED) && clock_monotonic_ms() < end) {
			sqlite3_sleep(PAUSE_MS);
			code = SQLITE_OK;
		}
	}
	return code;
}

bool copy_pages(sqlite3 *from, sqlite3 *to, struct copy_progress progress, struct fault *fault)
{
	static const char reading[] = "it cannot be read";
	/* One snapshot for all steps: else each write by others would make it begin again. */
	if (!whole_run(from, "BEGIN", reading, fault))
		return false;
	sqlite3_stmt *snapshot =
		whole_ask(from, "SELECT count(*) FROM sqlite_master", reading, fault);
	sqlite3_finalize(snapshot);
	bool well = snapshot != NULL;
	sqlite3_backup *backup = well ? sqlite3_backup_init(to, "main", from, "main") : NULL;
	if (well && backup == NULL)
		well = fault_set(fault, "%s", sqlite3_errmsg(to));
	if (backup != NULL) {
		int code = step_all(backup, progress);
		int end = sqlite3_backup_finish(backup); /* rolls back what is not done */
		well = code == SQLITE_DONE && end == SQLITE_OK;
		if (!well)
			fault_set(fault, "%s", sqlite3_errstr(code != SQLITE_DONE ? code : end));
	}
	(void)sqlite3_exec(from, "ROLLBACK", NULL, NULL, NULL); /* nothing was written */
	return well;
}

/* The pragma gives one row, "ok", or what is wrong. */
static bool check_pages(sqlite3 *db, const char *pragma, struct fault *fault)
{
	sqlite3_stmt *statement = whole_ask(db, pragma, "it is damaged", fault);
	if (statement == NULL)
		return false;
	const char *found = (const char *)sqlite3_column_text(statement, 0);
	bool well = found != NULL && sqlite3_stricmp(found, "ok") == 0;
	if (!well)
		fault_set(fault, "it is damaged: %s", found != NULL ? found : "memory is out");
	sqlite3_finalize(statement);
	return well;
}

bool copy_check(sqlite3 *db, bool thoroughly, struct fault *fault)
{
	/* From 3.44 on, SQLite looks into the search's indexes as well where it knows how to read
	 * them. That takes long, and what they hold can be made again. */
	(void)sqlite3_drop_modules(db, NULL); /* cannot fail */
	if (!check_pages(
		    db, thoroughly ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)", fault))
		return false;
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(db, "PRAGMA foreign_key_check", -1, &statement, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		fault_set(fault, "it is damaged: a row of %s leads nowhere",
			(const char *)sqlite3_column_text(statement, 0));
	else if (code != SQLITE_DONE)
		fault_set(fault, "it is damaged: %s", sqlite3_errmsg(db));
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}
