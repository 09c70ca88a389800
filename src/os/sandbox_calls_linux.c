/*
 * The filter for system calls, by libseccomp. What the lists below hold is what the program and its
 * libraries were seen to use while they serve, and what the same libraries use elsewhere (musl, 32
 * bits, newer versions). Whatever is not named does not exist (ENOSYS): a library that tries
 * something newer falls back to what it did before, instead of dying.
 */
#include "os/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <netinet/in.h>
#include <unistd.h>

#include "os/sandbox_sanitizer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---- whole calls */

/* Memory, threads, time, and descriptors that are open. */
static const char *const of_all[] = {"brk", "clock_getres", "clock_gettime", "clock_gettime64",
	"clock_nanosleep", "clock_nanosleep_time64", "close", "dup", "epoll_create1", "epoll_ctl",
	"epoll_pwait", "epoll_pwait2", "epoll_wait", "eventfd2", "exit", "exit_group", "fstat",
	"fstat64", "futex", "futex_time64", "getcpu", "getegid", "getegid32", "geteuid",
	"geteuid32", "getgid", "getgid32", "getpid", "getppid", "getrandom", "getrusage", "gettid",
	"gettimeofday", "getuid", "getuid32", "madvise", "membarrier", "mremap", "munmap",
	"nanosleep", "poll", "ppoll", "ppoll_time64", "pselect6", "pselect6_time64", "read",
	"readv", "recv", "recvfrom", "restart_syscall", "rseq", "rt_sigaction", "rt_sigpending",
	"rt_sigprocmask", "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "sched_getaffinity",
	"sched_yield", "select", "send", "set_robust_list", "set_tid_address", "shutdown",
	"sigaltstack", "sigreturn", "sysinfo", "time", "times", "uname", "write", "writev"};

/* Files below its folders (where Landlock decides), and connections that it accepts. */
static const char *const of_worker[] = {"accept", "accept4", "access", "faccessat", "faccessat2",
	"fallocate", "fchown", "fchown32", "fdatasync", "fstatat64", "fstatfs", "fstatfs64",
	"fsync", "ftruncate", "ftruncate64", "getcwd", "getdents", "getdents64", "getpeername",
	"getsockname", "getsockopt", "_llseek", "lseek", "lstat", "lstat64", "msync", "newfstatat",
	"open", "openat", "openat2", "pread64", "preadv", "pwrite64", "pwritev", "readlink",
	"readlinkat", "sendfile", "sendfile64", "stat", "stat64", "statfs", "statfs64", "statx",
	"unlink", "unlinkat"};

/* The channels that it is handed, and a processor to answer on. */
static const char *const of_keyholder[] = {"recvmsg", "sched_setaffinity"};

/* What nobody here asks for but whoever has taken the process over: it ends, and the master says
 * so. */
static const char *const deadly[] = {"acct", "add_key", "adjtimex", "bpf", "capset", "chroot",
	"clock_adjtime", "clock_settime", "delete_module", "execve", "execveat", "finit_module",
	"fsconfig", "fsmount", "fsopen", "fspick", "init_module", "ioperm", "iopl",
	"kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie", "mknod", "mknodat", "mount",
	"mount_setattr", "move_mount", "open_by_handle_at", "open_tree", "perf_event_open",
	"pidfd_getfd", "pivot_root", "process_madvise", "process_vm_readv", "process_vm_writev",
	"quotactl", "reboot", "request_key", "setdomainname", "setfsgid", "setfsgid32", "setfsuid",
	"setfsuid32", "setgid", "setgid32", "setgroups", "setgroups32", "sethostname", "setns",
	"setregid", "setregid32", "setresgid", "setresgid32", "setresuid", "setresuid32",
	"setreuid", "setreuid32", "settimeofday", "setuid", "setuid32", "stime", "swapoff",
	"swapon", "syslog", "umount", "umount2", "unshare", "userfaultfd", "vhangup"};

/* Refused in a word that a log makes sense of. */
static const char *const refused[] = {"bind", "chdir", "chmod", "connect", "fchmodat", "fork",
	"kill", "link", "linkat", "listen", "mkdir", "mkdirat", "pidfd_open", "pidfd_send_signal",
	"rename", "renameat", "renameat2", "rmdir", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
	"sendmmsg", "socket", "socketpair", "symlink", "symlinkat", "tkill", "truncate",
	"truncate64", "vfork"};

/* ---- calls whose arguments matter */

#define WORD  UINT64_C(0xffffffff) /* an int: what stands above it is not looked at */
#define WHOLE UINT64_MAX

struct condition {
	const char *call;
	unsigned argument;
	uint64_t mask, value; /* allowed where argument & mask == value */
};

static const struct condition conditions_of_all[] = {
	/* Nothing becomes a program that was not one at the start. */
	{"mmap", 2, PROT_EXEC, 0}, {"mmap2", 2, PROT_EXEC, 0}, {"mprotect", 2, PROT_EXEC, 0},
#if defined(__s390x__)
	{"clone", 1, CLONE_THREAD, CLONE_THREAD}, /* threads, and no processes */
#else
	{"clone", 0, CLONE_THREAD, CLONE_THREAD},
#endif
	{"sendto", 4, WHOLE, 0}, /* to whom it is connected */
	{"fcntl", 1, WORD, F_GETFD}, {"fcntl", 1, WORD, F_SETFD}, {"fcntl", 1, WORD, F_GETFL},
	{"fcntl", 1, WORD, F_SETFL}, {"fcntl64", 1, WORD, F_GETFD}, {"fcntl64", 1, WORD, F_SETFD},
	{"fcntl64", 1, WORD, F_GETFL}, {"fcntl64", 1, WORD, F_SETFL},
	{"prctl", 0, WORD, PR_SET_NAME},
	{"prctl", 0, WORD, 0x53564d41}, /* PR_SET_VMA: newer C libraries name their memory */
	{"prlimit64", 2, WHOLE, 0},     /* asking alone */
};

