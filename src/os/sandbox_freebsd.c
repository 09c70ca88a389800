/*
 * FreeBSD: Capsicum (cap_enter(2)). Written after its manual; never compiled or run there.
 *
 * In capability mode no file is opened by its path, which SQLite and a root that is opened anew
 * need: only the keyholder, which has all that it wants, can enter it. For workers there is nothing
 * that could be said in a few lines; a jail(8) around the whole server is what the system offers.
 */
#include "os/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/capsicum.h>

#include "os/limits.h"

enum sandbox_reach sandbox_look(enum sandbox_kind kind, struct fault *fault)
{
	if (kind == SANDBOX_KEYHOLDER)
		return SANDBOX_WHOLE;
	fault_set(fault,
		"FreeBSD has no fence for workers, which open files by their paths: run the "
		"server in a jail");
	return SANDBOX_PARTLY;
}

bool sandbox_enter(const struct sandbox *sandbox, struct fault *fault)
{
	if (!limits_settle(sandbox->descriptors, fault))
		return false;
	/* ENOSYS: a kernel that was built without it. */
	return sandbox->kind == SANDBOX_WORKER || cap_enter() == 0 || errno == ENOSYS ||
	       fault_set(fault, "the sandbox does not begin: %s", strerror(errno));
}
