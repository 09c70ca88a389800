/*
 * Resource limits.
 */
#include "os/limits.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

uint64_t limits_raise_descriptors(uint64_t wanted)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return 0;
	if (limit.rlim_cur < wanted) {
		rlim_t before = limit.rlim_cur;
		limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : (rlim_t)wanted;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			limit.rlim_cur = before;
	}
	return limit.rlim_cur;
}

bool limits_settle(uint64_t descriptors, struct fault *fault)
{
	const struct rlimit none = {0, 0};
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return fault_set(fault, "cannot read the limit of open files: %s", strerror(errno));
	if (descriptors > 0 && descriptors < limit.rlim_cur)
		limit.rlim_cur = (rlim_t)descriptors;
	limit.rlim_max = limit.rlim_cur;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		return fault_set(fault, "cannot limit open files: %s", strerror(errno));
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return fault_set(fault, "cannot forbid core files: %s", strerror(errno));
	return true;
}
