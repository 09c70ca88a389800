/*
 * Linux (5.6 and later): openat2(2), which resolves a whole path beneath a folder at once.
 */
#include "os/beneath_system.h"

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

const int beneath_system_pass = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int beneath_system_open(int root, const char *path)
{
	struct open_how how = {
		.flags = BENEATH_READ,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	return (int)syscall(SYS_openat2, root, path, &how, sizeof how);
}
