/*
 * Systems for which there is no sandbox here: limits alone.
 */
#include "os/sandbox.h"

#include "os/limits.h"

enum sandbox_reach sandbox_look(enum sandbox_kind kind, struct fault *fault)
{
	(void)kind;
	fault_set(fault, "on this system nothing fences the workers in but their user's rights");
	return SANDBOX_PARTLY;
}

bool sandbox_enter(const struct sandbox *sandbox, struct fault *fault)
{
	return limits_settle(sandbox->descriptors, fault);
}
