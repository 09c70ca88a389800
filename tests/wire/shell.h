/*
 * A server with two readers, and the verbs that work on its store meanwhile.
 */
#ifndef KINDLING_TESTS_WIRE_SHELL_H
#define KINDLING_TESTS_WIRE_SHELL_H

#include "fixture.h"
#include "program.h"
#include "reader.h"

#define HERE "--store", "sqlite:../store.db", "--host", "localhost"

static struct person rosa, ibrahim;
static char shell_folder[DAEMON_PATH_SIZE];

/* A folder of its own: the daemon's holds the daemon's standard error. */
#define SHELL(...) program_run(shell_folder, (const char *const[]){__VA_ARGS__, HERE, NULL})

static inline int start_with_readers(void **state)
{
	fixture_start(state);
	daemon_write_text(&server, "shell/out", "");
	daemon_path(&server, "shell", shell_folder);
	reader_join(&server, &rosa, "Rosa");
	reader_join(&server, &ibrahim, "Ibrahim");
	return 0;
}

static inline int end_with_readers(void **state)
{
	person_end(&rosa);
	person_end(&ibrahim);
	return fixture_end(state);
}

#define MEETING(words, function)                                                                   \
	{                                                                                          \
		words, function, start_with_readers, end_with_readers, NULL                        \
	}

/* Ends with 0 and prints these words. */
static inline void assert_done(struct program_result result, const char *words)
{
	assert_code(&result, 0);
	assert_contains(result.out, words);
	assert_string_equal(result.err, "");
	program_result_free(&result);
}

/* Ends with this code, prints nothing, and says these words. */
static inline void assert_failed(struct program_result result, int code, const char *words)
{
	assert_code(&result, code);
	assert_string_equal(result.out, "");
	assert_contains(result.err, words);
	program_result_free(&result);
}

/* Ends with 0 and has nothing to print. */
static inline void assert_empty(struct program_result result)
{
	assert_code(&result, 0);
	assert_string_equal(result.out, "");
	assert_string_equal(result.err, "");
	program_result_free(&result);
}

#endif
