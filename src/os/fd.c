/*
 * Descriptors and files: whole files in and out, with the error in words.
 */
#include "os/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* How many names left behind by a process that died are stepped over. */
#define TEMPORARY_NAMES 16

void fd_close(int *fd)
{
	if (*fd < 0)
		return;
	/* After EINTR the descriptor is gone on Linux; closing again could hit another's. */
	(void)close(*fd);
	*fd = -1;
}

bool fd_set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

/* Up to `size` bytes, fewer only at the end of the file. -1 with errno. */
static ssize_t read_whole(int fd, char *bytes, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = read(fd, bytes + got, size - got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

bool fd_read_file(int fd, const char *name, size_t max, struct arena *arena, struct span *out,
	struct fault *fault)
{
	struct stat info;

	if (fstat(fd, &info) != 0)
		return fault_set(fault, "cannot look at %s: %s", name, strerror(errno));
	if (!S_ISREG(info.st_mode))
		return fault_set(fault, "%s is not a regular file", name);
	if (info.st_size < 0 || (uintmax_t)info.st_size > max)
		return fault_set(fault, "%s is larger than %zu bytes", name, max);

	size_t size = (size_t)info.st_size;
	char *bytes = arena_alloc(arena, size + 1);

	if (bytes == NULL)
		return fault_set(fault, "no memory left to read %s", name);

	/* A file that grows meanwhile is cut at the size it had. */
	ssize_t got = read_whole(fd, bytes, size);

	if (got < 0)
		return fault_set(fault, "cannot read %s: %s", name, strerror(errno));
	bytes[got] = '\0';
	*out = (struct span){bytes, (size_t)got};
	return true;
}

bool file_read(
	const char *path, size_t max, struct arena *arena, struct span *out, struct fault *fault)
{
	/* Without O_NONBLOCK, opening a FIFO would wait for somebody to write. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd < 0)
		return fault_set(fault, "cannot open %s: %s", path, strerror(errno));

	bool done = fd_read_file(fd, path, max, arena, out, fault);

	fd_close(&fd);
	return done;
}

bool fd_write(int fd, struct span bytes)
{
	while (bytes.len > 0) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes = span_skip(bytes, (size_t)n);
	}
	return true;
}

/* /tmp is memory on many systems; TMPDIR is its owner's word. */
int fd_temporary(struct fault *fault)
{
	const char *folder = getenv("TMPDIR");
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/kindling-XXXXXX",
		folder != NULL && folder[0] != '\0' ? folder : "/var/tmp");

	if (len < 0 || (size_t)len >= sizeof(path)) {
		fault_set(fault, "TMPDIR is too long a name");
		return -1;
	}

	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		fault_set(fault, "cannot make %s: %s", path, strerror(errno));
	else
		(void)unlink(path);
	return fd;
}

/* The folder that a path's last part lies in: "." where none is named. Both may be one array. */
static bool folder_of(const char *path, char folder[PATH_MAX])
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);

	if (len >= PATH_MAX)
		return false;
	memmove(folder, slash == NULL ? "." : path, len);
	folder[len] = '\0';
	return true;
}

/* A new name outlasts a loss of power only once its folder is on the disk as well. */
static bool sync_folder_of(const char *path)
{
	char folder[PATH_MAX];

	if (!folder_of(path, folder)) {
		errno = ENAMETOOLONG;
		return false;
	}

	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return false;

	/* EINVAL: a file system that cannot sync folders. */
	bool done = fsync(fd) == 0 || errno == EINVAL;
	int error = errno;

	fd_close(&fd);
	errno = error;
	return done;
}

static int open_temporary(const char *path, mode_t mode, char temporary[PATH_MAX])
{
	for (unsigned i = 0; i < TEMPORARY_NAMES; i++) {
		int len = snprintf(temporary, PATH_MAX, "%s.%ld-%u.new", path, (long)getpid(), i);

		if (len < 0 || len >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}

		int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);

		if (fd >= 0 || errno != EEXIST)
			return fd;
	}
	return -1;
}

bool file_place(const char *temporary, const char *path, struct fault *fault)
{
	if (rename(temporary, path) != 0) {
		fault_set(fault, "cannot write %s: %s", path, strerror(errno));
		(void)unlink(temporary);
		return false;
	}
	return sync_folder_of(path) ||
	       fault_set(fault, "cannot sync the folder of %s: %s", path, strerror(errno));
}

bool file_write(const char *path, struct span content, mode_t mode, struct fault *fault)
{
	char temporary[PATH_MAX];
	int fd = open_temporary(path, mode, temporary);

	if (fd < 0)
		return fault_set(fault, "cannot make %s: %s", path, strerror(errno));

	bool done = fd_write(fd, content) && fsync(fd) == 0;
	int error = errno;

	fd_close(&fd);
	if (!done) {
		(void)unlink(temporary);
		return fault_set(fault, "cannot write %s: %s", path, strerror(error));
	}
	return file_place(temporary, path, fault);
}

static bool is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* access() alone says yes to root for folders like /proc, which take no names from anybody. */
bool file_can_be_made(const char *path, bool with_folders, struct fault *fault)
{
	char folder[PATH_MAX], probe[PATH_MAX];

	if (!folder_of(path, folder) || (access(path, F_OK) != 0 && errno == ENAMETOOLONG))
		return fault_set(fault, "the name is too long: %s", path);
	if (is_folder(path))
		return fault_set(fault, "%s is a folder", path);
	while (with_folders && access(folder, F_OK) != 0 && errno == ENOENT)
		(void)folder_of(folder, folder);

	int len = snprintf(probe, sizeof(probe), "%s/.kindling-XXXXXX", folder);

	if (len < 0 || (size_t)len >= sizeof(probe))
		return fault_set(fault, "the name is too long: %s", path);
	if (mkdtemp(probe) == NULL || rmdir(probe) != 0)
		return fault_set(fault, "cannot write to the folder %s, where %s is to be: %s",
			folder, path, strerror(errno));
	return true;
}

static bool make_one_folder(const char *path, mode_t mode, struct fault *fault)
{
	bool made = mkdir(path, mode) == 0;
	int error = errno;

	/* On a read-only file system mkdir says so even where the folder is there. */
	if (!made && is_folder(path))
		return true;
	if (!made)
		return fault_set(fault, "cannot make the folder %s: %s", path,
			error == EEXIST ? "a file has that name" : strerror(error));
	if (!sync_folder_of(path))
		return fault_set(fault, "cannot sync the folder of %s: %s", path, strerror(errno));
	return true;
}

bool directory_make(const char *path, mode_t mode, struct fault *fault)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	if (len == 0)
		return fault_set(fault, "a folder has no name");
	if (len >= sizeof(part))
		return fault_set(fault, "the folder's name is too long: %s", path);
	memcpy(part, path, len);
	part[len] = '\0';

	for (size_t i = 1; i <= len; i++) {
		if (i < len && part[i] != '/')
			continue;
		part[i] = '\0';
		if (!make_one_folder(part, i == len ? mode : 0755, fault))
			return false;
		if (i < len)
			part[i] = '/';
	}
	return true;
}
