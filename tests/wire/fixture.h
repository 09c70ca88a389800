/*
 * The daemon of a test file, and cmocka's fixtures around it.
 */
#ifndef KINDLING_TESTS_WIRE_FIXTURE_H
#define KINDLING_TESTS_WIRE_FIXTURE_H

#include "wire.h"

static struct daemon server;

/* The folder alone, for tests that start the daemon themselves. */
static inline int fixture_prepare(void **state)
{
	daemon_prepare(&server);
	*state = &server;
	return 0;
}

static inline int fixture_start(void **state)
{
	fixture_prepare(state);
	daemon_start(&server);
	return 0;
}

static inline int fixture_end(void **state)
{
	(void)state;
	daemon_end(&server);
	return 0;
}

/* Runs a verb in the daemon's folder; free the result. */
#define RUN(...) program_run(server.folder, (const char *const[]){__VA_ARGS__, NULL})

static inline void assert_code(const struct program_result *result, int code)
{
	if (result->code != code)
		fail_msg("exit code %d instead of %d\nstandard output:\n%s\nstandard error:\n%s",
			result->code, code, result->out, result->err);
}

/* A test with a daemon of its own: running when it begins, or not. */
#define RUNNING(words, function)                                                                   \
	{                                                                                          \
		words, function, fixture_start, fixture_end, NULL                                  \
	}
#define AT_REST(words, function)                                                                   \
	{                                                                                          \
		words, function, fixture_prepare, fixture_end, NULL                                \
	}

#endif
