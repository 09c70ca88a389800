/*
 * The files of the store themselves in trouble while it is used: damaged, garbled, removed. Pages
 * are served all the same, what was acknowledged is not lost with what is left of them, and the
 * service returns by itself.
 */
#include "trouble.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* More than there are connections of all workers: each may have to find out by itself. */
#define TRIES 60

static void say_some(void)
{
	for (int i = 0; i < 5; i++)
		assert_int_equal(say(), 30);
}

static int start(void **state)
{
	said_count = 0;
	trouble_start(state);
	say_some();
	return 0;
}

static int open_part(const char *name, int flags)
{
	char path[DAEMON_PATH_SIZE];
	int fd = open(daemon_path(&server, name, path), flags | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* Writes over a stretch of a file in place, or what was there back; what was there is kept. */
static void overwrite(const char *name, off_t from, char *bytes, size_t length)
{
	int fd = open_part(name, O_RDWR);
	char *before = malloc(length);

	assert_non_null(before);
	assert_int_equal(pread(fd, before, length, from), length);
	assert_int_equal(pwrite(fd, bytes, length, from), length);
	close(fd);
	memcpy(bytes, before, length);
	free(before);
}

static off_t size_of(const char *name)
{
	char path[DAEMON_PATH_SIZE];
	struct stat info;

	assert_int_equal(stat(daemon_path(&server, name, path), &info), 0);
	return info.st_size;
}

/* Moves all of the log into the file, so that damage to the file is not hidden by the log. */
static void empty_log(void)
{
	sqlite3 *database = open_store();

	assert_int_equal(
		sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void serve_some(void)
{
	for (int i = 0; i < 6; i++) {
		expect_pages();
		say();
	}
}

static void garbage_and_back(const char *name, off_t from, size_t length)
{
	char *bytes = malloc(length);

	assert_non_null(bytes);
	memset(bytes, 0x5a, length);
	overwrite(name, from, bytes, length);
	serve_some();
	overwrite(name, from, bytes, length);
	free(bytes);
	expect_return(TRIES);
	expect_pages();
	expect_all_that_was_said();
}

static void head_of_file(void **state)
{
	(void)state;
	empty_log();
	garbage_and_back("store.db", 0, 100);
	expect_all_after_a_crash();
}

/* Every page but the first, where SQLite looks before each transaction. */
static void middle_of_file(void **state)
{
	off_t size;

	(void)state;
	empty_log();
	size = size_of("store.db");
	garbage_and_back("store.db", 4096, (size_t)size - 4096);
	expect_all_after_a_crash();
}

/* What only the log held is gone with it; all else is there. */
static void log_garbled(void **state)
{
	unsigned in_file;
	size_t length;
	char *garbage;

	(void)state;
	empty_log();
	in_file = said_count;
	say_some();
	memset(said + in_file, 0, said_count - in_file);
	length = (size_t)size_of("store.db-wal");
	assert_true(length > 4096);
	garbage = malloc(length);
	assert_non_null(garbage);
	memset(garbage, 0x5a, length);
	overwrite("store.db-wal", 0, garbage, length);
	free(garbage);
	serve_some();
	expect_return(TRIES);
	say_some();
	expect_all_that_was_said();
	expect_all_after_a_crash();
}

static void log_removed(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	say_some();
	assert_int_equal(unlink(daemon_path(&server, "store.db-wal", path)), 0);
	serve_some();
	expect_return(TRIES);
	say_some();
	expect_all_that_was_said();
	expect_all_after_a_crash();
}

static void log_replaced(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	say_some();
	assert_int_equal(unlink(daemon_path(&server, "store.db-wal", path)), 0);
	daemon_write_text(&server, "store.db-wal", "This is no log.");
	serve_some();
	expect_return(TRIES);
	say_some();
	expect_all_that_was_said();
	expect_all_after_a_crash();
}

static void index_removed(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	say_some();
	assert_int_equal(unlink(daemon_path(&server, "store.db-shm", path)), 0);
	serve_some();
	expect_return(TRIES);
	say_some();
	expect_all_that_was_said();
	expect_all_after_a_crash();
}

static void both_removed(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	/* What only the log holds would be lost with it, whatever anybody does. */
	empty_log();
	assert_int_equal(unlink(daemon_path(&server, "store.db-wal", path)), 0);
	assert_int_equal(unlink(daemon_path(&server, "store.db-shm", path)), 0);
	serve_some();
	expect_return(TRIES);
	say_some();
	expect_all_that_was_said();
	daemon_stop(&server);
	assert_store_is_sound(&server);
	daemon_start(&server);
	expect_all_that_was_said();
}

/* Put away and back, all of it: a store that is not there takes nothing. */
static void all_moved(void **state)
{
	static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm"};
	char from[DAEMON_PATH_SIZE], to[DAEMON_PATH_SIZE];

	(void)state;
	for (int back = 0; back < 2; back++) {
		for (size_t i = 0; i < COUNT(names); i++) {
			char away[64];

			snprintf(away, sizeof(away), "away-%s", names[i]);
			daemon_path(&server, back ? away : names[i], from);
			daemon_path(&server, back ? names[i] : away, to);
			assert_int_equal(rename(from, to), 0);
		}
		if (!back) {
			expect_pages();
			for (int i = 0; i < 6; i++)
				assert_int_equal(say(), 41);
		}
	}
	expect_return(TRIES);
	expect_all_that_was_said();
	expect_all_after_a_crash();
}

/* As it stops, each process in its own order: nothing of a log that is gone is lost. */
static void log_removed_before_the_stop(void **state)
{
	char path[DAEMON_PATH_SIZE];

	(void)state;
	say_some();
	assert_int_equal(unlink(daemon_path(&server, "store.db-wal", path)), 0);
	daemon_stop(&server);
	assert_store_is_sound(&server);
	daemon_start(&server);
	expect_all_that_was_said();
}

#define DAMAGED(words, function)                                                                   \
	{                                                                                          \
		words, function, start, trouble_end, NULL                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DAMAGED("the head of the file garbled, and put back", head_of_file),
		DAMAGED("the rest of the file garbled, and put back", middle_of_file),
		DAMAGED("the log garbled: what is in the file is there", log_garbled),
		DAMAGED("the log removed: nothing is lost, and it returns by itself", log_removed),
		DAMAGED("the log replaced: the same", log_replaced),
		DAMAGED("the index removed: the same", index_removed),
		DAMAGED("the log and its index removed: the same", both_removed),
		DAMAGED("everything put away: 41, until it is put back", all_moved),
		DAMAGED("the log removed, and then a stop: nothing is lost",
			log_removed_before_the_stop),
	};

	return cmocka_run_group_tests_name("damage", tests, NULL, NULL);
}
