/*
 * One writer at the daemon of a test file, for tests of uploads.
 */
#ifndef KINDLING_TESTS_WIRE_WRITER_H
#define KINDLING_TESTS_WIRE_WRITER_H

#include "fixture.h"
#include "reader.h"
#include "upload.h"

static struct person writer;

/* `extra`: further flags of the daemon's. */
static inline int writer_start(void **state, const char *const *extra)
{
	fixture_prepare(state);
	server.extra = extra;
	daemon_start(&server);
	reader_join(&server, &writer, "Writer");
	return 0;
}

static inline int writer_end(void **state)
{
	person_end(&writer);
	return fixture_end(state);
}

#endif
