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
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/fd.h"
#include "store/copy.h"
#include "store/file.h"
#include "store/whole.h"

#define TEMPORARY ".kindling-new" /* behind the copy's own name */
#define CANNOT    "the copy %s cannot be made: %s"

static const char another[] = "another backup makes it at the same time";

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

/* Whoever makes a copy holds a lock on the passing file that SQLite's own do not touch. */
static bool is_being_made(const char *temporary)
{
	int fd = open(temporary, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	fd_close(&fd);
	return locked;
}

static int make_locked(const char *temporary)
{
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)flock(fd, LOCK_EX | LOCK_NB); /* not all file systems have it: see is_ours */
	return fd;
}

static bool take_away_beside(const char *temporary)
{
	static const char *const beside[] = {"-journal", "-wal", "-shm"};
	char name[PATH_MAX];
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		int len = snprintf(name, sizeof(name), "%s%s", temporary, beside[i]);
		if (len < 0 || (size_t)len >= sizeof(name)) {
			errno = ENAMETOOLONG;
			return false;
		}
		if (unlink(name) != 0 && errno != ENOENT)
			return false;
	}
	return true;
}

/* In place of what a backup that was killed has left, and of what SQLite writes beside a file: it
 * would take that for the new one's. A link is not followed. -1 with errno; EWOULDBLOCK: another
 * backup is at it. */
static int make_anew(const char *temporary)
{
	int fd = make_locked(temporary);
	if (fd < 0 && errno == EEXIST) {
		if (is_being_made(temporary)) {
			errno = EWOULDBLOCK;
			return -1;
		}
		if (unlink(temporary) == 0 || errno == ENOENT)
			fd = make_locked(temporary);
	}
	if (fd < 0 || take_away_beside(temporary))
		return fd;
	int error = errno;
	fd_close(&fd);
	(void)unlink(temporary);
	errno = error;
	return -1;
}

/* Whether the name is still that of the file that was made: where it could not be locked, another
 * backup that makes the same copy takes the name for its own. */
static bool is_ours(const char *temporary, int fd)
{
	struct stat named, made;
	return lstat(temporary, &named) == 0 && fstat(fd, &made) == 0 &&
	       named.st_dev == made.st_dev && named.st_ino == made.st_ino;
}

static bool copy_to(
	sqlite3 *from, const char *copy, struct copy_progress progress, struct fault *fault)
{
	char temporary[PATH_MAX];
	struct fault why;
	const char *front = copy[0] == '/' ? "" : "./"; /* see store_path */
	int len = snprintf(temporary, sizeof(temporary), "%s%s" TEMPORARY, front, copy);
	if (len < 0 || (size_t)len >= sizeof(temporary))
		return fault_set(fault, "the name is too long: %s", copy);
	int fd = make_anew(temporary);
	if (fd < 0 && errno == EWOULDBLOCK)
		return fault_set(fault, CANNOT, copy, another);
	if (fd < 0)
		return fault_set(fault, "cannot make %s: %s", temporary, strerror(errno));
	bool well = fill(from, temporary, progress, &why);
	if (well && fsync(fd) != 0)
		well = fault_set(&why, "it cannot be synced: %s", strerror(errno));
	bool ours = is_ours(temporary, fd);
	if (!ours)
		well = fault_set(&why, "%s", another);
	fd_close(&fd); /* no sooner: it would take SQLite's locks of the file along */
	if (well)
		return file_place(temporary, copy, fault);
	if (ours)
		(void)unlink(temporary);
	return fault_set(fault, CANNOT, copy, why.text);
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
