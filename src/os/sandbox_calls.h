/*
 * Linux: the filter for system calls, for sandbox_linux.c.
 */
#ifndef KINDLING_OS_SANDBOX_CALLS_H
#define KINDLING_OS_SANDBOX_CALLS_H

#include "os/sandbox.h"

/* False: the fault is a clause that says so. */
bool sandbox_has_calls(struct fault *fault);

/* Where the kernel can. */
bool sandbox_filter_calls(enum sandbox_kind kind, struct fault *fault);

#endif
