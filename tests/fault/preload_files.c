/*
 * The library's calls on files.
 */
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FILES_MAX 4096

static char paths[FILES_MAX][FAULTS_PART_SIZE * 2]; /* the ends of them */

static bool fails_for(unsigned call, const char *path)
{
	if ((atomic_load(&shared->calls) & call) == 0 || strstr(path, shared->part) == NULL)
		return false;
	if (atomic_fetch_sub(&shared->spared, 1) > 0)
		return false;
	atomic_fetch_add(&shared->calls_failed, 1);
	errno = shared->error;
	return true;
}

static bool fails(unsigned call, int fd)
{
	return fd >= 0 && fd < FILES_MAX && fails_for(call, paths[fd]);
}

static int opened(int fd, const char *path)
{
	const size_t length = strlen(path), most = sizeof(paths[0]) - 1;
	const size_t kept = length > most ? most : length;

	if (fd >= 0 && fd < FILES_MAX)
		memcpy(paths[fd], path + length - kept, kept + 1);
	return fd;
}

#define MODE_OF(flags)                                                                             \
	mode_t mode = 0;                                                                           \
	if ((flags) & (O_CREAT | __O_TMPFILE)) {                                                   \
		va_list rest;                                                                      \
		va_start(rest, flags);                                                             \
		mode = va_arg(rest, mode_t);                                                       \
		va_end(rest);                                                                      \
	}

static int real_openat(int folder, const char *path, int flags, mode_t mode)
{
	REAL(openat, folder, path, flags, mode);
}

static int open_file(int folder, const char *path, int flags, mode_t mode)
{
	/* What is read-only may still be read. */
	if (shared->error == EROFS && (flags & (O_WRONLY | O_RDWR | O_CREAT)) == 0)
		return opened(real_openat(folder, path, flags, mode), path);
	return fails_for(FAULT_OPEN, path) ? -1
					   : opened(real_openat(folder, path, flags, mode), path);
}

int open(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_file(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_file(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_file(folder, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
	MODE_OF(flags)
	return open_file(folder, path, flags, mode);
}

int __open_2(const char *path, int flags)
{
	return open_file(AT_FDCWD, path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
	return open_file(AT_FDCWD, path, flags, 0);
}

int __openat_2(int folder, const char *path, int flags)
{
	return open_file(folder, path, flags, 0);
}

int __openat64_2(int folder, const char *path, int flags)
{
	return open_file(folder, path, flags, 0);
}

static long real_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	REAL(syscall, number, a, b, c, d, e, f);
}

/* openat2 has no function of its own. */
long syscall(long number, ...)
{
	long given[6];
	va_list rest;

	va_start(rest, number);
	for (size_t i = 0; i < 6; i++)
		given[i] = va_arg(rest, long);
	va_end(rest);
#ifdef SYS_openat2
	if (number == SYS_openat2) {
		const char *path = (const char *)(intptr_t)given[1];

		if (fails_for(FAULT_OPEN, path))
			return -1;
		return opened((int)real_syscall(number, given[0], given[1], given[2], given[3],
				      given[4], given[5]),
			path);
	}
#endif
	return real_syscall(number, given[0], given[1], given[2], given[3], given[4], given[5]);
}

int close(int fd)
{
	if (fd >= 0 && fd < FILES_MAX)
		paths[fd][0] = '\0';
	REAL(close, fd);
}

#define FAILS(call) fails((call), fd) ? -1:

static ssize_t real_read(int fd, void *bytes, size_t size)
{
	REAL(read, fd, bytes, size);
}

static ssize_t real_pread(int fd, void *bytes, size_t size, off64_t from)
{
	REAL(pread64, fd, bytes, size, from);
}

static ssize_t real_pwrite(int fd, const void *bytes, size_t size, off64_t to)
{
	REAL(pwrite64, fd, bytes, size, to);
}

static ssize_t real_write(int fd, const void *bytes, size_t size)
{
	REAL(write, fd, bytes, size);
}

ssize_t read(int fd, void *bytes, size_t size)
{
	return FAILS(FAULT_READ) real_read(fd, bytes, size);
}

ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room)
{
	(void)room;
	return FAILS(FAULT_READ) real_read(fd, bytes, size);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t from)
{
	return FAILS(FAULT_READ) real_pread(fd, bytes, size, from);
}

ssize_t pread64(int fd, void *bytes, size_t size, off64_t from)
{
	return FAILS(FAULT_READ) real_pread(fd, bytes, size, from);
}

ssize_t __pread64_chk(int fd, void *bytes, size_t size, off64_t from, size_t room)
{
	(void)room;
	return FAILS(FAULT_READ) real_pread(fd, bytes, size, from);
}

ssize_t write(int fd, const void *bytes, size_t size)
{
	return FAILS(FAULT_WRITE) real_write(fd, bytes, size);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t to)
{
	return FAILS(FAULT_WRITE) real_pwrite(fd, bytes, size, to);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t to)
{
	return FAILS(FAULT_WRITE) real_pwrite(fd, bytes, size, to);
}

int fsync(int fd)
{
	if (fails(FAULT_SYNC, fd))
		return -1;
	REAL(fsync, fd);
}

int fdatasync(int fd)
{
	if (fails(FAULT_SYNC, fd))
		return -1;
	REAL(fdatasync, fd);
}

int ftruncate64(int fd, off64_t length)
{
	if (fails(FAULT_TRUNCATE, fd))
		return -1;
	REAL(ftruncate64, fd, length);
}

int ftruncate(int fd, off_t length)
{
	return ftruncate64(fd, length);
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t from)
{
	if (fails(FAULT_MAP, fd))
		return MAP_FAILED;
	REAL(mmap64, at, length, protection, flags, fd, from);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t from)
{
	return mmap64(at, length, protection, flags, fd, from);
}
