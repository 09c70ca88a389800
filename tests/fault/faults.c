/*
 * The tests' side of faults.h.
 */
#include "faults.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct faults none;
struct faults *faults = &none;
static char path[64];

bool faults_plain(void)
{
	const char *plain = getenv("KINDLING_PLAIN");

	return plain != NULL && plain[0] != '\0' && access(plain, X_OK) == 0 &&
	       setenv("KINDLING", plain, 1) == 0;
}

bool faults_begin(void)
{
	const char *library = getenv("KINDLING_PRELOAD");
	void *mapped;
	int fd;

	if (library == NULL || access(library, R_OK) != 0 || !faults_plain())
		return false;
	snprintf(path, sizeof(path), "/tmp/kindling-faults-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0 || ftruncate(fd, sizeof(*faults)) != 0)
		goto fail;
	mapped = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (mapped == MAP_FAILED)
		goto fail;
	close(fd);
	faults = mapped;
	/* For what is started from now on: nothing but the program. */
	setenv(FAULTS_VARIABLE, path, 1);
	setenv("LD_PRELOAD", library, 1);
	return true;
fail:
	fprintf(stderr, "%s: %s\n", path, strerror(errno));
	exit(1);
}

void faults_end(void)
{
	unlink(path);
}

int faults_skip(const char *name)
{
	printf("1..1\nok 1 - %s # SKIP %s: this build has no program without sanitizers for it, "
	       "or this system no library of faults\n",
		name, name);
	return 0;
}

void faults_fail_calls(unsigned calls, const char *part, int error, int spared)
{
	atomic_store(&faults->calls, 0);
	snprintf(faults->part, sizeof(faults->part), "%s", part);
	faults->error = error;
	atomic_store(&faults->spared, spared);
	atomic_store(&faults->calls_failed, 0);
	atomic_store(&faults->calls, calls);
}

void faults_fail_memory(pid_t pid, long nth, bool onwards)
{
	atomic_store(&faults->memory_nth, FAULTS_NEVER);
	if (atomic_exchange(&faults->memory_pid, pid) != pid)
		atomic_store(&faults->memory_live, 0);
	atomic_store(&faults->memory_asked, 0);
	atomic_store(&faults->memory_failed, 0);
	atomic_store(&faults->memory_onwards, onwards);
	atomic_store(&faults->memory_nth, nth);
}

void faults_stop(void)
{
	atomic_store(&faults->calls, 0);
	atomic_store(&faults->memory_nth, FAULTS_NEVER);
}
