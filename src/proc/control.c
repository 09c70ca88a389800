/*
 * The control socket, both ends.
 */
#include "proc/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "os/fd.h"
#include "os/listen.h"

#define ANSWERS_PER_CALL 8
#define ANSWER_MEMORY    (4 * METRICS_SIZE_MAX) /* a buffer that grows leaves copies behind */
#define ASK_MS           5000

static bool find_address(const char *path, struct sockaddr_storage *address, struct fault *fault)
{
	char text[ADDRESS_TEXT_SIZE + 8];
	int len = snprintf(text, sizeof text, "unix:%s", path);
	if (len < 0 || len >= (int)sizeof text)
		return fault_set(fault, "the path of the control socket is too long: %s", path);
	return address_parse(text, address, fault);
}

static bool make_folder(const char *path, struct fault *fault)
{
	char folder[ADDRESS_TEXT_SIZE];
	const char *slash = strrchr(path, '/');
	if (slash == NULL || slash == path)
		return true;
	(void)snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
	return directory_make(folder, 0700, fault);
}

int control_open(const char *path, struct fault *fault)
{
	struct sockaddr_storage address;
	if (!find_address(path, &address, fault) || !make_folder(path, fault))
		return -1;
	if (!listen_is_free(&address, NULL)) {
		fault_set(fault,
			"another server answers at the control socket %s: stop it, or name "
			"another path with --control",
			path);
		return -1;
	}
	int fd = listen_bind(&address, fault);
	if (fd < 0)
		return -1;
	/* Nobody can connect before it listens. */
	if (chmod(path, 0600) == 0 && listen_start(fd, &address, fault))
		return fd;
	fault_set(fault, "cannot open the control socket %s: %s", path, strerror(errno));
	control_close(&fd, path);
	return -1;
}

static void tell(int fd, struct span text)
{
	int room = (int)METRICS_SIZE_MAX;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	while (text.len > 0) {
		ssize_t sent = send(fd, text.ptr, text.len, MSG_DONTWAIT | MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return;
		text = span_skip(text, (size_t)sent);
	}
}

bool control_answer(int listener, const struct metrics *metrics)
{
	for (int i = 0; i < ANSWERS_PER_CALL; i++) {
		int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd < 0)
			return errno != EMFILE && errno != ENFILE && errno != ENOMEM &&
			       errno != ENOBUFS;
		struct arena arena;
		struct buf text;
		arena_init(&arena, ANSWER_MEMORY);
		buf_init(&text, &arena, METRICS_SIZE_MAX);
		metrics_write(metrics, &text);
		if (!buf_failed(&text)) /* or the reader sees that nothing came */
			tell(fd, buf_view(&text));
		arena_end(&arena);
		close(fd);
	}
	return true;
}

void control_close(int *listener, const char *path)
{
	if (*listener < 0)
		return;
	fd_close(listener);
	(void)unlink(path);
}

static bool explain(const char *path, int error, struct fault *fault)
{
	if (error == EACCES || error == EPERM)
		return fault_set(fault,
			"this user may not ask the server at %s: ask as the user that it runs as",
			path);
	if (error == ENOENT || error == ECONNREFUSED || error == ENOTDIR)
		return fault_set(fault,
			"no server answers at %s: start one with kindling serve, or name the "
			"configuration of the one that runs with -c",
			path);
	return fault_set(fault, "cannot ask the server at %s: %s", path, strerror(error));
}

static bool wait_for_bytes(int fd, int64_t deadline)
{
	for (;;) {
		struct pollfd event = {.fd = fd, .events = POLLIN};
		int64_t left = deadline - clock_monotonic_ms();
		int ready = left > 0 ? poll(&event, 1, (int)left) : 0;
		if (ready >= 0 || errno != EINTR)
			return ready > 0;
	}
}

static bool read_all(int fd, const char *path, struct buf *text, struct fault *fault)
{
	int64_t deadline = clock_monotonic_ms() + ASK_MS;
	char bytes[16384];
	ssize_t got;
	do {
		if (!wait_for_bytes(fd, deadline))
			return fault_set(fault,
				"the server at %s does not answer: look into its log, and start it "
				"again",
				path);
		got = read(fd, bytes, sizeof bytes);
		if (got > 0)
			buf_bytes(text, bytes, (size_t)got);
	} while (got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN)));
	return got == 0 || explain(path, errno, fault);
}

/* What goes to a terminal moves nothing there. */
static bool is_plain(struct span text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\n' && (text.ptr[i] < 0x20 || text.ptr[i] >= 0x7f))
			return false;
	return true;
}

bool control_ask(const char *path, struct arena *arena, struct span *text, struct fault *fault)
{
	struct sockaddr_storage address;
	struct buf all;
	struct timeval patience = {.tv_sec = ASK_MS / 1000};
	buf_init(&all, arena, METRICS_SIZE_MAX);
	if (!find_address(path, &address, fault))
		return false;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fault_set(fault, "cannot make a socket: %s", strerror(errno));
	/* Else it would wait for as long as the server's queue is full. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	bool well = connect(fd, (const struct sockaddr *)&address, address_size(&address)) == 0 ||
		    explain(path, errno, fault);
	well = well && read_all(fd, path, &all, fault);
	close(fd);
	if (!well)
		return false;
	*text = buf_view(&all);
	return (!buf_failed(&all) && is_plain(*text) &&
		       span_ends_with(*text, SPAN_LIT(METRICS_END))) ||
	       fault_set(fault, "what %s tells is not whole, or not of this program: ask again",
		       path);
}
