/*
 * Whole transactions against a server, some of them in flight at any time, and what they cost it.
 *
 *   load [-n TRANSACTIONS] [-c IN-FLIGHT] [-C CERTIFICATE -K KEY] PORT PID URL
 *
 * Each one is a connection of its own: handshake, request, answer to its end. A gemini:// URL is
 * asked for in Gemini, an https:// one in HTTP/1.0. Prints the CPU time of the process tree of PID
 * for each transaction and what became of them:
 *
 *   MICROSECONDS OK OTHER FAILED BYTES
 *
 * OK: success and a close_notify; OTHER: another status; BYTES: of all answers with their headers.
 * It is the server's time that counts: the client's half of a handshake is the dearer one, so a
 * rate would tell how fast the client is.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>

#include "common.h"

#define IN_FLIGHT_MAX 256
#define STALLED_MS    20000
#define HEAD_SIZE     12 /* "HTTP/1.1 200" */

struct visit {
	SSL *ssl;
	bool asked;
	size_t got;
	char head[HEAD_SIZE];
};

struct load {
	SSL_CTX *context;
	unsigned port;
	char request[2048];
	int request_len;
	long started, done, most;
	long ok, other, failed;
	size_t bytes;
	struct pollfd polls[IN_FLIGHT_MAX]; /* one for each visit, fd -1: none */
	struct visit visits[IN_FLIGHT_MAX];
};

static void set_request(struct load *load, const char *url)
{
	size_t size = sizeof load->request;
	const char *path = strstr(url, "://");
	path = path != NULL ? strchr(path + 3, '/') : NULL;
	if (path == NULL)
		die("%s is not a whole URL", url);
	if (strncmp(url, "https:", 6) == 0)
		load->request_len = snprintf(
			load->request, size, "GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n", path);
	else
		load->request_len = snprintf(load->request, size, "%s\r\n", url);
	if ((size_t)load->request_len >= size)
		die("the URL is too long");
}

static void begin(struct load *load, int i)
{
	int fd = client_dial(load->port, false);
	if (fd < 0)
		die("cannot connect to port %u", load->port);
	load->visits[i] = (struct visit){.ssl = client_session(load->context, fd)};
	load->polls[i] = (struct pollfd){.fd = fd, .events = POLLOUT};
	load->started++;
}

static void end(struct load *load, int i, bool complete)
{
	struct visit *visit = &load->visits[i];
	if (!complete || visit->got == 0)
		load->failed++;
	else if (memcmp(visit->head, "20 ", 3) == 0 ||
		 memcmp(visit->head, "HTTP/1.1 200", HEAD_SIZE) == 0)
		load->ok++;
	else
		load->other++;
	load->done++;
	load->bytes += visit->got;
	SSL_free(visit->ssl);
	close(load->polls[i].fd);
	load->polls[i].fd = -1;
}

static int do_next(struct load *load, struct visit *visit)
{
	static char bytes[65536];
	if (!SSL_is_init_finished(visit->ssl))
		return SSL_do_handshake(visit->ssl);
	if (!visit->asked) {
		int result = SSL_write(visit->ssl, load->request, load->request_len);
		visit->asked = result > 0;
		return result;
	}
	int got = SSL_read(visit->ssl, bytes, sizeof bytes);
	if (got > 0) {
		for (size_t i = 0; i < (size_t)got && visit->got + i < HEAD_SIZE; i++)
			visit->head[visit->got + i] = bytes[i];
		visit->got += (size_t)got;
	}
	return got;
}

static void advance(struct load *load, int i)
{
	struct visit *visit = &load->visits[i];
	int result;
	ERR_clear_error();
	do
		result = do_next(load, visit);
	while (result > 0);
	switch (SSL_get_error(visit->ssl, result)) {
	case SSL_ERROR_WANT_READ:
		load->polls[i].events = POLLIN;
		return;
	case SSL_ERROR_WANT_WRITE:
		load->polls[i].events = POLLOUT;
		return;
	default:
		end(load, i, SSL_get_error(visit->ssl, result) == SSL_ERROR_ZERO_RETURN);
	}
}

static void run(struct load *load, int in_flight)
{
	for (int i = 0; i < in_flight; i++)
		load->polls[i].fd = -1;
	while (load->done < load->most) {
		for (int i = 0; i < in_flight; i++)
			if (load->polls[i].fd < 0 && load->started < load->most)
				begin(load, i);
		if (poll(load->polls, (nfds_t)in_flight, STALLED_MS) <= 0)
			die("stalled: %ld of %ld are done", load->done, load->most);
		for (int i = 0; i < in_flight; i++)
			if (load->polls[i].fd >= 0 && load->polls[i].revents != 0)
				advance(load, i);
	}
}

int main(int argc, char **argv)
{
	static struct load load = {.most = 2000};
	int in_flight = 32;
	const char *certificate = NULL, *key = NULL;
	for (int option; (option = getopt(argc, argv, "n:c:C:K:")) != -1;) {
		switch (option) {
		case 'n':
			load.most = number_of(optarg, 1, 100000000);
			break;
		case 'c':
			in_flight = (int)number_of(optarg, 1, IN_FLIGHT_MAX);
			break;
		case 'C':
			certificate = optarg;
			break;
		case 'K':
			key = optarg;
			break;
		default:
			argc = 0;
		}
	}
	if (argc - optind != 3 || (certificate == NULL) != (key == NULL))
		die("usage: load [-n TRANSACTIONS] [-c IN-FLIGHT] [-C CERTIFICATE -K KEY] "
		    "PORT PID URL");
	load.port = (unsigned)number_of(argv[optind], 1, 65535);
	pid_t pid = (pid_t)number_of(argv[optind + 1], 1, 1L << 30);
	set_request(&load, argv[optind + 2]);
	load.context = client_context(certificate, key);

	double before = tree_cpu_seconds(pid);
	run(&load, in_flight);
	double spent = tree_cpu_seconds(pid) - before;
	printf("%.1f %ld %ld %ld %zu\n", spent * 1e6 / (double)load.done, load.ok, load.other,
		load.failed, load.bytes);
	SSL_CTX_free(load.context);
	return EXIT_SUCCESS;
}
