/*
 * The log: messages for whoever runs the server, and one line for each request.
 *
 * Lines go to standard error, each in one write. Whatever is not printable ASCII is escaped
 * here, so no caller can let a foreign byte through. Where whoever reads the log is stuck, lines
 * are lost rather than requests. The settings are the process's own.
 */
#ifndef KINDLING_BASE_LOG_H
#define KINDLING_BASE_LOG_H

#include "base/span.h"

enum log_format { LOG_TEXT, LOG_COMMON, LOG_COMBINED, LOG_JSON, LOG_OFF };
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

/* Makes sure that no line ever waits for whoever reads standard error. To be called once the
 * server's standard error is what it will be; without it, lines go out as they can. */
void log_open(void);

/* LOG_OFF silences requests and everything below a warning. */
void log_configure(enum log_format format, enum log_level most);

__attribute__((format(printf, 2, 3))) void log_message(
	enum log_level level, const char *format, ...);

struct log_request {
	const char *address;    /* already shortened as the configuration asks; "" for none */
	struct span host, path; /* as parsed; empty where the request had none */
	struct span query;      /* empty where it must not be kept */
	int status;
	uint64_t bytes;       /* sent, header included, before encryption */
	int64_t milliseconds; /* from accept to the last byte */
	const char *note;     /* why it was refused or cut short; NULL for none */
};

void log_access(const struct log_request *request);

#endif
