/*
 * Lines of the log. The bounds below add up to less than a line has, so nothing that a reader sends
 * can push out what stands behind it.
 */
#include "base/log_line.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/check.h"

/* Escaped, in bytes. */
#define MESSAGE_MAX 3600
#define URL_MAX     2600
#define NOTE_MAX    900
#define ADDRESS_MAX 64
#define CUT         "..."

/* Somewhere to write, with room for all that its writer bounds. */
struct text {
	char *bytes;
	size_t len, size;
};

static struct text text_in(struct log_line *line)
{
	line->len = 0;
	return (struct text){line->bytes, 0, sizeof line->bytes};
}

/* Ours: printable, and short. */
__attribute__((format(printf, 2, 3))) static void put(struct text *text, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	size_t room = text->size - text->len;
	int len = vsnprintf(text->bytes + text->len, room, format, arguments);
	va_end(arguments);
	CHECK(len >= 0 && (size_t)len < room);
	text->len += (size_t)len;
}

/* What one byte becomes; JSON knows no \x, so there it is \u00. */
static size_t escape(unsigned char c, bool json, char piece[8])
{
	if (c == '"' || c == '\\')
		return (size_t)snprintf(piece, 8, "\\%c", c);
	if (c >= 0x20 && c < 0x7f) {
		piece[0] = (char)c;
		return 1;
	}
	return (size_t)snprintf(piece, 8, json ? "\\u%04x" : "\\x%02x", (unsigned)c);
}

/* How much more of somebody else's there may be. */
struct room {
	size_t left;
	bool is_cut;
};

/* Somebody else's: only printable ASCII passes. Where there is no more room, an ellipsis, and
 * nothing from there on. */
static void put_foreign(struct text *text, struct span foreign, bool json, struct room *room)
{
	char piece[8];
	for (size_t i = 0; i < foreign.len && !room->is_cut; i++) {
		size_t len = escape((unsigned char)foreign.ptr[i], json, piece);
		if (len > room->left) {
			put(text, CUT);
			room->is_cut = true;
			return;
		}
		CHECK(text->len + len < text->size);
		memcpy(text->bytes + text->len, piece, len);
		text->len += len;
		room->left -= len;
	}
}

static void put_escaped(struct text *text, const char *foreign, bool json, size_t most)
{
	struct room room = {.left = most};
	put_foreign(text, span_of(foreign), json, &room);
}

static void put_url(struct text *text, const struct log_request *request, bool json)
{
	struct room room = {.left = URL_MAX};
	if (request->host.len == 0) {
		put(text, "-");
		return;
	}
	put_foreign(text, request->host, json, &room);
	put_foreign(text, request->path, json, &room);
	if (request->query.len > 0) {
		put_foreign(text, SPAN_LIT("?"), json, &room);
		put_foreign(text, request->query, json, &room);
	}
}

void log_now_set(struct log_now *now, int64_t second)
{
	time_t clock = (time_t)second;
	struct tm utc = {.tm_year = 70, .tm_mday = 1}, local = utc;
	now->second = second;
	clock_format_time(second, now->utc);
	gmtime_r(&clock, &utc);
	localtime_r(&clock, &local);
	if (strftime(now->common, sizeof now->common, "%d/%b/%Y:%H:%M:%S +0000", &utc) == 0)
		now->common[0] = '\0';
	if (strftime(now->local, sizeof now->local, "%b %e %H:%M:%S", &local) == 0)
		now->local[0] = '\0';
}

static const char *const level_names[] = {"error", "warning", "info", "debug"};

static void begin_text(struct text *text, struct log_style style, const struct log_now *now)
{
	if (!style.is_timed)
		put(text, "%s ", now->utc);
}

void log_line_message(struct log_line *line, struct log_style style, const struct log_now *now,
	enum log_level level, const char *message)
{
	bool json = style.format == LOG_JSON;
	struct text text = text_in(line);
	if (json) {
		put(&text, "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"", now->utc,
			level_names[level]);
	} else {
		begin_text(&text, style, now);
		put(&text, "%s: ", level_names[level]);
	}
	put_escaped(&text, message, json, MESSAGE_MAX);
	if (json)
		put(&text, "\"}");
	line->len = text.len;
}

static void put_text(struct text *text, const struct log_request *request)
{
	if (request->address[0] != '\0') {
		put_escaped(text, request->address, false, ADDRESS_MAX);
		put(text, " ");
	}
	put(text, "%d %" PRIu64 "B %" PRId64 "ms \"", request->status, request->bytes,
		request->milliseconds);
	put_url(text, request, false);
	put(text, "\"");
	if (request->note != NULL) {
		put(text, " (");
		put_escaped(text, request->note, false, NOTE_MAX);
		put(text, ")");
	}
}

