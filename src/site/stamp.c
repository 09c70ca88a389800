/*
 * Stamps: device, inode, size and both times of a file.
 */
#include "site/stamp.h"

#include <time.h>

#define SETTLED_AFTER_MS 20 /* two ticks of a kernel that runs at 100 Hz */

struct stamp stamp_of(const struct stat *info)
{
	return (struct stamp){
		.device = info->st_dev,
		.inode = info->st_ino,
		.size = info->st_size,
		.modified = info->st_mtim,
		.changed = info->st_ctim,
	};
}

static bool same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool stamp_equal(const struct stamp *a, const struct stamp *b)
{
	return a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       same_time(a->modified, b->modified) && same_time(a->changed, b->changed);
}

static int64_t milliseconds(struct timespec time)
{
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

bool stamp_is_settled(const struct stamp *stamp)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return milliseconds(now) - milliseconds(stamp->changed) > SETTLED_AFTER_MS;
}

/* FNV-1a over eight bytes: the members one by one, as what lies between them is undefined. */
static uint64_t add(uint64_t hash, uint64_t value)
{
	for (int i = 0; i < 64; i += 8)
		hash = (hash ^ (value >> i & 0xff)) * UINT64_C(0x100000001b3);
	return hash;
}

int64_t stamp_number(const struct stamp *stamp)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	hash = add(hash, (uint64_t)stamp->device);
	hash = add(hash, (uint64_t)stamp->inode);
	hash = add(hash, (uint64_t)stamp->size);
	hash = add(hash, (uint64_t)stamp->modified.tv_sec);
	hash = add(hash, (uint64_t)stamp->modified.tv_nsec);
	hash = add(hash, (uint64_t)stamp->changed.tv_sec);
	hash = add(hash, (uint64_t)stamp->changed.tv_nsec);
	return (int64_t)(hash >> 1 | 1);
}
