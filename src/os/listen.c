/*
 * Addresses to listen on, and the addresses of who connects.
 */
#include "os/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"

/* How much may wait unsent in the kernel. A write deadline is pushed on when the kernel takes more:
 * with megabytes of room it would take nothing for longer than a slow reader's deadline. */
#define UNSENT_MAX (128 * 1024)

/* FreeBSD shares connections out only under this name; its SO_REUSEPORT gives all to the last. */
#ifdef SO_REUSEPORT_LB
#define SHARED_PORT SO_REUSEPORT_LB
#else
#define SHARED_PORT SO_REUSEPORT
#endif

/* struct sockaddr_storage is made to be read as the struct of its family. */
static const struct sockaddr_in *as_ipv4(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in *)(const void *)address;
}

static const struct sockaddr_in6 *as_ipv6(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in6 *)(const void *)address;
}

static socklen_t address_size(const struct sockaddr_storage *address)
{
	return address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6)
					      : sizeof(struct sockaddr_in);
}

/* host = IPv4 / "[" IPv6 "]" */
static bool parse_host(struct span text, struct sockaddr_storage *address)
{
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	bool ipv6 = span_starts_with(text, SPAN_LIT("[")) && span_ends_with(text, SPAN_LIT("]"));
	char host[INET6_ADDRSTRLEN];

	memset(address, 0, sizeof(*address));
	if (ipv6)
		text = span_take(span_skip(text, 1), text.len - 2);
	if (text.len >= sizeof(host))
		return false;
	memcpy(host, text.ptr, text.len);
	host[text.len] = '\0';
	if (inet_pton(ipv6 ? AF_INET6 : AF_INET, host,
		    ipv6 ? (void *)&in6.sin6_addr : (void *)&in.sin_addr) != 1)
		return false;
	if (ipv6)
		memcpy(address, &in6, sizeof(in6));
	else
		memcpy(address, &in, sizeof(in));
	return true;
}

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
	if (address->ss_family == AF_INET6)
		((struct sockaddr_in6 *)(void *)address)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)(void *)address)->sin_port = htons(port);
}

/* address = host ":" port; the port is 0 to 65535. */
bool listen_parse(const char *text, struct sockaddr_storage *address, struct fault *fault)
{
	const char *colon = strrchr(text, ':');
	bool has_port = colon != NULL && strchr(colon, ']') == NULL;
	struct span host = has_port ? (struct span){text, (size_t)(colon - text)} : span_of(text);
	const char *digits = has_port ? colon + 1 : "";
	uint64_t port;

	if (!parse_host(host, address) || digits[strspn(digits, "0123456789")] != '\0')
		return fault_set(fault,
			"\"%s\" is not an address with a port: write 0.0.0.0:1965 for IPv4, "
			"[::]:1965 for IPv6",
			text);
	if (digits[0] == '\0')
		return fault_set(fault, "\"%s\": the port is missing: write %.*s:1965", text,
			SPAN_ARG(host));
	if (!span_to_u64(span_of(digits), 65535, &port))
		return fault_set(fault, "\"%s\": the port is too large: it is at most 65535", text);
	set_port(address, (uint16_t)port);
	return true;
}

bool listen_has_ipv6(void)
{
	int fd = socket(AF_INET6, SOCK_STREAM, 0);
	bool has = fd >= 0 || errno != EAFNOSUPPORT;

	fd_close(&fd);
	return has;
}

