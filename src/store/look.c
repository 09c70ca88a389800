/*
 * Looking into a store, and telling whose comments nobody can read.
 */
#include "store/look.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "proto/uri.h"
#include "store/connection.h"
#include "store/file.h"

#define URI_MAX ((size_t)16384) /* a path whose every byte is percent-encoded */

static bool exists(const char *file, const char *suffix, struct arena *arena)
{
	const char *path = arena_printf(arena, "%s%s", file, suffix);
	return path != NULL && access(path, F_OK) == 0;
}

/* Even a reader makes the companions of a database in WAL mode where they are missing, and they
 * would then belong to whoever looks. Without them the file is read alone, as SQLite does when it
 * is told that it is immutable; of a copy made by hand that lacks but one of them, what the other
 * holds is then not seen. */
static const char *uri_for_looking(const char *file, struct arena *arena)
{
	bool in_use = exists(file, "-wal", arena) && exists(file, "-shm", arena);
	struct buf uri;
	buf_init(&uri, arena, URI_MAX);
	buf_text(&uri, file[0] == '/' ? "file:" : "file:./"); /* "file::memory:" is no file */
	uri_append_path(&uri, span_of(file));
	buf_text(&uri, in_use ? "?mode=ro" : "?mode=ro&immutable=1");
	return buf_failed(&uri) ? NULL : arena_copy(arena, buf_view(&uri));
}

sqlite3 *look_open(const char *file, struct fault *fault)
{
	struct arena arena;
	sqlite3 *db = NULL;
	arena_init(&arena, 4 * URI_MAX);
	const char *uri = uri_for_looking(file, &arena);
	int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI;
	if (uri == NULL || sqlite3_open_v2(uri, &db, flags, NULL) != SQLITE_OK ||
		sqlite3_busy_timeout(db, CONNECTION_BUSY_MS) != SQLITE_OK) {
		fault_set(fault, "%s", db != NULL ? sqlite3_errmsg(db) : "memory is out");
		(void)sqlite3_close(db);
		db = NULL;
	}
	arena_end(&arena);
	return db;
}

static bool is_known(const char *host, const char *const *hosts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(host, hosts[i]) == 0)
			return true;
	return false;
}

size_t store_warn_of_strangers(const char *file, const char *const *hosts, size_t count)
{
	static const char sql[] =
		"SELECT host, comments FROM capsules WHERE comments > 0 ORDER BY host";
	struct fault fault;
	size_t warnings = 0;
	sqlite3_stmt *rows = NULL;
	sqlite3 *db = look_open(file, &fault);
	bool well = db != NULL && sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK;
	while (well && sqlite3_step(rows) == SQLITE_ROW) {
		const char *host = (const char *)sqlite3_column_text(rows, 0);
		long long comments = sqlite3_column_int64(rows, 1);
		if (host == NULL || is_known(host, hosts, count))
			continue;
		warnings++;
		log_message(LOG_WARNING,
			"The store %s holds %lld comment%s of %s, which no capsule of the "
			"configuration has for its host, so nobody sees them. Name it there, or "
			"move them to another host as README.md tells",
			file, comments, comments == 1 ? "" : "s", host);
	}
	(void)sqlite3_finalize(rows);
	(void)sqlite3_close(db); /* nothing was changed that closing could lose */
	return warnings;
}
