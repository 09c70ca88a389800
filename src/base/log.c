/*
 * The log. A line is put together in one place on the stack and leaves in one write, so that
 * lines of several workers never mix. Nobody waits for the log: where its reader is stuck, lines
 * are lost, and counted.
 */
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"

/* A line and what may stand before it: together what a pipe takes whole or not at all (PIPE_BUF on
 * Linux). A longer line is cut. */
#define LINE_MAX_BYTES   4000
#define PREFIX_MAX_BYTES 96

static enum log_format configured_format = LOG_TEXT;
static enum log_level configured_level = LOG_INFO;
static int log_fd = STDERR_FILENO;
static bool log_is_socket, log_may_block;
static atomic_uint lost_lines;
static atomic_bool torn; /* the last line was taken in part */

struct line {
	char bytes[LINE_MAX_BYTES];
	size_t len;
};

void log_configure(enum log_format format, enum log_level most)
{
	configured_format = format;
	configured_level = most;
}

/* Ours, and known to be printable. What no longer fits is cut. */
static void put(struct line *line, const char *text)
{
	size_t room = sizeof line->bytes - 1 - line->len; /* one is kept for the LF */
	size_t len = strlen(text);
	if (len > room)
		len = room;
	memcpy(line->bytes + line->len, text, len);
	line->len += len;
}

static void put_number(struct line *line, long long number)
{
	char text[24];
	snprintf(text, sizeof text, "%lld", number);
	put(line, text);
}

/* Somebody else's: only printable ASCII passes. JSON knows no \x, so there it is \u00. */
static void put_escaped(struct line *line, struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		char piece[8] = {(char)c, '\0'};
		if (c == '"' || c == '\\')
			snprintf(piece, sizeof piece, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			snprintf(piece, sizeof piece,
				configured_format == LOG_JSON ? "\\u%04x" : "\\x%02x", (unsigned)c);
		put(line, piece);
	}
}

void log_open(void)
{
	struct stat info;
	if (log_fd != STDERR_FILENO)
		close(log_fd);
	log_fd = STDERR_FILENO;
	lost_lines = 0;
	torn = false;
	bool known = fstat(STDERR_FILENO, &info) == 0;
	log_is_socket = known && S_ISSOCK(info.st_mode);
	log_may_block = known && (S_ISFIFO(info.st_mode) || S_ISCHR(info.st_mode));
	if (!log_may_block)
		return;
	/* O_NONBLOCK belongs to the open file: set on standard error itself, it would be set for
	 * everybody who shares the terminal. */
	int own = open("/proc/self/fd/2", O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (own < 0)
		return;
	log_fd = own;
	log_may_block = false;
}

/* False where the reader is stuck, or there is none. */
static bool send_out(const char *bytes, size_t len)
{
	struct pollfd reader = {.fd = log_fd, .events = POLLOUT};
	if (log_may_block && poll(&reader, 1, 0) == 0)
		return false;
	ssize_t wrote;
	do
		wrote = log_is_socket ? send(log_fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL)
				      : write(log_fd, bytes, len);
	while (wrote < 0 && errno == EINTR);
	if (wrote > 0)
		torn = (size_t)wrote < len;
	return wrote == (ssize_t)len;
}

static void leave(const struct line *line)
{
	char bytes[PREFIX_MAX_BYTES + LINE_MAX_BYTES];
	unsigned lost = atomic_exchange(&lost_lines, 0);
	int prefix = snprintf(bytes, PREFIX_MAX_BYTES, "%s", torn ? "\n" : "");
	if (lost > 0)
		prefix += snprintf(bytes + prefix, PREFIX_MAX_BYTES - (size_t)prefix,
			"(%u lines of this log were lost)\n", lost);
	memcpy(bytes + prefix, line->bytes, line->len);
	bytes[(size_t)prefix + line->len] = '\n';
	if (!send_out(bytes, (size_t)prefix + line->len + 1))
		atomic_fetch_add(&lost_lines, lost + 1);
}

static void put_now(struct line *line)
{
	char now[CLOCK_TIME_SIZE];
	clock_format_time(clock_wall_seconds(), now);
	put(line, now);
}

static const char *const level_names[] = {"error", "warning", "info", "debug"};

void log_message(enum log_level level, const char *format, ...)
{
	if (level > configured_level || (configured_format == LOG_OFF && level > LOG_WARNING))
		return;
	char text[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);

	struct line line = {.len = 0};
	if (configured_format == LOG_JSON) {
		put(&line, "{\"time\":\"");
		put_now(&line);
		put(&line, "\",\"level\":\"");
		put(&line, level_names[level]);
		put(&line, "\",\"message\":\"");
		put_escaped(&line, span_of(text));
		put(&line, "\"}");
	} else {
		put_now(&line);
		put(&line, " ");
		put(&line, level_names[level]);
		put(&line, ": ");
		put_escaped(&line, span_of(text));
	}
	leave(&line);
}

static void put_url(struct line *line, const struct log_request *request)
{
	if (request->host.len == 0) {
		put(line, "-");
		return;
	}
	put_escaped(line, request->host);
	put_escaped(line, request->path);
	if (request->query.len > 0) {
		put(line, "?");
		put_escaped(line, request->query);
	}
}

static void access_text(struct line *line, const struct log_request *request)
{
	put_now(line);
	put(line, " ");
	if (request->address[0] != '\0') {
		put(line, request->address);
		put(line, " ");
	}
	put_number(line, request->status);
	put(line, " ");
	put_number(line, (long long)request->bytes);
	put(line, "B ");
	put_number(line, request->milliseconds);
	put(line, "ms \"");
	put_url(line, request);
	put(line, "\"");
	if (request->note != NULL) {
		put(line, " (");
		put_escaped(line, span_of(request->note));
		put(line, ")");
	}
}

static void access_json(struct line *line, const struct log_request *request)
{
	put(line, "{\"time\":\"");
	put_now(line);
	if (request->address[0] != '\0') {
		put(line, "\",\"address\":\"");
		put(line, request->address);
	}
	put(line, "\",\"url\":\"");
	put_url(line, request);
	put(line, "\",\"status\":");
	put_number(line, request->status);
	put(line, ",\"bytes\":");
	put_number(line, (long long)request->bytes);
	put(line, ",\"ms\":");
	put_number(line, request->milliseconds);
	if (request->note != NULL) {
		put(line, ",\"note\":\"");
		put_escaped(line, span_of(request->note));
		put(line, "\"");
	}
	put(line, "}");
}

void log_access(const struct log_request *request)
{
	if (configured_format == LOG_OFF || configured_level < LOG_INFO)
		return;
	struct line line = {.len = 0};
	if (configured_format == LOG_JSON)
		access_json(&line, request);
	else
		access_text(&line, request);
	leave(&line);
}
