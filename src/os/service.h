/*
 * The service manager that started this process, if it is one that talks: systemd's notification
 * protocol (sd_notify(3)) and its socket activation (sd_listen_fds(3)), both without its library.
 *
 * Everything is quietly nothing where no service manager asks for it.
 */
#ifndef KINDLING_OS_SERVICE_H
#define KINDLING_OS_SERVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fault.h"

struct service {
	int fd;              /* of the notification socket; -1: nobody listens */
	int64_t watchdog_ms; /* how often it wants to hear of us at the latest; 0: never */
};

/* Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and takes them out of the environment. To be
 * called while this process may still connect to that socket. */
void service_open(struct service *service);
void service_close(struct service *service);

/* One line of `status` (cut to 200 bytes) with each. */
void service_ready(const struct service *service, const char *status);
void service_reloading(
	const struct service *service); /* with MONOTONIC_USEC, for Type=notify-reload */
void service_stopping(const struct service *service);
/* Where it is `well`, it also feeds the watchdog. */
void service_alive(const struct service *service, const char *status, bool well);

/* The listening sockets that were handed over (LISTEN_FDS, LISTEN_PID): their number, and the first
 * one's descriptor in *first; each is made close-on-exec and non-blocking. Takes the variables out
 * of the environment. A fault, and -1: what was handed over are no listening stream sockets. */
int service_take_sockets(int *first, struct fault *fault);

#endif
