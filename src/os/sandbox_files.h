/*
 * Linux: Landlock, for sandbox_linux.c.
 */
#ifndef KINDLING_OS_SANDBOX_FILES_H
#define KINDLING_OS_SANDBOX_FILES_H

#include "os/sandbox.h"

/* False: the fault is a clause that says so. */
bool sandbox_has_files(struct fault *fault);

/* Where the kernel can. */
bool sandbox_fence_files(const struct sandbox *sandbox, struct fault *fault);

#endif
