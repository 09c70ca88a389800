/*
 * A worker that has been taken over, for test_isolation: a request for /hook/WHAT?WORD makes it try
 * WHAT, and the answer says how that went. It stands in for site_open (see hook.mk), so the program
 * itself has nothing of this.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "site/site.h"

#define PREFIX "/hook/"

enum site_step __real_site_open(
	struct site *site, struct request *request, struct reply *reply, struct site_visit *visit);
enum site_step __wrap_site_open(
	struct site *site, struct request *request, struct reply *reply, struct site_visit *visit);

/* A word of the master's memory: processes that come of one fork have it at the same place. */
static uint64_t landmark = UINT64_C(0x6b696e646c696e67);

/* Each is true where it did what it is called, else there is errno. */

static bool close_after(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool try_read(const char *path)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &byte, 1) == 1 && close_after(fd);
}

static bool try_list(const char *path)
{
	DIR *folder = opendir(path);
	return folder != NULL && readdir(folder) != NULL && closedir(folder) == 0;
}

static bool try_write(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	return fd >= 0 && write(fd, "x", 1) == 1 && close_after(fd);
}

static bool try_remove(const char *path)
{
	return unlink(path) == 0;
}

static bool try_cut(const char *path)
{
	return truncate(path, 0) == 0;
}

static bool try_link(const char *path)
{
	return symlink("/etc/passwd", path) == 0;
}

/* A program that is not there: where it may be looked for, the answer is ENOENT and not the end of
 * this process. */
static bool try_execute(const char *path)
{
	execl(path, "program", (char *)NULL);
	return errno == ENOENT;
}

static bool ended_well(pid_t pid)
{
	int status;
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool try_start(const char *path)
{
	pid_t pid = fork();
	if (pid == 0) {
		execl(path, "program", (char *)NULL);
		_exit(1);
	}
	return ended_well(pid);
}

static bool try_fork(const char *word)
{
	(void)word;
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	return ended_well(pid);
}

static bool try_socket(const char *word)
{
	(void)word;
	return close_after(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

static bool try_connect(const char *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	       close_after(fd);
}

static bool try_connect_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return false;
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	       close_after(fd);
}

static bool try_listen(const char *word)
{
	(void)word;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && listen(fd, 1) == 0 && close_after(fd);
}

static bool try_trace(const char *word)
{
	(void)word;
	int status;
	pid_t master = getppid();
	return ptrace(PTRACE_SEIZE, master, NULL, NULL) == 0 &&
	       ptrace(PTRACE_INTERRUPT, master, NULL, NULL) == 0 &&
	       waitpid(master, &status, __WALL) == master &&
	       ptrace(PTRACE_DETACH, master, NULL, NULL) == 0;
}

/* One that the master gets all the time. */
static bool try_signal(const char *word)
{
	(void)word;
	return kill(getppid(), SIGCHLD) == 0;
}

static bool try_memory(const char *word)
{
	(void)word;
	char path[64];
	uint64_t found = 0;
	snprintf(path, sizeof path, "/proc/%ld/mem", (long)getppid());
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 &&
	       pread(fd, &found, sizeof found, (off_t)(uintptr_t)&landmark) == sizeof found &&
	       found == landmark && close_after(fd);
}

static bool try_memory_by_call(const char *word)
{
	(void)word;
	uint64_t found = 0;
	struct iovec here = {&found, sizeof found}, there = {&landmark, sizeof landmark};
	return process_vm_readv(getppid(), &here, 1, &there, 1, 0) == sizeof found &&
	       found == landmark;
}

static bool try_mount(const char *folder)
{
	return mount("none", folder, "tmpfs", 0, NULL) == 0 && umount(folder) == 0;
}

static bool try_namespace(const char *word)
{
	(void)word;
	return unshare(CLONE_NEWUTS) == 0;
}

static bool try_root(const char *word)
{
	(void)word;
	return setuid(0) == 0;
}

static bool try_code(const char *word)
{
	(void)word;
	void *page = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return page != MAP_FAILED && munmap(page, 4096) == 0;
}

static bool try_limits(const char *word)
{
	(void)word;
	return syscall(SYS_setpriority, 0, 0, 1) == 0;
}

/* Whether this process is root: what some of these take. */
static bool try_nothing(const char *word)
{
	(void)word;
	return geteuid() == 0;
}

static const struct {
	const char *name;
	bool (*act)(const char *word);
} attempts[] = {
	{"read", try_read},
	{"list", try_list},
	{"write", try_write},
	{"remove", try_remove},
	{"cut", try_cut},
	{"link", try_link},
	{"execute", try_execute},
	{"start", try_start},
	{"fork", try_fork},
	{"socket", try_socket},
	{"connect", try_connect},
	{"connect-unix", try_connect_unix},
	{"listen", try_listen},
	{"trace", try_trace},
	{"signal", try_signal},
	{"memory", try_memory},
	{"memory-by-call", try_memory_by_call},
	{"mount", try_mount},
	{"namespace", try_namespace},
	{"root", try_root},
	{"code", try_code},
	{"limits", try_limits},
	{"nothing", try_nothing},
};

enum site_step __wrap_site_open(
	struct site *site, struct request *request, struct reply *reply, struct site_visit *visit)
{
	struct span name = request->uri.path;
	if (!span_starts_with(name, SPAN_LIT(PREFIX)))
		return __real_site_open(site, request, reply, visit);
	name = span_skip(name, strlen(PREFIX));
	const char *word = arena_copy(request->arena, request->uri.query);
	*visit = (struct site_visit){.fd = -1};
	for (size_t i = 0; word != NULL && i < sizeof attempts / sizeof attempts[0]; i++) {
		if (!span_equal(name, span_of(attempts[i].name)))
			continue;
		errno = 0;
		bool done = attempts[i].act(word);
		reply_status(request, reply, STATUS_TEMPORARY_FAILURE, "%s %s",
			done ? "done" : "stopped:", done ? "" : strerror(errno));
		return SITE_ANSWERED;
	}
	reply_status(request, reply, STATUS_NOT_FOUND, "no such attempt");
	return SITE_ANSWERED;
}
