/*
 * The log of this process: what is open, and how many lines it could not take.
 *
 * A line is put together on the stack and leaves in one call, so that lines of several workers
 * never mix.
 */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log_line.h"
#include "base/log_out.h"

#define PLACE_SIZE  4096
#define PREFIX_SIZE 128 /* the end of a torn line, and how many were lost */

struct log {
	enum log_format format;
	enum log_level level;
	struct log_out out;
	char to[PLACE_SIZE], socket[PLACE_SIZE]; /* "": the usual one */
};

/* Until it is opened lines go out as they can. */
static struct log current = {.level = LOG_INFO, .out = {.fd = STDERR_FILENO}}, former;
static bool is_open, is_settled = true;
static struct log_out standard_error;
static bool has_standard_error;
static atomic_uint lost_lines;
static atomic_bool torn; /* the last line was taken in part */
static _Thread_local struct log_now this_second = {.second = -1};

static const struct log_now *now(void)
{
	int64_t second = clock_wall_seconds();
	if (second != this_second.second)
		log_now_set(&this_second, second);
	return &this_second;
}

static void use_standard_error(struct log *log)
{
	log->out = standard_error;
	log->out.is_own = false; /* it outlives every log */
}

void log_begin(void)
{
	if (has_standard_error && standard_error.is_own)
		close(standard_error.fd);
	standard_error = log_out_standard_error();
	has_standard_error = true;
	if (current.out.place == LOG_TO_STDERR)
		use_standard_error(&current);
}

static bool open_out(struct log *log, struct fault *fault)
{
	if (strcmp(log->to, "stderr") != 0)
		return log_out_open(
			&log->out, log->to, log->socket[0] != '\0' ? log->socket : NULL, fault);
	if (!has_standard_error)
		log_begin();
	use_standard_error(log);
	return true;
}

static bool keep_text(char copy[PLACE_SIZE], const char *text, struct fault *fault)
{
	int len = snprintf(copy, PLACE_SIZE, "%s", text);
	return (len >= 0 && len < PLACE_SIZE) ||
	       fault_set(fault, "the path of the log is too long: it has %d bytes at most",
		       PLACE_SIZE - 1);
}

bool log_open(const struct log_settings *settings, struct fault *fault)
{
	static struct log next; /* too large for the stack, and nobody opens two at once */
	next = (struct log){.format = settings->format, .level = settings->level};
	if (!keep_text(next.to, settings->to, fault) ||
		!keep_text(next.socket, settings->socket != NULL ? settings->socket : "", fault) ||
		!open_out(&next, fault))
		return false;
	tzset(); /* a worker may not be let read the system's time zone */
	log_settle(true);
	if (is_open) {
		former = current;
		is_settled = false;
	}
	current = next;
	is_open = true;
	torn = false;
	return true;
}

void log_settle(bool keep_new)
{
	if (is_settled)
		return;
	log_out_close(keep_new ? &former.out : &current.out);
	if (!keep_new)
		current = former;
	is_settled = true;
	torn = false;
}

static bool open_anew(struct log *log, struct fault *fault)
{
	struct log_out before = log->out;
	if (before.place == LOG_TO_STDERR)
		return true;
	if (!open_out(log, fault)) {
		log->out = before;
		return false;
	}
	log_out_close(&before);
	torn = false;
	return true;
}

bool log_reopen(struct fault *fault)
{
	return !is_open ||
	       (open_anew(&current, fault) && (is_settled || open_anew(&former, fault)));
}

bool log_is_open(void)
{
	return is_open;
}

static struct log_style style(void)
{
	bool is_timed = current.out.place == LOG_TO_SYSLOG || current.out.place == LOG_TO_JOURNAL;
	return (struct log_style){.format = current.format, .is_timed = is_timed};
}

static void make_loss(struct log_line *line, unsigned lost)
{
	char text[64];
	(void)snprintf(text, sizeof text, "%u line%s of this log %s lost", lost,
		lost == 1 ? "" : "s", lost == 1 ? "was" : "were");
	log_line_message(line, style(), now(), LOG_WARNING, text);
}

static bool send_packet(
	enum log_level level, const struct log_line *line, const struct log_request *request)
{
	char bytes[LOG_PACKET_MAX];
	size_t len = current.out.place == LOG_TO_SYSLOG
			     ? log_packet_syslog(bytes, now(), (long)getpid(), level, line)
			     : log_packet_journal(bytes, level, line, request);
	return log_out_send(&current.out, bytes, len) == (ssize_t)len;
}

static bool send_line(const struct log_line *line, unsigned lost)
{
	char bytes[PREFIX_SIZE + LOG_LINE_MAX + 1];
	size_t len = 0;
	if (torn)
		bytes[len++] = '\n';
	if (lost > 0) {
		struct log_line loss;
		make_loss(&loss, lost);
		memcpy(bytes + len, loss.bytes, loss.len);
		len += loss.len;
		bytes[len++] = '\n';
	}
	memcpy(bytes + len, line->bytes, line->len);
	len += line->len;
	bytes[len++] = '\n';
	ssize_t wrote = log_out_send(&current.out, bytes, len);
	if (wrote > 0)
		torn = (size_t)wrote < len;
	return wrote == (ssize_t)len;
}

/* `request` is NULL for a message. */
static void leave(
	enum log_level level, const struct log_line *line, const struct log_request *request)
{
	unsigned lost = atomic_exchange(&lost_lines, 0);
	struct log_line loss;
	bool is_told;
	if (!style().is_timed) {
		is_told = send_line(line, lost);
	} else if (lost > 0) {
		make_loss(&loss, lost);
		is_told = send_packet(LOG_WARNING, &loss, NULL);
		lost = is_told ? 0 : lost;
		is_told = is_told && send_packet(level, line, request);
	} else {
		is_told = send_packet(level, line, request);
	}
	if (!is_told)
		atomic_fetch_add(&lost_lines, lost + 1);
}

void log_message(enum log_level level, const char *format, ...)
{
	if (level > current.level || (current.format == LOG_OFF && level > LOG_WARNING))
		return;
	char text[2048];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);

	struct log_line line;
	log_line_message(&line, style(), now(), level, text);
	leave(level, &line, NULL);
}

void log_access(const struct log_request *request)
{
	if (current.format == LOG_OFF || current.level < LOG_INFO)
		return;
	struct log_line line;
	log_line_request(&line, style(), now(), request);
	leave(LOG_INFO, &line, request);
	if (!log_line_needs_note(style(), request))
		return;
	log_line_note(&line, style(), now(), request);
	leave(LOG_INFO, &line, NULL);
}
