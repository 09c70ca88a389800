/*
 * What beneath.c asks of the operating system: a file of its own for each.
 */
#ifndef KINDLING_OS_BENEATH_SYSTEM_H
#define KINDLING_OS_BENEATH_SYSTEM_H

#include <fcntl.h>

/* O_NONBLOCK: opening a FIFO or a device must not wait for anybody. */
#define BENEATH_READ (O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)

/* For a folder that is only passed through: needs the right to search it, and where the system
 * can say so not the one to read it. */
extern const int beneath_system_pass;

/* Opens `path` with BENEATH_READ, resolved by the kernel beneath the folder `root`. -1 and errno:
 * ENOSYS where the system cannot, EXDEV where the path leads outside. */
int beneath_system_open(int root, const char *path);

#endif
