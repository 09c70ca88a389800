/*
 * Systems that cannot resolve a path beneath a folder by themselves: beneath.c walks.
 */
#include "os/beneath_system.h"

#include <errno.h>

#ifdef O_SEARCH /* POSIX 2008; not everybody has it */
const int beneath_system_pass = O_SEARCH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#else
const int beneath_system_pass = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
#endif

int beneath_system_open(int root, const char *path)
{
	(void)root;
	(void)path;
	errno = ENOSYS;
	return -1;
}
