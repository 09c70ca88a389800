/*
 * How a line of the log is spelled in each format. Private to the log.
 *
 * Every line fits, whatever it holds: what is long is cut where it stands, between two escaped
 * bytes, and what surrounds it stays whole.
 */
#ifndef KINDLING_BASE_LOG_LINE_H
#define KINDLING_BASE_LOG_LINE_H

#include "base/clock.h"
#include "base/log.h"

/* A line and what may stand before it are together what a pipe takes whole or not at all (PIPE_BUF,
 * 4096 on Linux). */
#define LOG_LINE_MAX 3960

/* Without its line end. */
struct log_line {
	char bytes[LOG_LINE_MAX];
	size_t len;
};

/* One moment, as each format writes it. */
struct log_now {
	int64_t second;
	char utc[CLOCK_TIME_SIZE]; /* 2026-11-23T18:25:17Z */
	char common[32];           /* 23/Nov/2026:18:25:17 +0000 */
	char local[16];            /* Nov 23 18:25:17: what syslog takes (RFC 3164) */
};

void log_now_set(struct log_now *now, int64_t second);

struct log_style {
	enum log_format format;
	bool is_timed; /* whoever gets the lines notes the time: text does without */
};

void log_line_message(struct log_line *line, struct log_style style, const struct log_now *now,
	enum log_level level, const char *message);
void log_line_request(struct log_line *line, struct log_style style, const struct log_now *now,
	const struct log_request *request);

/* A line that says why, after that of a request in a format that has no place for it. */
bool log_line_needs_note(struct log_style style, const struct log_request *request);
void log_line_note(struct log_line *line, struct log_style style, const struct log_now *now,
	const struct log_request *request);

/* A datagram for syslog (RFC 3164), or for the journal (systemd.io/JOURNAL_NATIVE_PROTOCOL), with
 * the request's fields where there is one. */
#define LOG_PACKET_MAX 12288
size_t log_packet_syslog(char bytes[LOG_PACKET_MAX], const struct log_now *now, long pid,
	enum log_level level, const struct log_line *line);
size_t log_packet_journal(char bytes[LOG_PACKET_MAX], enum log_level level,
	const struct log_line *line, const struct log_request *request);

#endif
