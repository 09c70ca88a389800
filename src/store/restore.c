/*
 * A copy put back in the place of all that the store holds.
 */
#include "store/transfer.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/copy.h"
#include "store/file.h"
#include "store/look.h"
#include "store/migrations.h"
#include "store/whole.h"

/* No pragma looks into the search's indexes. What they hold can be made again. */
static bool mend_words(sqlite3 *db, struct fault *fault)
{
	static const char sound[] =
		"INSERT INTO comment_words (comment_words) VALUES ('integrity-check');"
		"INSERT INTO post_words (post_words) VALUES ('integrity-check')";
	static const char again[] =
		"INSERT INTO comment_words (comment_words) VALUES ('delete-all');"
		"INSERT INTO comment_words (rowid, text, capsule)"
		" SELECT id, text, capsule FROM comments WHERE state = 0;"
		"INSERT INTO post_words (post_words) VALUES ('rebuild')";
	return sqlite3_exec(db, sound, NULL, NULL, NULL) == SQLITE_OK ||
	       whole_run(db, again, "the index of its search is damaged", fault);
}

/* The copy is brought up to date, and its search mended, in a passing file that SQLite makes and
 * forgets: the copy stays as it is, and the store goes from what it held to the whole of what it
 * will hold. */
static sqlite3 *stage(sqlite3 *copy, struct fault *fault)
{
	sqlite3 *staged = NULL;
	bool well =
		sqlite3_open_v2("", &staged,
			SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			NULL) == SQLITE_OK ||
		fault_set(fault, "%s", staged != NULL ? sqlite3_errmsg(staged) : "memory is out");
	if (well && copy_pages(copy, staged, (struct copy_progress){0}, fault) &&
		migrations_run(staged, fault) && mend_words(staged, fault))
		return staged;
	(void)sqlite3_close(staged); /* nobody will miss it */
	return NULL;
}

/* What SQLite has not put into the file yet stands beside it, and cannot be read without making
 * another file there: without its companion look_open goes without it. */
static bool is_one_file(const char *copy, struct fault *fault)
{
	char wal[PATH_MAX], shm[PATH_MAX];
	struct stat info;
	int len = snprintf(wal, sizeof(wal), "%s-wal", copy);
	if (len < 0 || (size_t)len >= sizeof(wal))
		return fault_set(fault, "the name is too long: %s", copy);
	(void)snprintf(shm, sizeof(shm), "%s-shm", copy);
	if (stat(wal, &info) != 0 || info.st_size == 0 || access(shm, F_OK) == 0)
		return true;
	return fault_set(fault,
		"%s was copied by hand: the latest of it stands in %s; make one file of both with "
		"kindling backup --store sqlite:%s, and restore that; nothing was restored",
		copy, wal, copy);
}

static bool put_in_place(
	sqlite3 *from, const char *file, struct copy_progress progress, struct fault *fault)
{
	struct fault why;
	if (!store_prepare(file, &why))
		return fault_set(fault,
			"%s; where the store itself is damaged, or newer than this program, move "
			"it away, with the files beside it that end in -wal and -shm, and restore "
			"again",
			why.text);
	struct connection *connection = whole_open(file, fault);
	if (connection == NULL)
		return false;
	bool well = copy_pages(from, connection->db, progress, &why) ||
		    fault_set(fault, "the store %s cannot be written: %s; it is as it was", file,
			    why.text);
	connection_close(connection);
	return well;
}

bool store_restore(const char *file, const char *copy, store_progress *progress, void *context,
	struct fault *fault)
{
	struct fault why;
	int64_t version = 0;
	sqlite3 *staged = NULL;
	struct stat info;
	if (stat(copy, &info) != 0 || access(copy, R_OK) != 0)
		return fault_set(fault, "cannot read %s: %s", copy, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return fault_set(fault, "%s is not a regular file", copy);
	if (!is_one_file(copy, fault))
		return false;
	sqlite3 *db = look_open(copy, &why);
	bool well = db != NULL && whole_is_ours(db, &version, &why) && copy_check(db, true, &why);
	if (well)
		staged = stage(db, &why);
	well = staged != NULL ? put_in_place(staged, file,
					(struct copy_progress){progress, context}, fault)
			      : fault_set(fault, "%s: %s; nothing was restored", copy, why.text);
	(void)sqlite3_close(staged); /* nothing was written that closing could lose */
	(void)sqlite3_close(db);
	return well;
}
