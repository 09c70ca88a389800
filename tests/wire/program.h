/*
 * The program under test as a child process: started, waited for, looked at from outside.
 *
 * Which program: the environment's KINDLING, else the one that this build made.
 */
#ifndef KINDLING_TESTS_WIRE_PROGRAM_H
#define KINDLING_TESTS_WIRE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How long one event may take before a test gives up: long enough for sanitizers on a busy
 * machine, as no test ever waits for it to pass. */
#define PATIENCE_MS 30000

int64_t now_ms(void);

/* Between two looks at what offers no event to wait for: a file, a process. Two milliseconds. */
void look_again_soon(void);

/* Starts the program in its own process group, in `folder`, with standard output and error in the
 * files "out" and "err" there. `arguments` end with NULL; the program's own name is not among
 * them. */
pid_t program_spawn(const char *folder, const char *const *arguments);

/* The same; where `prepare` is not NULL it is called in the new process, last of all. */
pid_t program_spawn_prepared(
	const char *folder, const char *const *arguments, void (*prepare)(void));

/* Its exit code, or 128 and the signal's number; -1 while it still runs at the end. */
int program_wait(pid_t pid, int timeout_ms);

/* Runs to its end. `out` and `err` are malloc'd. */
struct program_result {
	int code;
	char *out, *err;
};
struct program_result program_run(const char *folder, const char *const *arguments);
void program_result_free(struct program_result *result);

/* The children of a process, at most `most`; how many were found. */
size_t program_children(pid_t parent, pid_t *children, size_t most);

/* Whether a process has this name; false where it is gone. */
bool program_is_named(pid_t pid, const char *name);

/* How many sockets a process holds; 0 where it is gone. */
size_t program_sockets(pid_t pid);

/* Processor time that it has used, in milliseconds; -1 where it is gone. */
long program_cpu_ms(pid_t pid);

/* A whole file, malloc'd, with a NUL behind it; NULL where there is none. */
char *file_slurp(const char *path, size_t *length);

#endif
