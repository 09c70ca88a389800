/*
 * Becomes a server, and writes down how long that took to serve.
 *
 *   start RESULT READY PROGRAM [ARGUMENT]...
 *
 * READY is the file that the server writes once it serves, or the port that then accepts. RESULT
 * gets the milliseconds since exec in one write. The one who watches is no child of the server's,
 * so that neither it nor what is measured of its processes sees a stranger.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common.h"

#define LOOK_MICROSECONDS 200
#define PATIENCE_SECONDS  60

static bool serves(const char *ready)
{
	if (ready[strspn(ready, "0123456789")] != '\0')
		return access(ready, F_OK) == 0;
	int fd = client_dial((unsigned)number_of(ready, 1, 65535), true);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* The pipe ends with exec, which has no other event to show. */
static void watch(pid_t server, int pipe, const char *result, const char *ready)
{
	char byte, text[32];
	while (read(pipe, &byte, 1) < 0 && errno == EINTR)
		;
	double begin = seconds_of(CLOCK_MONOTONIC), now = begin;
	while (!serves(ready)) {
		pause_microseconds(LOOK_MICROSECONDS);
		if (now - begin > PATIENCE_SECONDS)
			die("nothing serves after %d seconds", PATIENCE_SECONDS);
		if (kill(server, 0) != 0)
			die("the server is gone");
		now = seconds_of(CLOCK_MONOTONIC);
	}
	now = seconds_of(CLOCK_MONOTONIC);
	int len = snprintf(text, sizeof text, "%.1f\n", (now - begin) * 1e3);
	int fd = open(result, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0 || write(fd, text, (size_t)len) != len)
		die("%s cannot be written", result);
}

int main(int argc, char **argv)
{
	int ends[2];
	if (argc < 4)
		die("usage: start RESULT READY PROGRAM [ARGUMENT]...");
	if (pipe2(ends, O_CLOEXEC) != 0)
		die("no pipe: %s", strerror(errno));
	pid_t server = getpid(), child = fork();
	if (child < 0)
		die("cannot fork: %s", strerror(errno));
	if (child == 0) {
		if (fork() == 0) {
			close(ends[1]);
			watch(server, ends[0], argv[1], argv[2]);
		}
		return EXIT_SUCCESS;
	}
	waitpid(child, NULL, 0);
	execvp(argv[3], argv + 3);
	die("%s cannot be run: %s", argv[3], strerror(errno));
}
