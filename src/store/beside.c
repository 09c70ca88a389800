/*
 * The two files beside SQLite's own. Their formats: https://sqlite.org/walformat.html
 */
#include "store/beside.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define INDEX_REGION 32768 /* in which pieces it is mapped */
#define INDEX_HEAD   48    /* its first header: the frames of the log at 16, its salts at 32 */
#define LOG_HEAD     24    /* up to the end of its salts, at 16 */
#define SALTS        8
#define TRIES        100

static bool look_at(const char *path, const char *end, struct stat *info)
{
	char whole[PATH_MAX];
	int len = snprintf(whole, sizeof(whole), "%s%s", path, end);
	return len > 0 && (size_t)len < sizeof(whole) && stat(whole, info) == 0;
}

void beside_note(struct beside *beside, const char *path)
{
	struct stat info;
	*beside = (struct beside){0};
	if (look_at(path, "-wal", &info)) {
		beside->log.device = info.st_dev;
		beside->log.number = info.st_ino;
	}
	if (look_at(path, "-shm", &info)) {
		beside->index.device = info.st_dev;
		beside->index.number = info.st_ino;
	}
}

enum beside_state beside_look(const struct beside *beside, const char *path)
{
	struct beside now;
	beside_note(&now, path);
	if (now.index.device != beside->index.device || now.index.number != beside->index.number)
		return BESIDE_OTHER_INDEX;
	if (now.log.device != beside->log.device || now.log.number != beside->log.number)
		return BESIDE_OTHER_LOG;
	return BESIDE_SAME;
}

static void copy_from(void volatile *index, unsigned char head[INDEX_HEAD])
{
	const unsigned char volatile *bytes = index;
	for (int i = 0; i < INDEX_HEAD; i++)
		head[i] = bytes[i];
}

static sqlite3_file *file_of(sqlite3 *db, int which)
{
	sqlite3_file *file = NULL;
	return sqlite3_file_control(db, "main", which, (void *)&file) == SQLITE_OK &&
			       file != NULL && file->pMethods != NULL
		       ? file
		       : NULL;
}

/* Both are looked at through the connection: to open and close the index once more would give up
 * the locks that this process holds on it. Frames are in the index after the log's head is in the
 * log, so a log that is begun anew between the two looks shows in the index. */
bool beside_fits(sqlite3 *db, struct fault *fault)
{
	static const unsigned char no_frames[4];
	unsigned char before[INDEX_HEAD], after[INDEX_HEAD], head[LOG_HEAD] = {0};
	sqlite3_file *file = file_of(db, SQLITE_FCNTL_FILE_POINTER);
	sqlite3_file *log = file_of(db, SQLITE_FCNTL_JOURNAL_POINTER);
	void volatile *index = NULL;
	if (file == NULL || log == NULL || file->pMethods->iVersion < 2 ||
		file->pMethods->xShmMap(file, 0, INDEX_REGION, 0, &index) != SQLITE_OK ||
		index == NULL)
		return true; /* not shared with anybody */
	for (int i = 0; i < TRIES; i++) {
		copy_from(index, before);
		/* What is not there reads as zeros. */
		(void)log->pMethods->xRead(log, head, sizeof(head), 0);
		copy_from(index, after);
		if (memcmp(before + 16, no_frames, sizeof(no_frames)) == 0 ||
			memcmp(before + 32, head + 16, SALTS) == 0)
			return true;
		if (memcmp(before, after, sizeof(before)) == 0)
			break;
	}
	return fault_set(
		fault, "its file ending in -wal was removed or replaced while it was in use");
}
