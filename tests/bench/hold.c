/*
 * Connections that say nothing after the handshake, and the memory that they cost the server.
 *
 *   hold CONNECTIONS PORT PID
 *
 * Prints the memory (PSS) of the process tree of PID before the first one, and what each adds, both
 * in KiB. What the server needs only once is not theirs: the first hundred are held beside them.
 * With 0 CONNECTIONS none is made and only the first figure means anything.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "common.h"

#define HANDSHAKE_SECONDS 10
#define WARM_UP           100
#define LOOKS             100
#define LOOK_MICROSECONDS 50000

/* The server may still be working on the last handshakes: what counts is the first figure that is
 * seen twice. */
static long settled_pss_kib(pid_t pid)
{
	long last = -1, kib = tree_pss_kib(pid);
	for (int i = 0; i < LOOKS && kib != last; i++) {
		pause_microseconds(LOOK_MICROSECONDS);
		last = kib;
		kib = tree_pss_kib(pid);
	}
	if (kib == 0)
		die("the memory of process %ld cannot be read", (long)pid);
	return kib;
}

/* Open for as long as this program runs. */
static void hold_many(SSL_CTX *context, unsigned port, long count)
{
	struct timeval patience = {.tv_sec = HANDSHAKE_SECONDS};
	for (long i = 0; i < count; i++) {
		int fd = client_dial(port, true);
		if (fd < 0)
			die("cannot connect to port %u", port);
		if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
			die("a socket cannot be set up");
		if (SSL_connect(client_session(context, fd)) != 1)
			die("the server does not finish a handshake");
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		die("usage: hold CONNECTIONS PORT PID");
	long count = number_of(argv[1], 0, 1000000);
	unsigned port = (unsigned)number_of(argv[2], 1, 65535);
	pid_t pid = (pid_t)number_of(argv[3], 1, 1L << 30);
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);

	long rest = settled_pss_kib(pid);
	double each = 0;
	if (count > 0) {
		SSL_CTX *context = client_context(NULL, NULL);
		hold_many(context, port, WARM_UP);
		long before = settled_pss_kib(pid);
		hold_many(context, port, count);
		each = (double)(settled_pss_kib(pid) - before) / (double)count;
	}
	printf("%ld %.2f\n", rest, each);
	return EXIT_SUCCESS;
}
