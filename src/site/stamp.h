/*
 * What tells whether a file is still the one that was read.
 */
#ifndef KINDLING_SITE_STAMP_H
#define KINDLING_SITE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Zeroed: no file at all. */
struct stamp {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec modified, changed;
};

struct stamp stamp_of(const struct stat *info);
bool stamp_equal(const struct stamp *a, const struct stamp *b);

/* False for a file that changed just now: kernels date files by a clock that stands still for
 * some milliseconds, so the next change might leave the same stamp. */
bool stamp_is_settled(const struct stamp *stamp);

/* A number that two stamps have in common only where they are equal, but for one chance in 2^62;
 * never 0. */
int64_t stamp_number(const struct stamp *stamp);

#endif
