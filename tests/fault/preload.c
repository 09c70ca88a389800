/*
 * The library that is loaded into the program; faults.h tells what it does. It makes no call of the
 * system that the program did not ask for, once it is loaded. Linux with glibc.
 */
#include "faults.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* The functions defined here are the C library's own, which its headers declare in many ways. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wnonnull"

#define FILES_MAX 4096

static struct faults quiet; /* until the real one is mapped */
static struct faults *shared = &quiet;
static pid_t self;
static char paths[FILES_MAX][FAULTS_PART_SIZE * 2]; /* the ends of them */

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

/* A function pointer out of an object pointer, which C itself cannot say. */
#define REAL(name, ...)                                                                            \
	static __typeof__(&(name)) real;                                                           \
	if (real == NULL) {                                                                        \
		void *found = dlsym(RTLD_NEXT, #name);                                             \
		memcpy(&real, &found, sizeof(real));                                               \
	}                                                                                          \
	return real(__VA_ARGS__)

static void find_self(void)
{
	self = getpid();
}

__attribute__((constructor)) static void load(void)
{
	const char *path = getenv(FAULTS_VARIABLE);
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *mapped =
		fd < 0 ? MAP_FAILED
		       : mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (mapped != MAP_FAILED)
		shared = mapped;
	if (fd >= 0)
		close(fd);
	find_self();
	pthread_atfork(NULL, NULL, find_self);
}

/* ---- files */

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

static ssize_t real_pread(int fd, void *bytes, size_t size, off_t from)
{
	REAL(pread, fd, bytes, size, from);
}

static ssize_t real_pwrite(int fd, const void *bytes, size_t size, off_t to)
{
	REAL(pwrite, fd, bytes, size, to);
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

ssize_t pread64(int fd, void *bytes, size_t size, off_t from)
{
	return FAILS(FAULT_READ) real_pread(fd, bytes, size, from);
}

ssize_t __pread64_chk(int fd, void *bytes, size_t size, off_t from, size_t room)
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

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t to)
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

int ftruncate(int fd, off_t length)
{
	if (fails(FAULT_TRUNCATE, fd))
		return -1;
	REAL(ftruncate, fd, length);
}

int ftruncate64(int fd, off_t length)
{
	return ftruncate(fd, length);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t from)
{
	if (fails(FAULT_MAP, fd))
		return MAP_FAILED;
	REAL(mmap, at, length, protection, flags, fd, from);
}

void *mmap64(void *at, size_t length, int protection, int flags, int fd, off_t from)
{
	return mmap(at, length, protection, flags, fd, from);
}

/* ---- memory */

static bool counts_memory(void)
{
	return self != 0 && atomic_load_explicit(&shared->memory_pid, memory_order_relaxed) == self;
}

/* Counts one that is about to be made. */
static bool is_out_of_memory(void)
{
	long nth;

	if (!counts_memory())
		return false;
	atomic_fetch_add(&shared->memory_asked, 1);
	nth = atomic_load(&shared->memory_nth);
	if (nth != FAULTS_NEVER && nth >= 0)
		nth = atomic_fetch_sub(&shared->memory_nth, 1);
	if (nth == 1 || (nth < 1 && atomic_load(&shared->memory_onwards))) {
		atomic_fetch_add(&shared->memory_failed, 1);
		errno = ENOMEM;
		return true;
	}
	atomic_fetch_add(&shared->memory_live, 1);
	return false;
}

static void release(void)
{
	if (counts_memory())
		atomic_fetch_sub(&shared->memory_live, 1);
}

void *malloc(size_t size)
{
	return is_out_of_memory() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_out_of_memory() ? NULL : __libc_calloc(count, size);
}

void free(void *memory)
{
	if (memory != NULL)
		release();
	__libc_free(memory);
}

void *realloc(void *memory, size_t size)
{
	if (memory != NULL && size == 0) {
		free(memory);
		return NULL;
	}
	if (is_out_of_memory())
		return NULL;
	if (memory != NULL)
		release();
	return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size)
{
	return is_out_of_memory() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	void *made = memalign(alignment, size);

	if (made == NULL)
		return ENOMEM;
	*memory = made;
	return 0;
}

/* ---- clocks */

static int real_clock_gettime(clockid_t which, struct timespec *now)
{
	REAL(clock_gettime, which, now);
}

int clock_gettime(clockid_t which, struct timespec *now)
{
	int result = real_clock_gettime(which, now);
	long steady;

	if (result != 0)
		return result;
	switch (which) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		now->tv_sec += atomic_load(&shared->wall_ahead);
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_BOOTTIME:
		steady = atomic_load(&shared->steady_ahead);
		now->tv_sec += steady / 1000;
		now->tv_nsec += steady % 1000 * 1000000;
		if (now->tv_nsec >= 1000000000) {
			now->tv_sec++;
			now->tv_nsec -= 1000000000;
		}
		break;
	default:
		break;
	}
	return result;
}

time_t time(time_t *out)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (out != NULL)
		*out = now.tv_sec;
	return now.tv_sec;
}

int gettimeofday(struct timeval *out, void *zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
