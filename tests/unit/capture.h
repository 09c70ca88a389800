/*
 * What is written to standard error, the log above all.
 */
#ifndef KINDLING_TESTS_UNIT_CAPTURE_H
#define KINDLING_TESTS_UNIT_CAPTURE_H

#include "testing.h"

#include <unistd.h>

/* What is written to standard error between these two calls. */
static int saved_stderr = -1, pipe_ends[2];

static inline void capture_begin(void)
{
	assert_int_equal(pipe(pipe_ends), 0);
	saved_stderr = dup(STDERR_FILENO);
	dup2(pipe_ends[1], STDERR_FILENO);
	close(pipe_ends[1]);
}

static inline const char *capture_end(void)
{
	static char text[65536];
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	ssize_t got = read(pipe_ends[0], text, sizeof text - 1);
	close(pipe_ends[0]);
	text[got > 0 ? got : 0] = '\0';
	return text;
}

#endif
