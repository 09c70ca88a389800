/*
 * The log. A line is put together in one place on the stack and leaves in one write, so that
 * lines of several workers never mix. Nobody waits for the log: where its reader is stuck, lines
 * are lost, and counted.
 */
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

/* What a pipe takes whole or not at all (PIPE_BUF on Linux). A longer line is cut. */
#define LINE_MAX_BYTES 4096

static enum log_format configured_format = LOG_TEXT;
static enum log_level configured_level = LOG_INFO;
static atomic_uint lost_lines;

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

/* O_NONBLOCK would do as well, but it would be set for everybody who shares the terminal. */
static bool reader_is_stuck(void)
{
	struct pollfd log = {.fd = STDERR_FILENO, .events = POLLOUT};
	return poll(&log, 1, 0) == 0;
}

static void write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(STDERR_FILENO, bytes, len);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return; /* nobody to tell; the server goes on */
		bytes += wrote;
		len -= (size_t)wrote;
	}
}

static void leave(struct line *line)
{
	if (reader_is_stuck()) {
		atomic_fetch_add(&lost_lines, 1);
		return;
	}
	unsigned lost = atomic_exchange(&lost_lines, 0);
	if (lost > 0) {
		char text[64];
		int len = snprintf(text, sizeof text, "(%u lines of this log were lost)\n", lost);
		write_all(text, (size_t)len);
	}
	line->bytes[line->len++] = '\n';
	write_all(line->bytes, line->len);
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
