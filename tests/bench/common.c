/*
 * What the measuring tools share.
 */
#include "common.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void die(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	exit(EXIT_FAILURE);
}

long number_of(const char *word, long min, long max)
{
	char *end;
	errno = 0;
	long number = strtol(word, &end, 10);
	if (errno != 0 || end == word || *end != '\0' || number < min || number > max)
		die("%s is not a number from %ld to %ld", word, min, max);
	return number;
}

double seconds_of(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void pause_microseconds(long microseconds)
{
	nanosleep(&(struct timespec){microseconds / 1000000, microseconds % 1000000 * 1000}, NULL);
}

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

double median_of(double *values, size_t count)
{
	qsort(values, count, sizeof *values, compare);
	return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

/* The beginning of a file below /proc/PID; empty where the process is gone. */
static void read_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	(void)snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	FILE *file = fopen(path, "r");
	size_t got = file != NULL ? fread(text, 1, size - 1, file) : 0;
	text[got] = '\0';
	if (file != NULL)
		(void)fclose(file);
}

/* proc_pid_stat(5): fields 14 and 15, counted behind the name, which may hold anything. */
static long process_ticks(pid_t pid)
{
	char text[1024];
	unsigned long user, system;
	read_proc(pid, "stat", text, sizeof text);
	const char *rest = strrchr(text, ')');
	if (rest == NULL || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
				    &user, &system) != 2)
		return 0;
	return (long)(user + system);
}

static long process_pss(pid_t pid)
{
	char text[4096];
	long kib;
	read_proc(pid, "smaps_rollup", text, sizeof text);
	const char *line = strstr(text, "\nPss:");
	return line != NULL && sscanf(line, " Pss: %ld", &kib) == 1 ? kib : 0;
}

/* The servers' main threads alone make processes, so their children are all there are. */
static long tree_sum(pid_t pid, long (*figure)(pid_t pid))
{
	char name[64], children[4096];
	(void)snprintf(name, sizeof name, "task/%ld/children", (long)pid);
	read_proc(pid, name, children, sizeof children);
	long sum = figure(pid);
	char *rest = children, *end;
	for (long child; child = strtol(rest, &end, 10), end != rest; rest = end)
		sum += tree_sum((pid_t)child, figure);
	return sum;
}

double tree_cpu_seconds(pid_t root)
{
	return (double)tree_sum(root, process_ticks) / (double)sysconf(_SC_CLK_TCK);
}

long tree_pss_kib(pid_t root)
{
	return tree_sum(root, process_pss);
}

SSL_CTX *client_context(const char *certificate, const char *key)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	if (context == NULL)
		die("out of memory");
	SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
	SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
	if (certificate != NULL &&
		(SSL_CTX_use_certificate_file(context, certificate, SSL_FILETYPE_PEM) != 1 ||
			SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1))
		die("%s and %s are no certificate and its key", certificate, key);
	return context;
}

int client_dial(unsigned port, bool waits)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
		.sin_port = htons((in_port_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | (waits ? 0 : SOCK_NONBLOCK), 0), on = 1;
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

SSL *client_session(SSL_CTX *context, int fd)
{
	char name[] = "localhost"; /* OpenSSL's macro casts const away */
	SSL *ssl = SSL_new(context);
	if (ssl == NULL || SSL_set_fd(ssl, fd) != 1 || SSL_set_tlsext_host_name(ssl, name) != 1)
		die("out of memory");
	SSL_set_connect_state(ssl);
	return ssl;
}
