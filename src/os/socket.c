/*
 * Sockets.
 */
#include "os/socket.h"

#include <sys/ioctl.h>

/* FreeBSD's name, and Linux's. Elsewhere TIOCOUTQ is a terminal's alone: OpenBSD ends a process
 * under pledge(2) that asks it of a socket. */
#if defined(FIONWRITE)
#define UNACKNOWLEDGED FIONWRITE
#elif defined(__linux__)
#define UNACKNOWLEDGED TIOCOUTQ
#endif

uint64_t socket_unacknowledged(int fd)
{
#ifdef UNACKNOWLEDGED
	int bytes = 0;

	return ioctl(fd, UNACKNOWLEDGED, &bytes) == 0 && bytes > 0 ? (uint64_t)bytes : 0;
#else
	(void)fd;
	return 0;
#endif
}
