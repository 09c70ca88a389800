/*
 * Linux: prctl(2), and a filter of one rule that everything started from here on inherits.
 */
#include "os/privileges_system.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

/* io_uring asks the kernel for things without a system call, and so goes past what fences the
 * workers in. It has to be refused before an event loop is made: libuv 1.45 and later takes a ring
 * where it gets one, and ends the process where the ring stops working. Nothing is lost on a kernel
 * without such filters: sandbox_enter says so. */
static void refuse_rings(void)
{
#ifdef SYS_io_uring_setup
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
	(void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}

bool privileges_system_seal(struct fault *fault)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fault_set(fault, "cannot forbid new privileges: %s", strerror(errno));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return fault_set(fault, "cannot hide from other processes: %s", strerror(errno));
	refuse_rings();
	return true;
}
