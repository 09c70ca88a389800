/*
 * How far long work has come: on a terminal one line that is drawn over, nowhere else anything.
 */
#ifndef KINDLING_CLI_PROGRESS_H
#define KINDLING_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *what; /* is being done */
	bool on_terminal;
	int64_t drawn; /* clock_monotonic_ms; 0: never */
};

void progress_begin(struct progress *progress, const char *what);

/* A store_progress; the context is the progress. */
void progress_tell(void *context, int64_t done, int64_t whole);

/* Takes the line away. */
void progress_end(struct progress *progress);

#endif
