/*
 * The store in trouble: pages are served all the same, comments get 41 with a sentence, nothing
 * acknowledged is lost, and service returns by itself.
 */
#include "trouble.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static int start(void **state)
{
	/* A limit on file sizes would end the program; a full disk does not. */
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	sigaction(SIGXFSZ, &ignore, NULL);
	trouble_start(state);
	reader_comment(&server, &writer, ESSAY, "Before any trouble.");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	if (server.pid > 0)
		daemon_end(&server);
	person_end(&writer);
	return 0;
}

static void expect_resting(const char *text)
{
	struct answer answer = reader_send(&server, &writer, ESSAY, text);

	assert_answer(&answer, 41, text);
	/* A sentence and not just a word. */
	assert_true(strchr(answer.meta, ' ') != NULL);
	answer_free(&answer);
}

static void expect_in_thread(const char *text, size_t times)
{
	char *thread = read_pages(&server, "/comments/on/" ESSAY "/", "?after=");

	assert_int_equal(count_of(thread, text), times);
	free(thread);
}

static void locked(void **state)
{
	sqlite3 *database = open_store();

	(void)state;
	assert_int_equal(sqlite3_exec(database, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
	expect_pages();
	expect_resting("While it is locked.");
	expect_pages();
	assert_int_equal(sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	reader_comment(&server, &writer, ESSAY, "After the lock.");
	expect_in_thread("Before any trouble.", 1);
	expect_in_thread("While it is locked.", 0);
	expect_in_thread("After the lock.", 1);
}

/* Bounds the files of every process of the server; RLIM_INFINITY lifts that. */
static void limit_files(rlim_t size)
{
	pid_t processes[3];
	struct rlimit limit;

	daemon_workers(&server, processes, 2);
	processes[2] = server.pid;
	for (size_t i = 0; i < COUNT(processes); i++) {
		assert_int_equal(prlimit(processes[i], RLIMIT_FSIZE, NULL, &limit), 0);
		limit.rlim_cur = size;
		assert_int_equal(prlimit(processes[i], RLIMIT_FSIZE, &limit, NULL), 0);
	}
}

static void full(void **state)
{
	(void)state;
	limit_files(1);
	expect_pages();
	expect_resting("While there is no room.");
	expect_pages();
	limit_files(RLIM_INFINITY);
	reader_comment(&server, &writer, ESSAY, "With room again.");
	expect_in_thread("Before any trouble.", 1);
	expect_in_thread("While there is no room.", 0);
	expect_in_thread("With room again.", 1);
}

static void move_comments(const char *from, const char *to)
{
	char sql[128];
	sqlite3 *database = open_store();

	snprintf(sql, sizeof(sql), "UPDATE capsules SET host = '%s' WHERE host = '%s'", to, from);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

/* What a change of the configuration's host looks like, and what README.md tells to do then. */
static void of_another_host(void **state)
{
	char *errors;

	(void)state;
	daemon_stop(&server);
	move_comments("localhost", "elsewhere.example");
	daemon_start(&server);
	errors = daemon_errors(&server);
	assert_int_equal(count_of(errors, "of elsewhere.example, which no capsule"), 1);
	free(errors);
	expect_in_thread("Before any trouble.", 0);
	daemon_stop(&server);
	move_comments("elsewhere.example", "localhost");
	daemon_start(&server);
	errors = daemon_errors(&server);
	assert_lacks(errors, "which no capsule");
	free(errors);
	expect_in_thread("Before any trouble.", 1);
}

/* A whole copy of the store, which nobody else has open: what its log still holds is taken into the
 * file first. */
static char *save_store(size_t *length)
{
	char path[DAEMON_PATH_SIZE];
	sqlite3 *database = open_store();

	assert_int_equal(
		sqlite3_exec(database, "PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	return file_slurp(daemon_path(&server, "store.db", path), length);
}

static void remove_store(void)
{
	static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm"};
	char path[DAEMON_PATH_SIZE];

	for (size_t i = 0; i < COUNT(names); i++)
		unlink(daemon_path(&server, names[i], path));
}

/* Overwritten in place while it is open; the pages of the capsule must not suffer. */
static void damaged(void **state)
{
	static char garbage[262144];
	char path[DAEMON_PATH_SIZE], *saved;
	struct answer answer;
	size_t length;

	(void)state;
	daemon_stop(&server);
	saved = save_store(&length);
	daemon_start(&server);
	memset(garbage, 0x5a, sizeof(garbage));
	daemon_write(&server, "store.db", garbage, sizeof(garbage));
	assert_int_equal(truncate(daemon_path(&server, "store.db-wal", path), 0), 0);
	for (int i = 0; i < 4; i++)
		expect_pages();
	answer = reader_send(&server, &writer, ESSAY, "Into a damaged store.");
	assert_answer(&answer, 41, "a comment into a damaged store");
	answer_free(&answer);
	expect_pages();
	daemon_kill(&server);
	remove_store();
	daemon_write(&server, "store.db", saved, length);
	free(saved);
	daemon_start(&server);
	expect_in_thread("Before any trouble.", 1);
	reader_comment(&server, &writer, ESSAY, "After the repair.");
}

/* A start with a store that is none: one line, and nothing of it is touched. */
static void damaged_at_start(void **state)
{
	static const char *const arguments[] = {"serve", "--listen", "127.0.0.1:0", "--root",
		"capsule", "--certs", "certs", "--store", "sqlite:broken.db", NULL};
	static char garbage[8192], path[DAEMON_PATH_SIZE];
	struct program_result result;
	char *after;
	size_t length;

	(void)state;
	memset(garbage, 0x5a, sizeof(garbage));
	daemon_write(&server, "broken.db", garbage, sizeof(garbage));
	result = program_run(server.folder, arguments);
	assert_int_equal(result.code, 1);
	assert_contains(result.err, "broken.db");
	assert_int_equal(count_of(result.err, "\n"), 1);
	program_result_free(&result);
	after = file_slurp(daemon_path(&server, "broken.db", path), &length);
	assert_int_equal(length, sizeof(garbage));
	assert_memory_equal(after, garbage, length);
	free(after);
}

static void removed(void **state)
{
	struct answer answer;

	(void)state;
	remove_store();
	for (int i = 0; i < 4; i++)
		expect_pages();
	answer = reader_send(&server, &writer, ESSAY, "Into a store that is gone.");
	/* Never an acknowledgement of what the next start will not find. */
	assert_answer(&answer, 41, "a comment into a store that is gone");
	answer_free(&answer);
	expect_pages();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("locked by another process: 41, and it returns by itself", locked),
		TEST("no room for another byte: 41, and it returns by itself", full),
		TEST("comments of a host that is not configured are named, and can be moved",
			of_another_host),
		TEST("damaged while serving: pages go on, comments are 41", damaged),
		TEST("damaged at the start: one line, exit 1", damaged_at_start),
		TEST("removed while serving: pages go on, comments are 41", removed),
	};

	return cmocka_run_group_tests_name("store", tests, start, stop);
}