static const struct condition conditions_of_worker[] = {
	/* Locks of SQLite. */
	{"fcntl", 1, WORD, F_GETLK}, {"fcntl", 1, WORD, F_SETLK}, {"fcntl", 1, WORD, F_SETLKW},
	{"fcntl", 1, WORD, F_DUPFD_CLOEXEC},
	{"fcntl64", 1, WORD, 12}, /* the same where a file's offset takes two words */
	{"fcntl64", 1, WORD, 13}, {"fcntl64", 1, WORD, 14}, {"fcntl64", 1, WORD, F_DUPFD_CLOEXEC},
	{"ioctl", 1, WORD, FIONBIO}, {"ioctl", 1, WORD, FIONREAD},
	{"ioctl", 1, WORD, TIOCOUTQ}, /* how fast a reader reads */
	{"setsockopt", 1, WORD, IPPROTO_TCP},
	{"fchmod", 1, S_ISUID | S_ISGID | S_ISVTX, 0}, /* SQLite's files are like the store */
};

/* See sandbox_sanitizer.h. The helper shares this process's memory; a new process would not. */
static const char *const of_sanitizer[] = {"getdents", "getdents64", "lseek", "open", "openat",
	"ptrace", "readlink", "stat", "wait4", "waitid"};
static const struct condition conditions_of_sanitizer[] = {
	{"clone", 0, CLONE_THREAD | CLONE_VM, CLONE_VM}, {"prctl", 0, WORD, PR_SET_DUMPABLE},
	{"prctl", 0, WORD, PR_GET_DUMPABLE}, {"prctl", 0, WORD, PR_SET_PDEATHSIG},
	{"prctl", 0, WORD, 0x59616d61}, /* PR_SET_PTRACER */
};

/* ---- the filter */

/* EDOM: not a call of this machine. */
static bool is_added(int code)
{
	return code == 0 || code == -EDOM;
}

static bool add(scmp_filter_ctx filter, uint32_t action, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);
		if (call != __NR_SCMP_ERROR && !is_added(seccomp_rule_add(filter, action, call, 0)))
			return false;
	}
	return true;
}

static bool add_condition(scmp_filter_ctx filter, const struct condition *condition)
{
	const struct scmp_arg_cmp compare = {
		condition->argument, SCMP_CMP_MASKED_EQ, condition->mask, condition->value};
	int call = seccomp_syscall_resolve_name(condition->call);
	return call == __NR_SCMP_ERROR ||
	       is_added(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, call, 1, &compare));
}

static bool add_conditions(scmp_filter_ctx filter, const struct condition *conditions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!add_condition(filter, &conditions[i]))
			return false;
	return true;
}

#define ADD(action, names)    add(filter, action, names, COUNT(names))
#define ADD_CONDITIONS(table) add_conditions(filter, table, COUNT(table))

static bool add_worker(scmp_filter_ctx filter)
{
	return ADD(SCMP_ACT_ALLOW, of_worker) && ADD_CONDITIONS(conditions_of_worker);
}

static bool add_sanitizer(scmp_filter_ctx filter)
{
	static const char *const tracing[] = {"ptrace"};
	if (!SANDBOX_SANITIZED)
		return ADD(SCMP_ACT_KILL_PROCESS, tracing);
	return ADD(SCMP_ACT_ALLOW, of_sanitizer) && ADD_CONDITIONS(conditions_of_sanitizer);
}

static bool fill(scmp_filter_ctx filter, enum sandbox_kind kind)
{
	/* abort and raise: signals to a thread of this process. */
	const struct condition to_itself = {"tgkill", 0, WORD, (uint32_t)getpid()};
	return seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) == 0 &&
	       ADD(SCMP_ACT_ALLOW, of_all) && ADD_CONDITIONS(conditions_of_all) &&
	       add_condition(filter, &to_itself) &&
	       (kind == SANDBOX_WORKER ? add_worker(filter) : ADD(SCMP_ACT_ALLOW, of_keyholder)) &&
	       add_sanitizer(filter) && ADD(SCMP_ACT_KILL_PROCESS, deadly) &&
	       ADD(SCMP_ACT_ERRNO(EACCES), refused);
}

bool sandbox_has_calls(struct fault *fault)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0 ||
	       fault_set(
		       fault, "this kernel filters no system calls (seccomp: %s)", strerror(errno));
}

bool sandbox_filter_calls(enum sandbox_kind kind, struct fault *fault)
{
	if (!sandbox_has_calls(NULL))
		return true;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	if (filter == NULL || !fill(filter, kind)) {
		seccomp_release(filter);
		return fault_set(
			fault, "the filter for system calls cannot be made: is memory out?");
	}
	/* Where libseccomp knows it (2.5): a tree instead of a list is walked for each call. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	int code = seccomp_load(filter);
	seccomp_release(filter);
	return code == 0 ||
	       fault_set(fault, "the filter for system calls is refused: %s", strerror(-code));
}
