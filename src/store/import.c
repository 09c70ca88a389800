/*
 * Reading JSON lines back into a store, all of them or none.
 *
 * A line is put into its table by SQLite, which sees to types, keys and references. Then the row is
 * written as a line again: what does not come out as it went in was not a line of an export.
 */
#include "store/transfer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/file.h"
#include "store/kinds.h"
#include "store/lines.h"
#include "store/tree.h"
#include "store/whole.h"

#define PROGRESS_LINES 1000
#define READING        "it cannot be read"
#define WRITING        "it cannot be written"
#define SQL_MEMORY     ((size_t)1 << 20)

struct import {
	struct connection *connection;
	struct lines lines;
	sqlite3_stmt *inserts[KINDS_COUNT], *looks[KINDS_COUNT];
	char *head;   /* the first line, from malloc */
	bool ended;   /* the last one was read */
	bool by_line; /* the fault is about a line */
	int64_t whole;
	struct fault *fault; /* without the line's number */
};

static bool check_row(struct import *import, sqlite3_stmt *look)
{
	if (!lines_bind(&import->lines, look))
		return lines_fail_in_store(&import->lines);
	int code = sqlite3_step(look);
	if (code == SQLITE_DONE)
		return fault_set(import->fault, "its id is missing, or not as an export writes it");
	if (code != SQLITE_ROW)
		return lines_fail_in_store(&import->lines);
	const char *json = (const char *)sqlite3_column_text(look, 0);
	struct span row = {json, (size_t)sqlite3_column_bytes(look, 0)};
	const char *wrong = (const char *)sqlite3_column_text(look, 1);
	bool well = false;
	if (json == NULL)
		lines_fail_in_store(&import->lines);
	else if (wrong != NULL)
		fault_set(import->fault, "%s", wrong);
	else
		well = lines_check_same(&import->lines, row);
	(void)sqlite3_reset(look);
	return well;
}

static bool refuse_row(struct import *import)
{
	switch (sqlite3_extended_errcode(import->connection->db)) {
	case SQLITE_CONSTRAINT_FOREIGNKEY:
		return fault_set(import->fault, "it speaks of something that no line above it is");
	case SQLITE_CONSTRAINT_UNIQUE:
	case SQLITE_CONSTRAINT_PRIMARYKEY:
	case SQLITE_CONSTRAINT_ROWID:
		return fault_set(import->fault, "a line above it is the same thing");
	case SQLITE_CONSTRAINT_NOTNULL:
	case SQLITE_CONSTRAINT_CHECK:
	case SQLITE_CONSTRAINT_DATATYPE:
	case SQLITE_MISMATCH:
		return fault_set(import->fault,
			"a field is missing, or not as an export writes it (%s)",
			sqlite3_errmsg(import->connection->db));
	default:
		return lines_fail_in_store(&import->lines);
	}
}

static bool take_row(struct import *import, size_t kind)
{
	sqlite3_stmt *insert = import->inserts[kind];
	if (!lines_bind(&import->lines, insert))
		return lines_fail_in_store(&import->lines);
	if (sqlite3_step(insert) != SQLITE_DONE) {
		bool told = refuse_row(import);
		(void)sqlite3_reset(insert); /* repeats the code of the step */
		return told;
	}
	int64_t id = sqlite3_last_insert_rowid(import->connection->db);
	if (!check_row(import, import->looks[kind]))
		return false;
	return !kinds_all[kind].is_placed || tree_place(import->connection, id) == STORE_OK ||
	       fault_set(import->fault, "the store cannot be written: %s",
		       import->connection->fault.text);
}

static bool take_head(struct import *import, const char *kind)
{
	static const char version[] =
		"SELECT 'it is an export of another version than " KINDS_VERSION
		", which is the one that this program reads'"
		" WHERE json_extract(?1, '$.version') IS NOT " KINDS_VERSION;
	if (strcmp(kind, "kindling") != 0)
		return fault_set(import->fault, "this is not an export of kindling");
	if (!lines_ask(&import->lines, version))
		return false;
	import->head = strndup(import->lines.line.ptr, import->lines.line.len);
	return import->head != NULL || fault_set(import->fault, "memory is out");
}

static bool take_kind(struct import *import, const char *kind)
{
	if (import->head == NULL)
		return take_head(import, kind);
	if (import->ended)
		return fault_set(import->fault, "it stands behind the end");
	if (strcmp(kind, "end") == 0) {
		import->ended = true;
		return lines_check_same(&import->lines, SPAN_LIT("{\"kind\":\"end\"}"));
	}
	for (size_t i = 0; i < KINDS_COUNT; i++)
		if (strcmp(kind, kinds_all[i].name) == 0)
			return take_row(import, i);
	return fault_set(import->fault, "its kind \"%.40s\" is not known", kind);
}

static bool take_lines(struct import *import, store_progress *progress, void *context)
{
	struct lines *lines = &import->lines;
	while (lines_next(lines)) {
		if (!take_kind(import, lines->kind))
			return false;
		if (progress != NULL && lines->number % PROGRESS_LINES == 0)
			progress(context, lines->done, import->whole);
	}
	if (import->fault->text[0] != '\0')
		return false;
	if (!import->ended)
		return fault_set(
			import->fault, "the export's last line is missing: it was cut off");
	return true;
}

