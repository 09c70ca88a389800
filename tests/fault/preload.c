/*
 * The library that is loaded into the program; faults.h tells what it does. It makes no call of the
 * system that the program did not ask for, once it is loaded. Linux with glibc.
 *
 * Here: how it is loaded, memory, and clocks. Files are preload_files.c's.
 */
#include "preload.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static struct faults quiet; /* until the real one is mapped */
struct faults *shared = &quiet;
static pid_t self;

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

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

#if __TIMESIZE == 32
/* The same under the names, and in the forms, that programs have whose times go beyond 2038. */
struct long_timespec {
	int64_t tv_sec;
	int32_t tv_nsec, padding;
};
int __clock_gettime64(clockid_t which, struct long_timespec *now);
int64_t __time64(int64_t *out);

int __clock_gettime64(clockid_t which, struct long_timespec *now)
{
	struct timespec plain;
	int result = clock_gettime(which, &plain);

	if (result == 0)
		*now = (struct long_timespec){plain.tv_sec, (int32_t)plain.tv_nsec, 0};
	return result;
}

int64_t __time64(int64_t *out)
{
	time_t now = time(NULL);

	if (out != NULL)
		*out = now;
	return now;
}
#endif

int gettimeofday(struct timeval *out, void *zone)
{
	struct timespec now;

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &now);
	out->tv_sec = now.tv_sec;
	out->tv_usec = now.tv_nsec / 1000;
	return 0;
}
