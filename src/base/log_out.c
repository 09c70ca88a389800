/*
 * Places for the log: standard error, a file, and the sockets of syslog and of the journal.
 *
 * The sockets are connected once, by the master: a worker may not connect to anything, and need not
 * to send.
 */
#include "base/log_out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct log_out log_out_standard_error(void)
{
	struct log_out out = {.place = LOG_TO_STDERR, .fd = STDERR_FILENO};
	struct stat info;
	bool known = fstat(STDERR_FILENO, &info) == 0;
	out.is_socket = known && S_ISSOCK(info.st_mode);
	out.may_block = known && (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode));
	if (!out.may_block)
		return out;
	/* O_NONBLOCK belongs to the open file: set on standard error itself, it would be set for
	 * everybody who shares the terminal. */
	int own = open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own < 0)
		return out;
	return (struct log_out){.place = LOG_TO_STDERR, .fd = own, .is_own = true};
}

static bool open_file(struct log_out *out, const char *path, struct fault *fault)
{
	/* Without O_NONBLOCK a FIFO would keep the server from starting until somebody reads. */
	out->fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0640);
	if (out->fd >= 0)
		return true;
	return fault_set(fault,
		"cannot open the log file %s: %s; name a file in a folder that the server's user "
		"may write to",
		path, strerror(errno));
}

/* -1 with errno. */
static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

static bool open_socket(
	struct log_out *out, const char *path, const char *name, struct fault *fault)
{
	out->is_socket = true;
	out->fd = connect_to(path);
	if (out->fd >= 0)
		return true;
	return fault_set(fault,
		"cannot log to the %s: %s: %s; start it, or log to stderr or to a file", name, path,
		strerror(errno));
}

bool log_out_open(struct log_out *out, const char *to, const char *socket, struct fault *fault)
{
	*out = (struct log_out){.is_own = true};
	if (strcmp(to, "syslog") == 0) {
		/* The BSDs have theirs elsewhere. */
		const char *usual = access("/dev/log", F_OK) == 0 ? "/dev/log" : "/var/run/log";
		out->place = LOG_TO_SYSLOG;
		return open_socket(out, socket != NULL ? socket : usual, "syslog", fault);
	}
	if (strcmp(to, "journal") == 0) {
		out->place = LOG_TO_JOURNAL;
		return open_socket(out, socket != NULL ? socket : "/run/systemd/journal/socket",
			"journal", fault);
	}
	out->place = LOG_TO_FILE;
	return open_file(out, to, fault);
}

void log_out_close(struct log_out *out)
{
	if (out->is_own)
		close(out->fd);
	*out = (struct log_out){.place = LOG_TO_STDERR, .fd = STDERR_FILENO};
}

ssize_t log_out_send(const struct log_out *out, const char *bytes, size_t len)
{
	struct pollfd reader = {.fd = out->fd, .events = POLLOUT};
	ssize_t wrote;
	if (out->may_block && poll(&reader, 1, 0) == 0)
		return -1;
	do
		wrote = out->is_socket ? send(out->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL)
				       : write(out->fd, bytes, len);
	while (wrote < 0 && errno == EINTR);
	return wrote;
}
