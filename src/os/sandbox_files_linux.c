/*
 * Landlock (landlock(7)), by plain system calls: no C library knows them, and the kernel's header
 * here may be older than the kernel below. What each version added is in that page; what an older
 * one does not forbid (cutting files short, control of devices, TCP, signals), the filter for
 * system calls forbids as well.
 */
#include "os/sandbox_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "os/fd.h"
#include "os/sandbox_sanitizer.h"

#if !defined(SYS_landlock_create_ruleset) /* the same numbers on every machine */
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif

#define ASK_VERSION 1u
#define RULE_BELOW  1u

#define FS(bit)     (UINT64_C(1) << (bit))
#define WRITE_FILE  FS(1)
#define READ_FILE   FS(2)
#define READ_DIR    FS(3)
#define REMOVE_FILE FS(5)
#define MAKE_REG    FS(8)
#define OF_VERSION1 (FS(13) - 1) /* from execution to making symbolic links */
#define REFER       FS(13)       /* 2: to another folder */
#define TRUNCATE    FS(14)       /* 3 */
#define IOCTL_DEV   FS(15)       /* 5 */

#define TCP_BIND_CONNECT 3u /* 4 */
#define ABSTRACT_SIGNALS 3u /* 6: no abstract Unix sockets, no signals to those outside */

#define OF_FILES (READ_FILE | WRITE_FILE | TRUNCATE)

struct ruleset {
	uint64_t fs, net, scoped;
};

struct rule_below {
	uint64_t allowed;
	int32_t folder;
} __attribute__((packed));

static struct ruleset ruleset_of(long version)
{
	return (struct ruleset){
		.fs = OF_VERSION1 | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0) |
		      (version >= 5 ? IOCTL_DEV : 0),
		.net = version >= 4 ? TCP_BIND_CONNECT : 0,
		.scoped = version >= 6 ? ABSTRACT_SIGNALS : 0,
	};
}

/* An older kernel takes only as much of the struct as it knows, where the rest is zero; some of the
 * first ones not even that. */
static size_t ruleset_size(long version)
{
	return version >= 6   ? sizeof(struct ruleset)
	       : version >= 4 ? 2 * sizeof(uint64_t)
			      : sizeof(uint64_t);
}

static bool allow_below(int rules, const char *path, uint64_t rights, struct fault *fault)
{
	struct stat info;
	struct rule_below rule = {.allowed = rights};
	int fd = open(path, O_PATH | O_CLOEXEC);
	bool done = fd >= 0 && fstat(fd, &info) == 0;
	if (done) {
		rule.folder = fd;
		if (!S_ISDIR(info.st_mode))
			rule.allowed &= OF_FILES;
		done = syscall(SYS_landlock_add_rule, rules, RULE_BELOW, &rule, 0) == 0;
	}
	if (!done)
		fault_set(fault, "cannot let a worker use %s: %s", path, strerror(errno));
	fd_close(&fd);
	return done;
}

static bool allow_all(int rules, const struct sandbox *sandbox, uint64_t known, struct fault *fault)
{
	const uint64_t reading = READ_FILE | READ_DIR;
	const uint64_t writing = reading | WRITE_FILE | TRUNCATE | MAKE_REG | REMOVE_FILE;
	for (size_t i = 0; i < sandbox->readable_count; i++)
		if (!allow_below(rules, sandbox->readable[i], reading & known, fault))
			return false;
	for (size_t i = 0; i < sandbox->writable_count; i++)
		if (!allow_below(rules, sandbox->writable[i], writing & known, fault))
			return false;
	return !SANDBOX_SANITIZED || allow_below(rules, "/proc", reading, fault);
}

static bool restrict_self(const struct sandbox *sandbox, const struct ruleset *ruleset, size_t size,
	struct fault *fault)
{
	int rules = (int)syscall(SYS_landlock_create_ruleset, ruleset, size, 0);
	if (rules < 0)
		return fault_set(fault, "Landlock refuses its rules: %s", strerror(errno));
	bool done = allow_all(rules, sandbox, ruleset->fs, fault);
	if (done && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		done = fault_set(fault, "Landlock does not begin: %s", strerror(errno));
	fd_close(&rules);
	return done;
}

/* 0, with errno: there is none. */
static long version_here(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
	return version > 0 ? version : 0;
}

bool sandbox_has_files(struct fault *fault)
{
	return version_here() > 0 ||
	       fault_set(fault,
		       "this system fences off no files (Landlock: %s; it takes Linux 5.13 with "
		       "landlock among its security modules)",
		       strerror(errno));
}

bool sandbox_fence_files(const struct sandbox *sandbox, struct fault *fault)
{
	long version = version_here();
	if (version == 0)
		return true;
	struct ruleset ruleset = ruleset_of(version);
	return restrict_self(sandbox, &ruleset, ruleset_size(version), fault);
}
