/*
 * On which processor a thread runs.
 */
#ifndef KINDLING_OS_CPU_H
#define KINDLING_OS_CPU_H

#include <stdint.h>

/* 0 where the system does not say. */
uint16_t cpu_now(void);

/* This thread runs on that one alone from here on, where the system lets it choose. */
void cpu_stay_on(uint16_t cpu);

#endif
