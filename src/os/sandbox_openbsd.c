/*
 * OpenBSD: unveil(2) for files, pledge(2) for system calls. Written after its manual; never
 * compiled or run there.
 *
 * pledge has no promise for accepting connections that forbids making them: a worker keeps "inet"
 * and "unix", so that one that was taken over could open a connection. It cannot start a program
 * (no "exec", no "proc") nor reach other files.
 */
#include "os/sandbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "os/limits.h"

static bool unveil_all(
	const char *const *paths, size_t count, const char *rights, struct fault *fault)
{
	for (size_t i = 0; i < count; i++)
		if (unveil(paths[i], rights) != 0)
			return fault_set(
				fault, "cannot let a worker use %s: %s", paths[i], strerror(errno));
	return true;
}

enum sandbox_reach sandbox_look(enum sandbox_kind kind, struct fault *fault)
{
	if (kind == SANDBOX_KEYHOLDER)
		return SANDBOX_WHOLE;
	fault_set(fault, "OpenBSD cannot keep a process that accepts connections from making some");
	return SANDBOX_PARTLY;
}

bool sandbox_enter(const struct sandbox *sandbox, struct fault *fault)
{
	/* "fattr": SQLite gives its second and third file the rights of the first. */
	const char *promises = sandbox->kind == SANDBOX_WORKER
				       ? "stdio rpath wpath cpath fattr flock inet unix"
				       : "stdio recvfd"; /* channels are handed to it */
	if (!limits_settle(sandbox->descriptors, fault) ||
		!unveil_all(sandbox->readable, sandbox->readable_count, "r", fault) ||
		!unveil_all(sandbox->writable, sandbox->writable_count, "rwc", fault))
		return false;
	return (unveil(NULL, NULL) == 0 && pledge(promises, NULL) == 0) ||
	       fault_set(fault, "the sandbox does not begin: %s", strerror(errno));
}
