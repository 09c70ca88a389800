/*
 * Faults at will: a library that is loaded into the program before all others and makes calls of
 * the system fail, or clocks jump, when a test says so.
 *
 * The tests and the library share one small piece of memory, the struct below. It is mapped as the
 * program starts, so nothing that fences the program in later stands in its way.
 */
#ifndef KINDLING_TESTS_FAULT_FAULTS_H
#define KINDLING_TESTS_FAULT_FAULTS_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#define FAULTS_VARIABLE "KINDLING_FAULTS" /* in the environment: the file that holds the struct */

enum fault_call {
	FAULT_OPEN = 1 << 0,
	FAULT_READ = 1 << 1,
	FAULT_WRITE = 1 << 2,
	FAULT_SYNC = 1 << 3,
	FAULT_TRUNCATE = 1 << 4,
	FAULT_MAP = 1 << 5,
};

#define FAULTS_PART_SIZE 64
#define FAULTS_NEVER     LONG_MAX

struct faults {
	/* Files whose path, as it was given to open, has this part: those calls fail, after so many
	 * of them that do not. */
	_Atomic unsigned calls; /* of enum fault_call; 0: none fails */
	_Atomic int spared;
	int error;
	char part[FAULTS_PART_SIZE];
	_Atomic unsigned calls_failed;

	/* In one process allocations are counted, and the one of this number from now on fails, and
	 * where `onwards` all after it. */
	_Atomic pid_t memory_pid; /* 0: none */
	_Atomic long memory_nth;  /* counts down to 0; FAULTS_NEVER: none fails */
	_Atomic bool memory_onwards;
	_Atomic long memory_asked, memory_failed; /* both from now on */
	_Atomic long memory_live;                 /* allocations less releases, since the process */

	/* Seconds and milliseconds by which the clocks are ahead of the truth. */
	_Atomic long wall_ahead;
	_Atomic long steady_ahead;
};

/* ---- for the tests; they fail a test only where the system itself fails */

extern struct faults *faults;

/* Names the program without sanitizers, to be started from now on, and nothing more. False: this
 * build has none. */
bool faults_plain(void);

/* The same, with the library loaded into it: the `faults`. False where the system cannot. */
bool faults_begin(void);
void faults_end(void);

/* What main() returns where one of them is false: one test that is skipped and says why. */
int faults_skip(const char *name);

/* From now on; `part` of the path and errno. */
void faults_fail_calls(unsigned calls, const char *part, int error, int spared);

/* The nth allocation of that process from now on, or FAULTS_NEVER: they are only counted. */
void faults_fail_memory(pid_t pid, long nth, bool onwards);

/* All is well again, but for the clocks. Allocations are counted on. */
void faults_stop(void);

#endif
