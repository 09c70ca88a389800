/*
 * What the measuring tools share: numbers, clocks, figures of a process tree, and a TLS client.
 *
 * The tools know the servers by their sockets and by /proc alone, so that every server is measured
 * in the same way. Whatever goes wrong ends the tool with a sentence.
 */
#ifndef KINDLING_TESTS_BENCH_COMMON_H
#define KINDLING_TESTS_BENCH_COMMON_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

__attribute__((format(printf, 1, 2))) _Noreturn void die(const char *format, ...);

/* A decimal number of the command line. */
long number_of(const char *word, long min, long max);

double seconds_of(clockid_t clock);

/* Between two looks at what offers no event to wait for. */
void pause_microseconds(long microseconds);

/* Sorts the values. */
double median_of(double *values, size_t count);

/* Of the process and all its descendants. */
double tree_cpu_seconds(pid_t root); /* user and system time since it began */
long tree_pss_kib(pid_t root);       /* shared pages count by their share */

/* Takes any certificate of the server's; shows one of its own where `certificate` is not NULL. */
SSL_CTX *client_context(const char *certificate, const char *key);

/* Begins to connect to 127.0.0.1; -1 where that fails at once. */
int client_dial(unsigned port, bool waits);

/* A session on that socket, with the SNI name "localhost". */
SSL *client_session(SSL_CTX *context, int fd);

#endif
