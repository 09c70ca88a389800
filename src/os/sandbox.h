/*
 * What a process may still do, once it has all that it needs: decided by the kernel.
 *
 * Linux: Landlock for files, seccomp for system calls (sandbox_linux.c). OpenBSD: unveil and
 * pledge. FreeBSD and others: what there is, said honestly in their own files.
 */
#ifndef KINDLING_OS_SANDBOX_H
#define KINDLING_OS_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fault.h"

enum sandbox_kind {
	SANDBOX_WORKER, /* accepts connections, reads and writes its folders; starts nothing, opens
			   no connection, makes no socket */
	SANDBOX_KEYHOLDER /* reads and writes descriptors that it has; no file at all */
};

struct sandbox {
	enum sandbox_kind kind;
	const char *const *readable; /* folders and files: these and all below may be read */
	size_t readable_count;
	const char *const *writable; /* folders in which files may also be made, changed, removed */
	size_t writable_count;
	unsigned descriptors; /* at most so many open at once; 0: as it is */
};

/* What this system offers: SANDBOX_PARTLY where it lacks a part; `fault` names that in a sentence
 * for the log. */
enum sandbox_reach { SANDBOX_WHOLE, SANDBOX_PARTLY };
enum sandbox_reach sandbox_look(enum sandbox_kind kind, struct fault *fault);

/* For this process and all threads that it starts from here on; there is no way back. To be called
 * before there are other threads. Does without what the system lacks. */
bool sandbox_enter(const struct sandbox *sandbox, struct fault *fault);

#endif
