/*
 * One connection and its statements. SQLite's codes are turned into ours here and nowhere else.
 */
#include "store/connection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/migrations.h"

/* How many steps SQLite takes between two looks at the clock. Reading a page of the index takes
 * three of them, so this is some dozens of pages. */
#define STEPS_PER_LOOK 100

/* FULL: a commit is on the disk before it is acknowledged. The cache is small, as several
 * connections of several workers each have one, and the system caches the file anyway. What was
 * deleted is overwritten. The schema has to be trusted (as is the default, spelled out here), since
 * triggers write the words for the search. */
static const char settings[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA foreign_keys = ON;"
			       "PRAGMA cache_size = -512;"
			       "PRAGMA journal_size_limit = 4194304;"
			       "PRAGMA secure_delete = ON;"
			       "PRAGMA trusted_schema = ON;";

static const char *const statement_texts[STATEMENT_COUNT] = {
#define STATEMENT_TEXT(name, sql) [STATEMENT_##name] = (sql),
	STATEMENT_LIST(STATEMENT_TEXT)
#undef STATEMENT_TEXT
};

static const char *file_of(struct connection *connection)
{
	return sqlite3_db_filename(connection->db, "main");
}

/* The last connection that closes would move the log into the file, and remove it: never where
 * either may be another's, or hold what cannot be read. */
static void leave_files_alone(struct connection *connection)
{
	if (connection->db != NULL)
		(void)sqlite3_db_config(
			connection->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
}

struct connection *connection_open(const char *path, int patience, struct fault *fault)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL) {
		fault_set(fault, "memory is out");
		return NULL;
	}
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX; /* never CREATE: see store.c */
	if (sqlite3_open_v2(path, &connection->db, flags, NULL) != SQLITE_OK ||
		sqlite3_extended_result_codes(connection->db, 1) != SQLITE_OK ||
		sqlite3_busy_timeout(connection->db, patience) != SQLITE_OK ||
		sqlite3_exec(connection->db, settings, NULL, NULL, NULL) != SQLITE_OK) {
		fault_set(fault, "%s",
			connection->db != NULL ? sqlite3_errmsg(connection->db) : "memory is out");
		goto fail;
	}
	if (!rank_register(connection->db, &connection->rank, fault) ||
		!migrations_check(connection->db, fault) || !beside_fits(connection->db, fault))
		goto fail;
	beside_note(&connection->beside, file_of(connection));
	return connection;
fail:
	leave_files_alone(connection);
	connection_close(connection);
	return NULL;
}

void connection_close(struct connection *connection)
{
	for (size_t i = 0; i < STATEMENT_COUNT; i++)
		sqlite3_finalize(connection->statements[i]);
	sqlite3_close_v2(connection->db);
	free(connection);
}

static bool has_moved(struct connection *connection)
{
	int moved = 0;
	return sqlite3_file_control(connection->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) !=
		       SQLITE_OK ||
	       moved != 0;
}

bool connection_is_stale(struct connection *connection)
{
	struct fault why;
	return has_moved(connection) ||
	       beside_look(&connection->beside, file_of(connection)) != BESIDE_SAME ||
	       !beside_fits(connection->db, &why);
}

bool connection_only_reads(struct connection *connection)
{
	return sqlite3_db_readonly(connection->db, "main") == 1;
}

