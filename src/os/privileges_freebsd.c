/*
 * FreeBSD: procctl(2). Written after its manual; never compiled or run there.
 */
#include "os/privileges_system.h"

#include <errno.h>
#include <string.h>
#include <sys/procctl.h>
#include <unistd.h>

bool privileges_system_seal(struct fault *fault)
{
#ifdef PROC_NO_NEW_PRIVS_CTL /* not in the older ones */
	int none = PROC_NO_NEW_PRIVS_ENABLE;
	if (procctl(P_PID, getpid(), PROC_NO_NEW_PRIVS_CTL, &none) != 0)
		return fault_set(fault, "cannot forbid new privileges: %s", strerror(errno));
#endif
	int untraced = PROC_TRACE_CTL_DISABLE;
	if (procctl(P_PID, getpid(), PROC_TRACE_CTL, &untraced) != 0)
		return fault_set(fault, "cannot hide from other processes: %s", strerror(errno));
	return true;
}
