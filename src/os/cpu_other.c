/*
 * Elsewhere the system's scheduler decides alone.
 */
#include "os/cpu.h"

uint16_t cpu_now(void)
{
	return 0;
}

void cpu_stay_on(uint16_t cpu)
{
	(void)cpu;
}
