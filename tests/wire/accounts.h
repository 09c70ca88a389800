/*
 * What people see and type on their own pages, as tests of accounts assert it.
 */
#ifndef KINDLING_TESTS_WIRE_ACCOUNTS_H
#define KINDLING_TESTS_WIRE_ACCOUNTS_H

#include "fixture.h"
#include "reader.h"

static const char my_page[] = "gemini://localhost/comments/";

/* True where the person's own page begins with this name; false where they are a stranger. */
static inline bool is_known(const struct person *person, const char *name)
{
	struct answer answer = ask(&server, person, my_page);
	char heading[256];
	bool known;

	assert_answer(&answer, 20, my_page);
	snprintf(heading, sizeof(heading), "# %s\n", name);
	known = strstr(answer.body, heading) != NULL;
	assert_int_equal(known, strstr(answer.body, "# Welcome\n") == NULL);
	answer_free(&answer);
	return known;
}

static inline void expect_typed(const struct person *person, const char *path, const char *typed,
	int status, const char *meta)
{
	struct answer answer = reader_type(&server, person, path, typed);

	assert_answer(&answer, status, path);
	assert_contains(answer.meta, meta);
	answer_free(&answer);
}

static inline void expect_code(const struct person *person, const char *path, const char *code,
	int status, const char *meta)
{
	struct answer answer = reader_type_code(&server, person, path, code);

	assert_answer(&answer, status, path);
	assert_contains(answer.meta, meta);
	answer_free(&answer);
}

#endif