/* host ident user [time] "request line" status bytes: a request line of Gemini is its URL. */
static void put_common(
	struct text *text, const struct log_now *now, const struct log_request *request)
{
	put_escaped(text, request->address[0] != '\0' ? request->address : "-", false, ADDRESS_MAX);
	put(text, " - - [%s] \"", now->common);
	if (request->host.len > 0)
		put(text, request->upload ? "titan://" : "gemini://");
	put_url(text, request, false);
	put(text, "\" %d %" PRIu64, request->status, request->bytes);
}

static void put_json(
	struct text *text, const struct log_now *now, const struct log_request *request)
{
	put(text, "{\"time\":\"%s", now->utc);
	if (request->address[0] != '\0') {
		put(text, "\",\"address\":\"");
		put_escaped(text, request->address, true, ADDRESS_MAX);
	}
	put(text, "\",\"url\":\"");
	put_url(text, request, true);
	put(text, "\",\"status\":%d,\"bytes\":%" PRIu64 ",\"ms\":%" PRId64, request->status,
		request->bytes, request->milliseconds);
	if (request->note != NULL) {
		put(text, ",\"note\":\"");
		put_escaped(text, request->note, true, NOTE_MAX);
		put(text, "\"");
	}
	put(text, "}");
}

void log_line_request(struct log_line *line, struct log_style style, const struct log_now *now,
	const struct log_request *request)
{
	struct text text = text_in(line);
	switch (style.format) {
	case LOG_JSON:
		put_json(&text, now, request);
		break;
	case LOG_COMMON:
	case LOG_COMBINED:
		put_common(&text, now, request);
		/* Gemini has no referrers, and clients do not say what they are. */
		if (style.format == LOG_COMBINED)
			put(&text, " \"-\" \"-\"");
		break;
	case LOG_TEXT:
	case LOG_OFF:
		begin_text(&text, style, now);
		put_text(&text, request);
		break;
	}
	line->len = text.len;
}

bool log_line_needs_note(struct log_style style, const struct log_request *request)
{
	return request->note != NULL &&
	       (style.format == LOG_COMMON || style.format == LOG_COMBINED);
}

void log_line_note(struct log_line *line, struct log_style style, const struct log_now *now,
	const struct log_request *request)
{
	struct text text = text_in(line);
	begin_text(&text, style, now);
	put(&text, "%s: %d \"", level_names[LOG_INFO], request->status);
	put_url(&text, request, false);
	put(&text, "\": ");
	put_escaped(&text, request->note, false, NOTE_MAX);
	line->len = text.len;
}

/* Severities of RFC 3164, which the journal takes as well. */
static unsigned severity_of(enum log_level level)
{
	static const unsigned severities[] = {3, 4, 6, 7};
	return severities[level];
}

#define FACILITY_DAEMON 3

size_t log_packet_syslog(char bytes[LOG_PACKET_MAX], const struct log_now *now, long pid,
	enum log_level level, const struct log_line *line)
{
	struct text text = {bytes, 0, LOG_PACKET_MAX};
	put(&text, "<%u>%s kindling[%ld]: %.*s", FACILITY_DAEMON * 8 + severity_of(level),
		now->local, pid, (int)line->len, line->bytes);
	return text.len;
}

/* NAME=value and LF for each field: a value with a line end would have to be written in another
 * way, but none of ours has one. */
size_t log_packet_journal(char bytes[LOG_PACKET_MAX], enum log_level level,
	const struct log_line *line, const struct log_request *request)
{
	struct text text = {bytes, 0, LOG_PACKET_MAX};
	put(&text, "PRIORITY=%u\nSYSLOG_FACILITY=%d\nSYSLOG_IDENTIFIER=kindling\nMESSAGE=%.*s\n",
		severity_of(level), FACILITY_DAEMON, (int)line->len, line->bytes);
	if (request == NULL)
		return text.len;
	put(&text,
		"KINDLING_STATUS=%d\nKINDLING_BYTES=%" PRIu64 "\nKINDLING_MS=%" PRId64
		"\nKINDLING_URL=",
		request->status, request->bytes, request->milliseconds);
	put_url(&text, request, false);
	put(&text, "\n");
	if (request->address[0] != '\0') {
		put(&text, "KINDLING_ADDRESS=");
		put_escaped(&text, request->address, false, ADDRESS_MAX);
		put(&text, "\n");
	}
	if (request->note != NULL) {
		put(&text, "KINDLING_NOTE=");
		put_escaped(&text, request->note, false, NOTE_MAX);
		put(&text, "\n");
	}
	return text.len;
}
