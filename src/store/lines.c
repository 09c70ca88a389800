/*
 * The lines of an export that is being imported. SQLite reads the JSON; what it would read
 * differently from how it was written is refused.
 */
#include "store/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text/unicode.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

static const char *const questions[LINES_QUESTIONS] = {
	[LINES_KIND] = "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = 'object' END,"
		       " CASE WHEN json_valid(?1) THEN json_extract(?1, '$.kind') END",
	/* The first field of ?2 that ?1 has not or another value of; then one that ?1 has too many.
	 */
	[LINES_DIFFERENCE] =
		"SELECT key FROM json_each(?2) AS wanted WHERE NOT EXISTS (SELECT 1 FROM"
		" json_each(?1) AS given WHERE given.key = wanted.key"
		" AND given.type = wanted.type AND given.atom IS wanted.atom)"
		" UNION ALL SELECT key FROM json_each(?1) WHERE key NOT IN"
		" (SELECT key FROM json_each(?2))"
		" UNION ALL SELECT key FROM json_each(?1) GROUP BY key HAVING count(*) > 1"
		" LIMIT 1",
};

bool lines_fail_in_store(struct lines *lines)
{
	return fault_set(lines->fault, "the store cannot take it: %s", sqlite3_errmsg(lines->db));
}

bool lines_begin(struct lines *lines, sqlite3 *db, FILE *stream, struct fault *fault)
{
	*lines = (struct lines){.db = db, .stream = stream, .fault = fault};
	lines->bytes = malloc(LINE_MAX_BYTES);
	if (lines->bytes == NULL)
		return fault_set(fault, "memory is out");
	for (size_t i = 0; i < LINES_QUESTIONS; i++)
		if (sqlite3_prepare_v2(db, questions[i], -1, &lines->questions[i], NULL) !=
			SQLITE_OK)
			return lines_fail_in_store(lines);
	return true;
}

void lines_end(struct lines *lines)
{
	for (size_t i = 0; i < LINES_QUESTIONS; i++)
		sqlite3_finalize(lines->questions[i]);
	free(lines->bytes);
}

static bool read_line(struct lines *lines)
{
	size_t len = 0;
	int byte;
	lines->number++;
	lines->fault->text[0] = '\0';
	while ((byte = getc(lines->stream)) != EOF && byte != '\n') {
		if (len == LINE_MAX_BYTES)
			return fault_set(lines->fault, "it is longer than a line can be");
		lines->bytes[len++] = (char)byte;
	}
	if (ferror(lines->stream))
		return fault_set(lines->fault, "it cannot be read: %s", strerror(errno));
	lines->line = (struct span){lines->bytes, len};
	lines->done += (int64_t)len + 1;
	return byte != EOF || len > 0;
}

/* Whether a string of the line holds a NUL, which SQLite takes for its end. */
static bool holds_nul(struct span line)
{
	bool escaped = false;
	for (size_t i = 0; i < line.len; i++) {
		escaped = line.ptr[i] == '\\' && !escaped;
		if (line.ptr[i] == '\0' ||
			(escaped && span_starts_with(span_skip(line, i), SPAN_LIT("\\u0000"))))
			return true;
	}
	return false;
}

bool lines_bind(struct lines *lines, sqlite3_stmt *statement)
{
	(void)sqlite3_reset(statement); /* repeats the code of its last step */
	return sqlite3_bind_text64(statement, 1, lines->line.ptr, lines->line.len, SQLITE_STATIC,
		       SQLITE_UTF8) == SQLITE_OK;
}

static bool read_kind(struct lines *lines)
{
	sqlite3_stmt *question = lines->questions[LINES_KIND];
	if (!lines_bind(lines, question) || sqlite3_step(question) != SQLITE_ROW)
		return lines_fail_in_store(lines);
	if (sqlite3_column_int(question, 0) != 1)
		return fault_set(lines->fault, "it is not a JSON object");
	lines->kind = (const char *)sqlite3_column_text(question, 1);
	return lines->kind != NULL || fault_set(lines->fault, "it has no kind");
}

bool lines_next(struct lines *lines)
{
	if (!read_line(lines))
		return false;
	if (!unicode_is_valid(lines->line))
		return fault_set(lines->fault, "it is not UTF-8");
	if (holds_nul(lines->line))
		return fault_set(lines->fault, "it holds a NUL");
	return read_kind(lines);
}

bool lines_ask(struct lines *lines, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	bool ready = sqlite3_prepare_v2(lines->db, sql, -1, &statement, NULL) == SQLITE_OK &&
		     lines_bind(lines, statement);
	int code = ready ? sqlite3_step(statement) : SQLITE_ERROR;
	if (code == SQLITE_ROW)
		fault_set(lines->fault, "%s", (const char *)sqlite3_column_text(statement, 0));
	else if (code != SQLITE_DONE)
		lines_fail_in_store(lines);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE;
}

bool lines_check_same(struct lines *lines, struct span json)
{
	sqlite3_stmt *question = lines->questions[LINES_DIFFERENCE];
	if (span_equal(lines->line, json))
		return true;
	if (!unicode_is_valid(json))
		return fault_set(lines->fault, "it holds half of a pair of surrogates");
	if (!lines_bind(lines, question) || sqlite3_bind_text64(question, 2, json.ptr, json.len,
						    SQLITE_TRANSIENT, SQLITE_UTF8) != SQLITE_OK)
		return lines_fail_in_store(lines);
	int code = sqlite3_step(question);
	if (code == SQLITE_ROW)
		fault_set(lines->fault,
			"its field \"%.40s\" is missing, one too many, or not as an export writes "
			"it",
			(const char *)sqlite3_column_text(question, 0));
	else if (code != SQLITE_DONE)
		lines_fail_in_store(lines);
	return code == SQLITE_DONE;
}
