/*
 * What the system lets one process have.
 */
#ifndef KINDLING_OS_LIMITS_H
#define KINDLING_OS_LIMITS_H

#include <stdint.h>

/* Raises the number of descriptors this process may have open to `wanted`, or as far as it may.
 * Returns what it has now. Never lowers it. */
uint64_t limits_raise_descriptors(uint64_t wanted);

#endif
