/*
 * What is said once the server serves: to the person who started it, and to programs.
 */
#ifndef KINDLING_PROC_WELCOME_H
#define KINDLING_PROC_WELCOME_H

#include "proc/sockets.h"

/* On standard output: where to point a client, the certificate, the comments, how to stop. */
bool welcome_print(const struct conf *conf, const struct sockets *sockets, struct fault *fault);

/* One "address port" a line ("unix:/path 0") into the ready file, if the configuration names one.
 */
bool welcome_write_ready_file(
	const struct conf *conf, const struct sockets *sockets, struct fault *fault);

#endif
