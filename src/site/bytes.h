/*
 * The first bytes of a file.
 */
#ifndef KINDLING_SITE_BYTES_H
#define KINDLING_SITE_BYTES_H

#include <sys/types.h>

#include "base/arena.h"

/* Reads what an open file of `size` bytes holds, up to `max`; fewer where it shrinks meanwhile.
 * False: it cannot be read, or memory is out. */
bool bytes_read(int fd, off_t size, size_t max, struct arena *arena, struct span *bytes);

#endif
