/*
 * A copy of the store's file, made while others write to it.
 */
#include "store/transfer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"
#include "store/copy.h"
#include "store/file.h"
#include "store/whole.h"

/* Copies into a file of the passing name that is there and empty. It is a file of one piece then:
 * without WAL, a reader needs nothing beside it. */
static bool fill(
	sqlite3 *from, const char *temporary, struct copy_progress progress, struct fault *fault)
{
	sqlite3 *to = NULL;
	bool well = sqlite3_open_v2(temporary, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    NULL) == SQLITE_OK ||
		    fault_set(fault, "%s", to != NULL ? sqlite3_errmsg(to) : "memory is out");
	well = well && copy_pages(from, to, progress, fault) &&
	       whole_run(to, "PRAGMA journal_mode = DELETE", "it cannot be written", fault) &&
	       copy_check(to, false, fault);
	if (sqlite3_close(to) != SQLITE_OK && well)
		well = fault_set(fault, "it cannot be closed");
	return well;
}

static bool sync_file(const char *path, struct fault *fault)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool well = fd >= 0 && fsync(fd) == 0;
	if (!well)
		fault_set(fault, "it cannot be synced: %s", strerror(errno));
	fd_close(&fd);
	return well;
}

static bool copy_to(
	sqlite3 *from, const char *copy, struct copy_progress progress, struct fault *fault)
{
	char temporary[PATH_MAX];
	struct fault why;
	const char *front = copy[0] == '/' ? "" : "./"; /* see store_path */
	int len =
		snprintf(temporary, sizeof(temporary), "%s%s.%ld.new", front, copy, (long)getpid());
	if (len < 0 || (size_t)len >= sizeof(temporary))
		return fault_set(fault, "the name is too long: %s", copy);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fault_set(fault, "cannot make %s: %s", temporary, strerror(errno));
	fd_close(&fd);
	if (fill(from, temporary, progress, &why) && sync_file(temporary, &why))
		return file_place(temporary, copy, fault);
	(void)unlink(temporary);
	return fault_set(fault, "the copy %s cannot be made: %s", copy, why.text);
}

/* Of an older version, too: whoever is about to start a newer program wants a copy before. */
static sqlite3 *open_store(const char *file, struct fault *fault)
{
	struct fault why;
	sqlite3 *db = NULL;
	int64_t version;
	char *path = store_path(file, fault);
	if (path == NULL)
		return NULL;
	bool well = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
			    SQLITE_OK &&
		    sqlite3_busy_timeout(db, CONNECTION_BUSY_MS) == SQLITE_OK;
	if (!well)
		fault_set(&why, "%s", db != NULL ? sqlite3_errmsg(db) : "memory is out");
	well = well && whole_is_ours(db, &version, &why);
	free(path);
	if (well)
		return db;
	fault_set(fault, "the store %s cannot be opened: %s", file, why.text);
	(void)sqlite3_close(db); /* nothing was written */
	return NULL;
}

bool store_backup(const char *file, const char *copy, store_progress *progress, void *context,
	struct fault *fault)
{
	if (access(copy, F_OK) == 0)
		return fault_set(fault, "%s is there already; name a file that is not", copy);
	sqlite3 *db = open_store(file, fault);
	if (db == NULL)
		return false;
	bool well = copy_to(db, copy, (struct copy_progress){progress, context}, fault);
	(void)sqlite3_close(db); /* nothing was written */
	return well;
}