void connection_forsake(struct connection *connection)
{
	struct fault why;
	/* Only connections like this one can still read a log that nobody finds any more. */
	if (!has_moved(connection) &&
		beside_look(&connection->beside, file_of(connection)) == BESIDE_OTHER_LOG &&
		beside_fits(connection->db, &why))
		(void)sqlite3_wal_checkpoint_v2(
			connection->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	leave_files_alone(connection);
	connection_close(connection);
}

enum store_result connection_rest(struct connection *connection, const char *why)
{
	if (connection->fault.text[0] == '\0')
		fault_set(&connection->fault, "%s", why);
	return STORE_RESTING;
}

static int look_at_clock(void *argument)
{
	struct connection *connection = argument;
	connection->limit.over |= clock_monotonic_ms() >= connection->limit.until;
	return connection->limit.over;
}

void connection_limit_time(struct connection *connection, int most)
{
	connection->limit.until = clock_monotonic_ms() + most;
	connection->limit.over = false;
	sqlite3_progress_handler(connection->db, STEPS_PER_LOOK, look_at_clock, connection);
}

bool connection_unlimit_time(struct connection *connection)
{
	sqlite3_progress_handler(connection->db, 0, NULL, NULL);
	return connection->limit.over;
}

void query_open(struct query *query, struct connection *connection, enum statement which)
{
	*query = (struct query){.connection = connection};
	sqlite3_stmt **statement = &connection->statements[which];
	if (*statement == NULL)
		query->code = sqlite3_prepare_v3(connection->db, statement_texts[which], -1,
			SQLITE_PREPARE_PERSISTENT, statement, NULL);
	query->statement = *statement;
}

void query_bind_text(struct query *query, struct span text)
{
	if (query->code == SQLITE_OK)
		query->code = sqlite3_bind_text64(query->statement, ++query->bound,
			text.len > 0 ? text.ptr : "", text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void query_bind_blob(struct query *query, const void *bytes, size_t len)
{
	if (query->code == SQLITE_OK)
		query->code = sqlite3_bind_blob64(
			query->statement, ++query->bound, bytes, len, SQLITE_STATIC);
}

void query_bind_number(struct query *query, int64_t number)
{
	if (query->code == SQLITE_OK)
		query->code = sqlite3_bind_int64(query->statement, ++query->bound, number);
}

void query_bind_null(struct query *query)
{
	if (query->code == SQLITE_OK)
		query->code = sqlite3_bind_null(query->statement, ++query->bound);
}

enum store_result query_step(struct query *query)
{
	if (query->code == SQLITE_OK)
		query->code = sqlite3_step(query->statement);
	switch (query->code) {
	case SQLITE_ROW:
		query->code = SQLITE_OK;
		return STORE_OK;
	case SQLITE_DONE:
		return STORE_NONE;
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
		return STORE_TAKEN;
	case SQLITE_INTERRUPT: /* nobody else interrupts */
		return STORE_NONE;
	default:
		return connection_rest(query->connection, sqlite3_errmsg(query->connection->db));
	}
}

int64_t query_number(struct query *query, int column)
{
	return sqlite3_column_int64(query->statement, column);
}

bool query_is_null(struct query *query, int column)
{
	return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

static bool is_out_of_memory(struct query *query)
{
	connection_rest(query->connection, "a page did not fit into memory");
	return false;
}

bool query_view(struct query *query, int column, struct span *text)
{
	/* No column that is asked for here is ever NULL, so NULL means that memory is out. */
	const unsigned char *bytes = sqlite3_column_text(query->statement, column);
	if (bytes == NULL)
		return is_out_of_memory(query);
	size_t len = (size_t)sqlite3_column_bytes(query->statement, column);
	*text = (struct span){(const char *)bytes, len};
	return true;
}

bool query_text(struct query *query, int column, struct arena *arena, struct span *text)
{
	struct span view;
	if (!query_view(query, column, &view))
		return false;
	const char *copy = arena_copy(arena, view);
	if (copy == NULL)
		return is_out_of_memory(query);
	*text = (struct span){copy, view.len};
	return true;
}

bool query_text_or_empty(struct query *query, int column, struct arena *arena, struct span *text)
{
	*text = (struct span){0};
	return query_is_null(query, column) || query_text(query, column, arena, text);
}

bool query_blob(struct query *query, int column, void *out, size_t size)
{
	const void *bytes = sqlite3_column_blob(query->statement, column);
	if (bytes == NULL || (size_t)sqlite3_column_bytes(query->statement, column) != size) {
		connection_rest(query->connection, "a row holds what it cannot hold");
		return false;
	}
	memcpy(out, bytes, size);
	return true;
}

void query_close(struct query *query)
{
	if (query->statement == NULL)
		return;
	/* Reset repeats the code of the last step, which query_step has told already. */
	(void)sqlite3_reset(query->statement);
	(void)sqlite3_clear_bindings(query->statement);
}

enum store_result query_finish(struct query *query)
{
	enum store_result result = query_step(query);
	query_close(query);
	return result == STORE_NONE ? STORE_OK : result;
}

enum store_result query_finish_change(struct query *query)
{
	enum store_result result = query_finish(query);
	bool changed = sqlite3_changes(query->connection->db) > 0;
	return result == STORE_OK && !changed ? STORE_NONE : result;
}
