/*
 * The root folder: an author may rename a capsule away and put a new one in its place, or point
 * a symbolic link elsewhere, while it is served.
 */
#include "site/folder.h"

#include "base/clock.h"
#include "base/log.h"

#define LOOK_EVERY_MS 1000

static bool open_root(
	const char *path, struct beneath_root *root, struct stat *identity, struct fault *fault)
{
	if (!beneath_open_root(path, root, fault))
		return false;
	if (fstat(root->fd, identity) == 0)
		return true;
	beneath_close_root(root);
	return fault_set(fault, "cannot look at the folder %s", path);
}

bool folder_begin(struct folder *folder, const char *path, struct fault *fault)
{
	*folder = (struct folder){.path = path, .looked = clock_monotonic_ms()};
	if (!open_root(path, &folder->root, &folder->identity, fault))
		return false;
	pthread_mutex_init(&folder->lock, NULL);
	return true;
}

void folder_end(struct folder *folder)
{
	beneath_close_root(&folder->root);
	pthread_mutex_destroy(&folder->lock);
}

static bool is_same(const struct stat *one, const struct stat *other)
{
	return one->st_dev == other->st_dev && one->st_ino == other->st_ino;
}

/* While nothing stands at the path, the old folder goes on; also in a process that is fenced in and
 * may not open the new one, until others that may serve in its place. */
static void look_again(struct folder *folder)
{
	int64_t now = clock_monotonic_ms();
	struct stat info;
	if (now - folder->looked < LOOK_EVERY_MS)
		return;
	folder->looked = now;
	if (stat(folder->path, &info) != 0)
		return;
	if (is_same(&info, &folder->identity))
		return;
	struct beneath_root root;
	struct fault fault;
	if (!open_root(folder->path, &root, &info, &fault)) {
		if (!is_same(&info, &folder->refused))
			log_message(LOG_INFO, "the old capsule is still served: %s", fault.text);
		folder->refused = info;
		return;
	}
	beneath_close_root(&folder->root);
	folder->root = root;
	folder->identity = info;
}

enum beneath_result folder_open(struct folder *folder, const char *path, int *fd, struct stat *info)
{
	pthread_mutex_lock(&folder->lock);
	look_again(folder);
	enum beneath_result result = beneath_open(&folder->root, path, fd, info);
	pthread_mutex_unlock(&folder->lock);
	return result;
}