static bool open_fault(const struct sockaddr_storage *address, int error, struct fault *fault)
{
	char where[ADDRESS_TEXT_SIZE];

	address_format_with_port(address, where);
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

/* A listening socket, or -1 with errno. */
static int open_socket(const struct sockaddr_storage *address, bool shared)
{
	int fd = socket(address->ss_family, SOCK_STREAM, 0);

	if (fd < 0)
		return -1;
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 && fd_set_nonblocking(fd) &&
		set_on(fd, SOL_SOCKET, SO_REUSEADDR) &&
		(!shared || set_on(fd, SOL_SOCKET, SHARED_PORT)) &&
		/* Else [::] would take the IPv4 port too, and 0.0.0.0 beside it would fail. */
		(address->ss_family != AF_INET6 || set_on(fd, IPPROTO_IPV6, IPV6_V6ONLY)) &&
		bind(fd, (const struct sockaddr *)address, address_size(address)) == 0 &&
		listen(fd, SOMAXCONN) == 0) {
		tune(fd);
		return fd;
	}

	int error = errno;

	fd_close(&fd);
	errno = error;
	return -1;
}

bool listen_is_free(const struct sockaddr_storage *address, struct fault *fault)
{
	int fd = open_socket(address, false);

	if (fd < 0)
		return open_fault(address, errno, fault);
	fd_close(&fd);
	return true;
}

int listen_open(const struct sockaddr_storage *address, struct fault *fault)
{
	int fd = open_socket(address, true);

	if (fd < 0)
		(void)open_fault(address, errno, fault);
	return fd;
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

unsigned address_port(const struct sockaddr_storage *address)
{
	switch (address->ss_family) {
	case AF_INET:
		return ntohs(as_ipv4(address)->sin_port);
	case AF_INET6:
		return ntohs(as_ipv6(address)->sin6_port);
	default:
		return 0;
	}
}

void address_format_with_port(const struct sockaddr_storage *address, char text[ADDRESS_TEXT_SIZE])
{
	char host[INET6_ADDRSTRLEN] = "?";
	bool ipv6 = address->ss_family == AF_INET6;

	if (ipv6)
		inet_ntop(AF_INET6, &as_ipv6(address)->sin6_addr, host, sizeof(host));
	else
		inet_ntop(AF_INET, &as_ipv4(address)->sin_addr, host, sizeof(host));
	(void)snprintf(
		text, ADDRESS_TEXT_SIZE, ipv6 ? "[%s]:%u" : "%s:%u", host, address_port(address));
}

/* An address without its port, an IPv4 one in its IPv6-mapped form taken for what it is. */
struct bare_address {
	int family; /* AF_INET, AF_INET6, or 0 for any other */
	unsigned char bytes[16];
};

static struct bare_address bare_address_of(const struct sockaddr_storage *address)
{
	struct bare_address bare = {0};

	if (address->ss_family == AF_INET) {
		bare.family = AF_INET;
		memcpy(bare.bytes, &as_ipv4(address)->sin_addr, 4);
	} else if (address->ss_family == AF_INET6) {
		const struct in6_addr *in6 = &as_ipv6(address)->sin6_addr;

		if (IN6_IS_ADDR_V4MAPPED(in6)) {
			bare.family = AF_INET;
			memcpy(bare.bytes, in6->s6_addr + 12, 4);
		} else {
			bare.family = AF_INET6;
			memcpy(bare.bytes, in6->s6_addr, 16);
		}
	}
	return bare;
}

void address_format(const struct sockaddr_storage *address, enum address_detail detail,
	char text[ADDRESS_TEXT_SIZE])
{
	struct bare_address bare = bare_address_of(address);

	text[0] = '\0';
	if (detail == ADDRESS_NONE || bare.family == 0)
		return;
	if (detail == ADDRESS_TRUNCATED) {
		size_t kept = bare.family == AF_INET ? 3 : 6;

		memset(bare.bytes + kept, 0, sizeof(bare.bytes) - kept);
	}
	inet_ntop(bare.family, bare.bytes, text, ADDRESS_TEXT_SIZE);
}

struct address_network address_network_of(const struct sockaddr_storage *address)
{
	struct bare_address bare = bare_address_of(address);
	struct address_network network = {0};

	if (bare.family != 0)
		network.bytes[0] = bare.family == AF_INET ? 4 : 6;
	memcpy(network.bytes + 1, bare.bytes, 8);
	return network;
}
