/*
 * The log: messages for whoever runs the server, and one line for each request.
 *
 * Whatever is not printable ASCII is escaped here, in every format, so no caller can let a foreign
 * byte through; each line leaves in one call. Nobody ever waits for the log: where whoever reads it
 * is stuck, or its disk full, lines are lost rather than requests, counted, and that is said.
 */
#ifndef KINDLING_BASE_LOG_H
#define KINDLING_BASE_LOG_H

#include "base/fault.h"
#include "base/span.h"

/* LOG_OFF silences requests and everything below a warning. */
enum log_format { LOG_TEXT, LOG_COMMON, LOG_COMBINED, LOG_JSON, LOG_OFF };
enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG };

struct log_settings {
	enum log_format format;
	enum log_level level;
	const char *to;     /* "stderr", "syslog", "journal", or a file's path with a slash in it */
	const char *socket; /* of syslog or the journal; NULL: where the system has it */
};

/* First of all, while this process may still open anew what its standard error is: makes sure that
 * no line to it ever waits. */
void log_begin(void);

/*
 * For the master alone, before it forks, as the user whom it stays: workers inherit what is open,
 * and open nothing. Until the first call, messages go to standard error as text.
 *
 * False: nothing has changed. A log that was open before is kept until log_settle says which of
 * the two stays, so that a reload that fails after this goes on with the old one.
 */
bool log_open(const struct log_settings *settings, struct fault *fault);
void log_settle(bool keep_new);

/* Opens the same log anew: a file that was renamed, a socket that was made again. False: the old
 * one goes on. For the master; new workers inherit the new one. */
bool log_reopen(struct fault *fault);

/* Whether log_open has been called: then the log is where a person looks for what is wrong. */
bool log_is_open(void);

__attribute__((format(printf, 2, 3))) void log_message(
	enum log_level level, const char *format, ...);

struct log_request {
	const char *address;    /* already shortened as the configuration asks; "" for none */
	bool upload;            /* titan:// */
	struct span host, path; /* as parsed; empty where the request had none */
	struct span query;      /* empty where it must not be kept */
	int status;
	uint64_t bytes;       /* sent, header included, before encryption */
	int64_t milliseconds; /* from accept to the last byte */
	const char *note;     /* why it was refused or cut short; NULL for none */
};

void log_access(const struct log_request *request);

#endif
