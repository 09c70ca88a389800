/*
 * Linux: Landlock for files (sandbox_files_linux.c), then seccomp for system calls
 * (sandbox_calls_linux.c), which allows no more Landlock and so comes last.
 */
#include "os/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "os/limits.h"
#include "os/sandbox_calls.h"
#include "os/sandbox_files.h"

/* Landlock binds the thread that asks for it and those that it starts: one that was there before
 * would stay free. Without /proc nobody can tell. */
static bool is_alone(void)
{
	struct stat info;
	return stat("/proc/self/task", &info) != 0 || info.st_nlink == 3;
}

enum sandbox_reach sandbox_look(enum sandbox_kind kind, struct fault *fault)
{
	struct fault files, calls;
	(void)kind; /* both kinds want both */
	bool has_files = sandbox_has_files(&files), has_calls = sandbox_has_calls(&calls);
	if (has_files && has_calls)
		return SANDBOX_WHOLE;
	fault_set(fault, "%s%s%s", has_files ? "" : files.text, has_files || has_calls ? "" : "; ",
		has_calls ? "" : calls.text);
	return SANDBOX_PARTLY;
}

bool sandbox_enter(const struct sandbox *sandbox, struct fault *fault)
{
	if (!is_alone())
		return fault_set(fault, "the sandbox comes too late: there are threads already");
	if (!limits_settle(sandbox->descriptors, fault))
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_set(fault, "cannot forbid new privileges: %s", strerror(errno));
	return sandbox_fence_files(sandbox, fault) && sandbox_filter_calls(sandbox->kind, fault);
}
