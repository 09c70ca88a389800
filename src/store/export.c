/*
 * The store as JSON lines. SQLite writes each of them; here they only pass.
 */
#include "store/transfer.h"

#include <errno.h>
#include <string.h>

#include "store/kinds.h"
#include "store/whole.h"

#define DOING          "the store cannot be read"
#define PROGRESS_LINES 1000
#define SQL_MEMORY     ((size_t)1 << 20)

struct export
{
	sqlite3 *db;
	FILE *stream;
	store_progress *progress;
	void *context;
	int64_t done, whole; /* lines */
	struct fault *fault;
};

static bool write_line(struct export *export, sqlite3_stmt *statement)
{
	const void *line = sqlite3_column_text(statement, 0);
	size_t len = (size_t)sqlite3_column_bytes(statement, 0);
	if (line == NULL)
		return fault_set(export->fault, DOING ": %s", sqlite3_errmsg(export->db));
	if (fwrite(line, 1, len, export->stream) != len || putc('\n', export->stream) == EOF)
		return fault_set(
			export->fault, "the export cannot be written: %s", strerror(errno));
	export->done++;
	if (export->progress != NULL && export->done % PROGRESS_LINES == 0)
		export->progress(export->context, export->done, export->whole);
	return true;
}

/* One line for each row that the statement gives. */
static bool write_lines(struct export *export, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int code = SQLITE_ERROR;
	bool well = sql != NULL &&
		    sqlite3_prepare_v2(export->db, sql, -1, &statement, NULL) == SQLITE_OK;
	while (well && (code = sqlite3_step(statement)) == SQLITE_ROW)
		well = write_line(export, statement);
	if (well && code != SQLITE_DONE)
		well = fault_set(export->fault, DOING ": %s", sqlite3_errmsg(export->db));
	else if (statement == NULL)
		fault_set(export->fault, DOING ": %s",
			sql != NULL ? sqlite3_errmsg(export->db) : "memory is out");
	sqlite3_finalize(statement);
	return well;
}

static bool count_lines(struct export *export, struct arena *arena)
{
	struct buf sql;
	buf_init(&sql, arena, SQL_MEMORY);
	buf_text(&sql, "SELECT 2"); /* the first and the last */
	for (size_t i = 0; i < KINDS_COUNT; i++)
		buf_printf(&sql, " + (SELECT count(*) FROM %s)", kinds_all[i].table);
	const char *text = buf_failed(&sql) ? NULL : arena_copy(arena, buf_view(&sql));
	if (text == NULL)
		return fault_set(export->fault, DOING ": memory is out");
	sqlite3_stmt *statement = whole_ask(export->db, text, DOING, export->fault);
	if (statement != NULL)
		export->whole = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return statement != NULL;
}

static bool write_all(struct export *export, struct arena *arena)
{
	/* All lines are of one moment. Nothing is written, so there is nothing to commit either. */
	bool well = whole_run(export->db, "BEGIN", DOING, export->fault) &&
		    count_lines(export, arena) && write_lines(export, kinds_head);
	for (size_t i = 0; i < KINDS_COUNT && well; i++)
		well = write_lines(export, kind_select(&kinds_all[i], arena));
	well = well && write_lines(export, kinds_end);
	if (well && fflush(export->stream) != 0)
		well = fault_set(
			export->fault, "the export cannot be written: %s", strerror(errno));
	return well;
}

bool store_export(const char *file, FILE *stream, store_progress *progress, void *context,
	struct fault *fault)
{
	struct connection *connection = whole_open(file, fault);
	if (connection == NULL)
		return false;
	struct arena arena;
	struct export export = {.db = connection->db,
		.stream = stream,
		.progress = progress,
		.context = context,
		.fault = fault};
	arena_init(&arena, SQL_MEMORY);
	bool well = write_all(&export, &arena);
	arena_end(&arena);
	connection_close(connection);
	return well;
}
