/*
 * What a daemon keeps.
 */
#include "kept.h"

#include <sqlite3.h>

#include "wire.h"

/* All rows of a table, but for when somebody was last here. */
static void dump_table(sqlite3 *db, const char *table, FILE *out)
{
	static const char *const passing[] = {"looked", "looked_before", "used"};
	sqlite3_stmt *statement;
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		fprintf(out, "%s", table);
		for (int i = 0; i < sqlite3_column_count(statement); i++) {
			const char *name = sqlite3_column_name(statement, i);
			const void *bytes = sqlite3_column_blob(statement, i);
			int length = sqlite3_column_bytes(statement, i);
			bool kept = true;

			for (size_t j = 0; j < COUNT(passing); j++)
				kept = kept && strcmp(name, passing[j]) != 0;
			fprintf(out, " %s=", name);
			for (int j = 0; kept && j < length; j++)
				fprintf(out, "%02x", ((const unsigned char *)bytes)[j]);
		}
		fputc('\n', out);
	}
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
}

char *kept_in_store(const struct daemon *daemon)
{
	static const char tables[] = "SELECT name FROM sqlite_master WHERE type = 'table'"
				     " AND name NOT LIKE '%_words%' ORDER BY name";
	char path[DAEMON_PATH_SIZE], *text = NULL;
	size_t length;
	sqlite3 *db;
	sqlite3_stmt *statement;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	daemon_path(daemon, "store.db", path);
	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, tables, -1, &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW)
		dump_table(db, (const char *)sqlite3_column_text(statement, 0), out);
	assert_int_equal(sqlite3_finalize(statement), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	assert_int_equal(fclose(out), 0);
	return text;
}
