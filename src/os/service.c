/*
 * systemd's two protocols, both of a few lines.
 */
#include "os/service.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/span.h"
#include "os/fd.h"

#define FIRST_HANDED_OVER  3 /* sd_listen_fds(3): SD_LISTEN_FDS_START */
#define HANDED_OVER_MAX    512
#define STATUS_MAX         200
#define PATIENCE_SECONDS   1 /* a manager that does not read must not stop the server */
#define MICROSECONDS       1000000
#define MICROSECONDS_IN_MS 1000

/* A whole decimal number of the environment. False: none is there. */
static bool read_number(const char *name, uint64_t *number)
{
	const char *text = getenv(name);
	char *end;
	if (text == NULL || text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0';
}

/* "/path", or "@name" for Linux's abstract ones; others (vsock: of virtual machines) are not for
 * us. */
static bool read_address(const char *name, struct sockaddr_un *address, socklen_t *size)
{
	size_t len = strlen(name);
	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof address->sun_path)
		return false;
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(address->sun_path, name, len);
	*size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (name[0] == '@')
		address->sun_path[0] = '\0'; /* its length says where it ends */
	else
		++*size;
	return true;
}

static int connect_to(const char *name)
{
	struct sockaddr_un address;
	socklen_t size;
	const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
	if (!read_address(name, &address, &size))
		return -1;
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (fd >= 0 &&
		(fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 ||
			setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
			connect(fd, (const struct sockaddr *)&address, size) != 0))
		fd_close(&fd);
	return fd;
}

void service_open(struct service *service)
{
	const char *name = getenv("NOTIFY_SOCKET");
	uint64_t every, whose;
	*service = (struct service){.fd = name != NULL ? connect_to(name) : -1};
	bool ours = !read_number("WATCHDOG_PID", &whose) || whose == (uint64_t)getpid();
	if (service->fd >= 0 && ours && read_number("WATCHDOG_USEC", &every) && every <= INT64_MAX)
		service->watchdog_ms = (int64_t)every / MICROSECONDS_IN_MS;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_PID");
	unsetenv("WATCHDOG_USEC");
}

void service_close(struct service *service)
{
	fd_close(&service->fd);
}

/* Its first line, and no half of a character at the end: the rest would be taken for fields of
 * their own, or the whole refused. */
static int status_length(const char *status)
{
	size_t len = strcspn(status, "\r\n");
	if (len > STATUS_MAX)
		for (len = STATUS_MAX; len > 0 && ((unsigned char)status[len] & 0xc0) == 0x80;)
			len--;
	return (int)len;
}

/* What is not heard is lost: a manager that is gone comes back with questions of its own. */
static void tell(const struct service *service, const char *fields, const char *status)
{
	char text[STATUS_MAX + 128];
	if (service->fd < 0)
		return;
	int len = snprintf(text, sizeof text, "%s%s%.*s", fields, status != NULL ? "STATUS=" : "",
		status != NULL ? status_length(status) : 0, status != NULL ? status : "");
	ssize_t sent;
	do
		sent = send(service->fd, text, (size_t)len, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
}

void service_ready(const struct service *service, const char *status)
{
	tell(service, "READY=1\n", status);
}

void service_reloading(const struct service *service)
{
	char fields[64];
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	(void)snprintf(fields, sizeof fields, "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n",
		(int64_t)now.tv_sec * MICROSECONDS + now.tv_nsec / 1000);
	tell(service, fields, NULL);
}

void service_stopping(const struct service *service)
{
	tell(service, "STOPPING=1\n", NULL);
}

void service_alive(const struct service *service, const char *status, bool well)
{
	tell(service, well && service->watchdog_ms > 0 ? "WATCHDOG=1\n" : "", status);
}

static int option_of(int fd, int option)
{
	int value = 0;
	socklen_t size = sizeof value;
	return getsockopt(fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

static bool take_socket(int fd, struct fault *fault)
{
	struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
	socklen_t size = sizeof address;
	if (option_of(fd, SO_TYPE) != SOCK_STREAM || option_of(fd, SO_ACCEPTCONN) != 1 ||
		getsockname(fd, (struct sockaddr *)&address, &size) != 0 ||
		(address.ss_family != AF_INET && address.ss_family != AF_INET6 &&
			address.ss_family != AF_UNIX))
		return fault_set(fault,
			"descriptor %d, which the service manager handed over, is no listening "
			"stream "
			"socket: its unit wants ListenStream= and Accept=no",
			fd);
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || !fd_set_nonblocking(fd))
		return fault_set(fault, "descriptor %d, which was handed over, cannot be used: %s",
			fd, strerror(errno));
	return true;
}

int service_take_sockets(int *first, struct fault *fault)
{
	uint64_t count = 0, whose;
	bool given = getenv("LISTEN_FDS") != NULL;
	bool known = read_number("LISTEN_FDS", &count) && count <= HANDED_OVER_MAX;
	bool ours = read_number("LISTEN_PID", &whose) && whose == (uint64_t)getpid();
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDNAMES");
	*first = FIRST_HANDED_OVER;
	if (!given || !ours)
		return 0;
	if (!known) {
		fault_set(fault, "LISTEN_FDS is no number from 0 to %d", HANDED_OVER_MAX);
		return -1;
	}
	for (int i = 0; i < (int)count; i++)
		if (!take_socket(FIRST_HANDED_OVER + i, fault))
			return -1;
	return (int)count;
}
