/*
 * Where the lines of the log go. Private to the log.
 */
#ifndef KINDLING_BASE_LOG_OUT_H
#define KINDLING_BASE_LOG_OUT_H

#include "base/fault.h"

#include <stddef.h>
#include <sys/types.h>

enum log_place { LOG_TO_STDERR, LOG_TO_FILE, LOG_TO_SYSLOG, LOG_TO_JOURNAL };

struct log_out {
	enum log_place place;
	int fd;
	bool is_own;    /* closed with it */
	bool is_socket; /* then each call says that it must not wait */
	bool may_block; /* where the open file is somebody else's too, and may not be changed */
};

/* Standard error, such that no line waits for whoever reads it, where the system lets us. */
struct log_out log_out_standard_error(void);

/* A file (made where it is missing), or a socket; `to` and `socket` as in struct log_settings, but
 * not "stderr". */
bool log_out_open(struct log_out *out, const char *to, const char *socket, struct fault *fault);
void log_out_close(struct log_out *out);

/* In one call, without waiting: how many bytes were taken, or -1. */
ssize_t log_out_send(const struct log_out *out, const char *bytes, size_t len);

#endif
