/*
 * What a running server takes, over all of its processes.
 */
#ifndef KINDLING_TESTS_FAULT_USAGE_H
#define KINDLING_TESTS_FAULT_USAGE_H

#include "daemon.h"

struct usage {
	long cpu_ms; /* since they began; of those that are there now */
	long kib;    /* resident, but for files: those are others' too. What they share counts
			once */
	size_t descriptors; /* open ones */
	size_t processes;
};

struct usage usage_of(const struct daemon *daemon);

/* Starts it with one worker and these flags, and has it make what it makes when that is first
 * needed: no client is to blame for it. Its usage_sockets at rest. */
size_t usage_start(struct daemon *daemon, const char *const *extra);

/* Once nobody is connected to any worker: for measuring what stays. `at_rest` is usage_sockets of a
 * server that has just begun. */
size_t usage_sockets(const struct daemon *daemon);
void usage_wait_for_rest(const struct daemon *daemon, size_t at_rest);

/* From `before` on, `clients` of this kind have cost at most so much each, and the server serves.
 */
void usage_expect(const struct daemon *daemon, const char *who, const struct usage *before,
	long clients, long each_ms, long each_kib);

#endif