#define NAME_OF(table)   ", '" #table "'"
#define SEQUENCE_NAMES   "(''" KINDS_SEQUENCES(NAME_OF) ")"
#define NUMBER_OF(table) ", ('" #table "', json_extract(?1, '$." #table "'))"
#define NUMBERS          "(VALUES (NULL, 0)" KINDS_SEQUENCES(NUMBER_OF) ")"

/* No id is ever given twice, by the store that was exported or by this one. */
static bool set_sequences(struct import *import)
{
	static const char wrong[] =
		"WITH head (name, number) AS " NUMBERS
		" SELECT 'its field \"' || name || '\" is no id, or less than one that was given'"
		" FROM head LEFT JOIN sqlite_sequence AS given USING (name)"
		" WHERE NOT ifnull(number BETWEEN ifnull(given.seq, 0) AND 4611686018427387903, 0)";
	static const char set[] =
		"WITH head (name, number) AS " NUMBERS " INSERT INTO sqlite_sequence (name, seq)"
		" SELECT name, number FROM head WHERE number > 0";
	sqlite3 *db = import->connection->db;
	import->lines.number = 1;
	import->lines.line = span_of(import->head);
	if (!lines_ask(&import->lines, wrong) ||
		!whole_run(db, "DELETE FROM sqlite_sequence WHERE name IN " SEQUENCE_NAMES, WRITING,
			import->fault) ||
		!lines_ask(&import->lines, set))
		return false;
	sqlite3_stmt *now = whole_ask(db, kinds_head, READING, import->fault);
	if (now == NULL)
		return false;
	bool well = lines_check_same(
		&import->lines, (struct span){(const char *)sqlite3_column_text(now, 0),
					(size_t)sqlite3_column_bytes(now, 0)});
	sqlite3_finalize(now);
	return well;
}

/* What a store without people may hold can be made again: what search knows of posts, and codes
 * that nobody has used. */
static bool clear(struct import *import)
{
	static const char sql[] = "DELETE FROM posts; DELETE FROM codes; DELETE FROM reveals;"
				  "DELETE FROM retired_names; DELETE FROM threads;"
				  "DELETE FROM capsules;"
				  "DELETE FROM sqlite_sequence WHERE name IN " SEQUENCE_NAMES ";";
	static const char ask[] = "SELECT EXISTS (SELECT 1 FROM people) OR EXISTS (SELECT 1 FROM"
				  " comments) OR EXISTS (SELECT 1 FROM actions)";
	sqlite3 *db = import->connection->db;
	sqlite3_stmt *statement = whole_ask(db, ask, READING, import->fault);
	if (statement == NULL)
		return false;
	bool is_empty = sqlite3_column_int(statement, 0) == 0;
	sqlite3_finalize(statement);
	if (!is_empty)
		return fault_set(import->fault,
			"it holds people, comments or a log already; import into a new one");
	return whole_run(db, sql, WRITING, import->fault);
}

static bool prepare(struct import *import, struct arena *arena)
{
	sqlite3 *db = import->connection->db;
	bool well = kinds_prepare(db);
	for (size_t i = 0; i < KINDS_COUNT && well; i++) {
		const char *insert = kind_insert(&kinds_all[i], arena);
		const char *look = kind_look(&kinds_all[i], arena);
		well = insert != NULL && look != NULL &&
		       sqlite3_prepare_v2(db, insert, -1, &import->inserts[i], NULL) == SQLITE_OK &&
		       sqlite3_prepare_v2(db, look, -1, &import->looks[i], NULL) == SQLITE_OK;
	}
	return well || lines_fail_in_store(&import->lines);
}

static void end(struct import *import)
{
	for (size_t i = 0; i < KINDS_COUNT; i++) {
		sqlite3_finalize(import->inserts[i]);
		sqlite3_finalize(import->looks[i]);
	}
	lines_end(&import->lines);
	free(import->head);
	connection_close(import->connection); /* what is not committed is as if it never was */
}

static bool take_all(struct import *import, FILE *stream, store_progress *progress, void *context)
{
	sqlite3 *db = import->connection->db;
	struct arena arena;
	arena_init(&arena, SQL_MEMORY);
	bool well = lines_begin(&import->lines, db, stream, import->fault) &&
		    whole_run(db, "PRAGMA cache_size = -32768", WRITING, import->fault) &&
		    whole_run(db, "BEGIN IMMEDIATE", WRITING, import->fault) &&
		    prepare(import, &arena) && clear(import);
	import->by_line = well;
	well = well && take_lines(import, progress, context) && set_sequences(import);
	if (well) {
		import->by_line = false;
		well = whole_run(db, "COMMIT", WRITING, import->fault);
	}
	arena_end(&arena);
	return well;
}

bool store_import(const char *file, FILE *stream, store_progress *progress, void *context,
	struct fault *fault)
{
	struct fault why;
	struct stat info;
	if (!store_prepare(file, fault))
		return false;
	struct import import = {.connection = whole_open(file, fault), .fault = &why};
	if (import.connection == NULL)
		return false;
	if (fstat(fileno(stream), &info) == 0 && S_ISREG(info.st_mode))
		import.whole = info.st_size;
	bool well = take_all(&import, stream, progress, context);
	if (!well && import.by_line)
		fault_set(fault, "line %lld: %s; nothing was imported", import.lines.number,
			why.text);
	else if (!well)
		fault_set(fault, "the store %s: %s; nothing was imported", file, why.text);
	end(&import);
	return well;
}
