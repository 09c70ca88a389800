/*
 * Listening sockets.
 */
#include "os/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "os/fd.h"

/* How much may wait unsent in the kernel. A write deadline is pushed on when the kernel takes more:
 * with megabytes of room it would take nothing for longer than a slow reader's deadline. */
#define UNSENT_MAX (128 * 1024)

/* Of a Unix socket's file: its owner and group may connect. */
#define UNIX_MASK 0117

/* FreeBSD shares connections out only under this name; its SO_REUSEPORT gives all to the last. */
#ifdef SO_REUSEPORT_LB
#define SHARED_PORT SO_REUSEPORT_LB
#else
#define SHARED_PORT SO_REUSEPORT
#endif

bool listen_has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool has = fd >= 0 || errno != EAFNOSUPPORT;

	fd_close(&fd);
	return has;
}

static const char *path_of(const struct sockaddr_storage *address)
{
	return ((const struct sockaddr_un *)(const void *)address)->sun_path;
}

static bool unix_fault(const char *where, int error, struct fault *fault)
{
	switch (error) {
	case EADDRINUSE:
		return fault_set(fault,
			"%s is taken: stop the program that listens there, or move that file away",
			where);
	case EACCES:
	case EPERM:
	case EROFS:
		return fault_set(fault,
			"this user may not make %s: give the folder to the user that serves",
			where);
	case ENOENT:
		return fault_set(fault, "the folder of %s is missing: make it", where);
	default:
		return fault_set(fault, "cannot listen on %s: %s", where, strerror(error));
	}
}

static bool open_fault(const struct sockaddr_storage *address, int error, struct fault *fault)
{
	char where[ADDRESS_TEXT_SIZE];

	address_format_with_port(address, where);
	if (address_is_unix(address))
		return unix_fault(where, error, fault);
	switch (error) {
	case EADDRINUSE:
		return fault_set(fault,
			"%s is taken by another program: stop that one, or choose another port "
			"with --listen",
			where);
	case EACCES:
	case EPERM:
		return fault_set(fault,
			"this user may not listen on %s: choose a port from 1024 up with --listen",
			where);
	case EADDRNOTAVAIL:
		return fault_set(fault,
			"this machine does not have the address of %s: choose one that it has with "
			"--listen",
			where);
	case EAFNOSUPPORT:
		return fault_set(fault,
			"this machine does not speak the protocol of %s: leave that address out",
			where);
	default:
		return fault_set(fault, "cannot listen on %s: %s", where, strerror(error));
	}
}

static bool set_on(int fd, int level, int option)
{
	int on = 1;

	return setsockopt(fd, level, option, &on, sizeof(on)) == 0;
}

/* What accepted sockets inherit. Output is gathered before it is sent, so nothing is gained by
 * holding a short packet back. Without these the server would be slower, not wrong. */
static void tune(int fd)
{
	set_on(fd, IPPROTO_TCP, TCP_NODELAY);
#ifdef TCP_NOTSENT_LOWAT
	int unsent = UNSENT_MAX;

	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof(unsent));
#endif
}

/* A bound socket, or -1 with errno. */
static int bind_socket(const struct sockaddr_storage *address, bool shared)
{
	bool is_unix = address_is_unix(address);
	int fd = socket(address->ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;

	/* The file has these rights from its first moment on. */
	mode_t mask = umask(UNIX_MASK);

	bool bound = fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fd_set_nonblocking(fd) &&
		     (is_unix || set_on(fd, SOL_SOCKET, SO_REUSEADDR)) &&
		     (is_unix || !shared || set_on(fd, SOL_SOCKET, SHARED_PORT)) &&
		     /* Else [::] would take the IPv4 port too, and 0.0.0.0 beside it would fail. */
		     (address->ss_family != AF_INET6 || set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY)) &&
		     bind(fd, (const struct sockaddr *)address, address_size(address)) == 0;
	int error = errno;

	umask(mask);
	if (!bound)
		fd_close(&fd);
	else if (!is_unix)
		tune(fd);
	errno = error;
	return fd;
}

/* Whether somebody listens at a Unix socket's path; a file that nobody listens at any more is
 * removed. What is no socket is left alone, and binding tells of it. */
static bool is_answered(const struct sockaddr_storage *address)
{
	struct stat info;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool connected =
		connect(fd, (const struct sockaddr *)address, address_size(address)) == 0 ||
		errno == EAGAIN; /* its queue is full */

	if (!connected && errno == ECONNREFUSED && lstat(path_of(address), &info) == 0 &&
		S_ISSOCK(info.st_mode))
		unlink(path_of(address));
	fd_close(&fd);
	return connected;
}

bool listen_is_free(const struct sockaddr_storage *address, struct fault *fault)
{
	if (address_is_unix(address))
		return !is_answered(address) || open_fault(address, EADDRINUSE, fault);

	int fd = bind_socket(address, false);

	if (fd < 0 || listen(fd, SOMAXCONN) != 0) {
		(void)open_fault(address, errno, fault);
		fd_close(&fd);
		return false;
	}
	fd_close(&fd);
	return true;
}

int listen_bind(const struct sockaddr_storage *address, struct fault *fault)
{
	int fd = bind_socket(address, true);

	if (fd < 0)
		(void)open_fault(address, errno, fault);
	return fd;
}

bool listen_start(int fd, const struct sockaddr_storage *address, struct fault *fault)
{
	return listen(fd, SOMAXCONN) == 0 || open_fault(address, errno, fault);
}

void listen_give(int fd, const char *user)
{
	const struct passwd *entry = getpwnam(user);
	/* Where it cannot be, more workers share the sockets that there are. */
	bool given = entry != NULL && fchown(fd, entry->pw_uid, entry->pw_gid) == 0;

	(void)given;
}

void listen_remove(const struct sockaddr_storage *address)
{
	if (address_is_unix(address))
		unlink(path_of(address));
}

void socket_acknowledge_now(int fd)
{
#ifdef TCP_QUICKACK
	(void)set_on(fd, IPPROTO_TCP, TCP_QUICKACK);
#else
	(void)fd;
#endif
}

bool listen_bound_address(int fd, struct sockaddr_storage *address)
{
	socklen_t size = sizeof(*address);

	memset(address, 0, sizeof(*address));
	return getsockname(fd, (struct sockaddr *)address, &size) == 0;
}
