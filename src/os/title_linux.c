/*
 * Linux: the name that ps -o comm, top and /proc/PID/comm show.
 */
#include "os/title.h"

#include <sys/prctl.h>

void title_set(const char *name)
{
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
}
