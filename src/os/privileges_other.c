/*
 * Other systems: OpenBSD's pledge(2) forbids execution altogether, and its ptrace(2) lets a process
 * look into its own children alone (kern.global_ptrace); of the rest nothing is known.
 */
#include "os/privileges_system.h"

bool privileges_system_seal(struct fault *fault)
{
	(void)fault;
	return true;
}
