/*
 * Sockets.
 */
#include "os/socket.h"

#include <sys/ioctl.h>

/* FreeBSD's name, and Linux's, which also a terminal's driver has. */
#if defined(FIONWRITE)
#define UNACKNOWLEDGED FIONWRITE
#else
#define UNACKNOWLEDGED TIOCOUTQ
#endif

uint64_t socket_unacknowledged(int fd)
{
	int bytes = 0;

	return ioctl(fd, UNACKNOWLEDGED, &bytes) == 0 && bytes > 0 ? (uint64_t)bytes : 0;
}
