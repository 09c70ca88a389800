/*
 * Descriptors and files: whole files in and out, with the error in words.
 */
#ifndef KINDLING_OS_FD_H
#define KINDLING_OS_FD_H

#include <sys/types.h>

#include "base/arena.h"
#include "base/fault.h"

/* Closes and sets to -1; nothing where it is -1 already. */
void fd_close(int *fd);

bool fd_set_nonblocking(int fd);

/* All of it, or false with errno. */
bool fd_write(int fd, struct span bytes);

/* A file without a name, on a disk rather than in memory, which is gone with its descriptor: for
 * what is too large to be held in memory. -1 with a fault. */
int fd_temporary(struct fault *fault);

/* Reads a regular file of at most `max` bytes into the arena, a NUL behind it. */
bool file_read(
	const char *path, size_t max, struct arena *arena, struct span *out, struct fault *fault);

/* The same from a descriptor, which stays open; `name` is what the fault calls it. */
bool fd_read_file(int fd, const char *name, size_t max, struct arena *arena, struct span *out,
	struct fault *fault);

/* Writes a file under a temporary name in the same folder, syncs it, and renames it into place:
 * there is the old file or the new one, never half of one. `mode` as for open. */
bool file_write(const char *path, struct span content, mode_t mode, struct fault *fault);

/* The last of these steps alone: a file that is written and synced gets its name, in place of what
 * had it. Where it cannot, the file is gone. */
bool file_place(const char *temporary, const char *path, struct fault *fault);

/* Whether file_write could make the file, found out by making a folder of a passing name beside it.
 * `with_folders`: where its folder is missing, the nearest one above that is there counts. */
bool file_can_be_made(const char *path, bool with_folders, struct fault *fault);

/* Makes the folder and those above it (0755 for those above, `mode` for the last), each of them
 * on the disk before it returns. */
bool directory_make(const char *path, mode_t mode, struct fault *fault);

#endif
