/*
 * What the system tells of a connected socket.
 */
#ifndef KINDLING_OS_SOCKET_H
#define KINDLING_OS_SOCKET_H

#include <stdint.h>

/* How many bytes the socket has taken that the other end has not acknowledged; 0 where the system
 * does not say. */
uint64_t socket_unacknowledged(int fd);

#endif
