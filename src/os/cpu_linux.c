/*
 * Linux: sched_getcpu(3), which is no system call, and sched_setaffinity(2).
 */
#include "os/cpu.h"

#include <sched.h>

uint16_t cpu_now(void)
{
	int cpu = sched_getcpu();

	return cpu >= 0 && cpu < CPU_SETSIZE ? (uint16_t)cpu : 0;
}

void cpu_stay_on(uint16_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	(void)sched_setaffinity(0, sizeof set, &set);
}
