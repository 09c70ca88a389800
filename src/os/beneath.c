/*
 * Opening what lies beneath a root: what all systems share, and the walk.
 */
#include "os/beneath.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/span.h"
#include "os/beneath_system.h"

#define OPEN_TRIES     4
#define WALK_LINKS_MAX 40 /* as Linux counts */
#define WALK_DEPTH_MAX 64
#define WALK_REST_MAX  8192 /* a path and a link's target */

bool beneath_open_root(const char *path, struct beneath_root *root, struct fault *fault)
{
	char *resolved = realpath(path, NULL);
	int fd = -1;
	if (resolved != NULL)
		fd = open(resolved, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 && strlen(resolved) >= sizeof root->path) {
		close(fd);
		fd = -1;
		errno = ENAMETOOLONG;
	}
	if (fd < 0) {
		fault_set(fault, "cannot open the folder %s: %s; make it, or name another one",
			path, strerror(errno));
	} else {
		root->fd = fd;
		memcpy(root->path, resolved, strlen(resolved) + 1);
	}
	free(resolved);
	return fd >= 0;
}

void beneath_close_root(struct beneath_root *root)
{
	close(root->fd);
	root->fd = -1;
}

static enum beneath_result result_of_error(int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN: /* somebody holds a lease on the file */
	case EINTR:
		return BENEATH_EXHAUSTED;
	default:
		return BENEATH_MISSING;
	}
}

/* What was opened is looked at only now: a name could have changed its meaning since. */
static enum beneath_result result_of_opened(int opened, int *fd, struct stat *info)
{
	if (fstat(opened, info) == 0 && (S_ISREG(info->st_mode) || S_ISDIR(info->st_mode))) {
		*fd = opened;
		return S_ISREG(info->st_mode) ? BENEATH_FILE : BENEATH_DIRECTORY;
	}
	close(opened);
	return BENEATH_MISSING;
}

enum beneath_result beneath_open(
	const struct beneath_root *root, const char *path, int *fd, struct stat *info)
{
	*fd = -1;
	/* EAGAIN: something was renamed while a ".." of a link was resolved (openat2(2)). */
	for (int i = 0; i < OPEN_TRIES; i++) {
		int opened = beneath_system_open(root->fd, path[0] == '\0' ? "." : path);
		if (opened >= 0)
			return result_of_opened(opened, fd, info);
		if (errno != EAGAIN && errno != EINTR)
			break;
	}
	switch (errno) {
	case ENOSYS:
	case EPERM: /* a container's system call filter that does not know openat2 */
	case EAGAIN:
	case EXDEV: /* outside, or an absolute link that may be ours */
		return beneath_walk(root, path, fd, info);
	default:
		return result_of_error(errno);
	}
}

/*
 * The walk. `folders` are those below the root on the way to where it stands, all open, so ".."
 * is one step back through our own descriptors and cannot be led astray by a rename.
 */
struct walk {
	const struct beneath_root *root;
	int folders[WALK_DEPTH_MAX];
	size_t depth;
	unsigned links;
	char *rest; /* what is still to be walked, inside `text` */
	char text[WALK_REST_MAX];
};

static int walk_folder(const struct walk *walk)
{
	return walk->depth == 0 ? walk->root->fd : walk->folders[walk->depth - 1];
}

static void walk_climb(struct walk *walk)
{
	walk->depth--;
	close(walk->folders[walk->depth]);
}

/* The next segment, NUL-terminated in place; "." at the end. `more`: a slash follows it. */
static const char *walk_next(struct walk *walk, bool *more)
{
	char *name = walk->rest + strspn(walk->rest, "/");
	char *end = name + strcspn(name, "/");
	*more = *end == '/';
	walk->rest = end;
	if (*more) {
		*end = '\0';
		walk->rest++;
	}
	return name[0] == '\0' ? "." : name;
}

/* Puts a link's target before what is still to be walked. False: not a link, or not one to be
 * followed. */
static bool walk_follow(struct walk *walk, const char *name, bool more)
{
	char bytes[PATH_MAX];
	ssize_t len = readlinkat(walk_folder(walk), name, bytes, sizeof bytes);
	if (len <= 0 || (size_t)len == sizeof bytes || ++walk->links > WALK_LINKS_MAX)
		return false;
	struct span target = {bytes, (size_t)len};
	if (bytes[0] == '/') {
		struct span root = span_of(walk->root->path);
		if (root.len == 1)
			root.len = 0; /* every absolute path lies beneath "/" */
		if (!span_starts_with(target, root))
			return false;
		target = span_skip(target, root.len);
		if (target.len > 0 && target.ptr[0] != '/')
			return false; /* the name of a sibling begins with the root's */
		while (walk->depth > 0)
			walk_climb(walk);
	}
	size_t rest_len = strlen(walk->rest);
	if (target.len + 1 + rest_len + 1 > sizeof walk->text)
		return false;
	memmove(walk->text + target.len + more, walk->rest, rest_len + 1);
	memcpy(walk->text, target.ptr, target.len);
	if (more)
		walk->text[target.len] = '/';
	walk->rest = walk->text;
	return true;
}

static enum beneath_result walk_on(struct walk *walk, int *fd, struct stat *info)
{
	for (;;) {
		bool more;
		const char *name = walk_next(walk, &more);
		if (strcmp(name, "..") == 0) {
			if (walk->depth == 0)
				return BENEATH_MISSING;
			walk_climb(walk);
			continue;
		}
		if (more && strcmp(name, ".") == 0)
			continue;
		int opened = openat(walk_folder(walk), name,
			more ? beneath_system_pass : BENEATH_READ | O_NOFOLLOW);
		if (opened >= 0 && !more)
			return result_of_opened(opened, fd, info);
		if (opened >= 0 && walk->depth == WALK_DEPTH_MAX) {
			close(opened);
			return BENEATH_MISSING;
		}
		if (opened >= 0) {
			walk->folders[walk->depth++] = opened;
			continue;
		}
		/* Systems disagree on the error for a link; readlink knows. */
		enum beneath_result why = result_of_error(errno);
		if (why == BENEATH_EXHAUSTED || !walk_follow(walk, name, more))
			return why;
	}
}

enum beneath_result beneath_walk(
	const struct beneath_root *root, const char *path, int *fd, struct stat *info)
{
	struct walk walk = {.root = root, .rest = walk.text};
	size_t len = strlen(path);
	*fd = -1;
	if (len >= PATH_MAX)
		return BENEATH_MISSING;
	memcpy(walk.text, path, len + 1);
	enum beneath_result result = walk_on(&walk, fd, info);
	while (walk.depth > 0)
		walk_climb(&walk);
	return result;
}
