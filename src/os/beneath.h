/*
 * Opening what lies beneath a root, and never anything else.
 *
 * Symbolic links are followed while they stay beneath the root (an absolute one too, where its
 * target is written with the root's own path); neither ".." nor a race leaves it. What somebody
 * with the right to do so mounted beneath the root belongs to it.
 * Linux: openat2(2) with RESOLVE_BENEATH; elsewhere, and where the kernel has no openat2, a walk
 * that opens each component without following links and holds every folder on the way.
 */
#ifndef KINDLING_OS_BENEATH_H
#define KINDLING_OS_BENEATH_H

#include <sys/stat.h>

#include "base/fault.h"

struct beneath_root {
	int fd;
	char path[4096]; /* resolved, absolute, no final slash except for "/" */
};

enum beneath_result {
	BENEATH_FILE,      /* a regular file: *fd is open for reading, *info is filled */
	BENEATH_DIRECTORY, /* *fd is the open folder, *info is filled */
	BENEATH_MISSING,  /* not there, or not for us: outside, unreadable, a FIFO, a device, … */
	BENEATH_EXHAUSTED /* no descriptor or no memory left: worth another try later */
};

bool beneath_open_root(const char *path, struct beneath_root *root, struct fault *fault);
void beneath_close_root(struct beneath_root *root);

/* `path` is NUL-terminated, relative, without empty, "." or ".." segments; "" is the root itself.
 * Never blocks on a FIFO or a device. The caller closes *fd (which is -1 unless FILE or
 * DIRECTORY). */
enum beneath_result beneath_open(
	const struct beneath_root *root, const char *path, int *fd, struct stat *info);

/* The walk alone, as other systems use it: also what the tests compare openat2 against. Follows
 * at most 40 links and descends at most 64 folders. */
enum beneath_result beneath_walk(
	const struct beneath_root *root, const char *path, int *fd, struct stat *info);

#endif
