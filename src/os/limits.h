/*
 * What the system lets one process have.
 */
#ifndef KINDLING_OS_LIMITS_H
#define KINDLING_OS_LIMITS_H

#include <stdint.h>

#include "base/fault.h"

/* Raises the number of descriptors this process may have open to `wanted`, or as far as it may.
 * Returns what it has now. Never lowers it. */
uint64_t limits_raise_descriptors(uint64_t wanted);

/* For good: at most `descriptors` open at once (0, or more than it may have: as many as it may open
 * now), and no core file. How many processes a user has is not limited here: the system counts all
 * of the user's threads against it, those of other programs, too. */
bool limits_settle(uint64_t descriptors, struct fault *fault);

#endif
