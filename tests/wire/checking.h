/*
 * kindling check run on a capsule that a test has written, and looking at what it says.
 */
#ifndef KINDLING_TESTS_WIRE_CHECKING_H
#define KINDLING_TESTS_WIRE_CHECKING_H

#include "fixture.h"

#include <unistd.h>

/* Where the tests run as root, check rightly warns of that. */
#define ROOT_WARNING                                                                               \
	"user: warning: started as root, the server stays root: name a user for it to become\n"

/* The root, and further flags. There is nothing to complain of around it. */
#define CHECK_CAPSULE(...)                                                                         \
	RUN("check", "--host", "localhost", "--certs", "certs", "--store", "sqlite:var/k.db",      \
		"--listen", "127.0.0.1:0", "--root", __VA_ARGS__)

/* What was said beside that warning; points into the result. */
static inline const char *said_by_check(const struct program_result *result)
{
	char *warning = strstr(result->err, ROOT_WARNING);
	size_t len = strlen(ROOT_WARNING);

	if (warning != NULL && geteuid() == 0)
		memmove(warning, warning + len, strlen(warning + len) + 1);
	return result->err;
}

/* All that is said, and what it ends with. */
static inline void assert_checked(struct program_result result, int code, const char *said)
{
	assert_code(&result, code);
	assert_string_equal(said_by_check(&result), said);
	program_result_free(&result);
}

/* These words are among it. */
static inline void assert_found(struct program_result result, int code, const char *words)
{
	assert_code(&result, code);
	if (strstr(result.err, words) == NULL)
		fail_msg("\"%s\" is not in:\n%s", words, result.err);
	program_result_free(&result);
}

#endif
