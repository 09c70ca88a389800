/*
 * What privileges.c asks of the operating system: a file of its own for each.
 */
#ifndef KINDLING_OS_PRIVILEGES_SYSTEM_H
#define KINDLING_OS_PRIVILEGES_SYSTEM_H

#include "base/fault.h"

/* No new privileges, and no looking into this process, as far as the system knows such a thing. */
bool privileges_system_seal(struct fault *fault);

#endif
