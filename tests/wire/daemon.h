/*
 * A running server of a test's own: a fresh folder with a capsule, free ports, both families.
 */
#ifndef KINDLING_TESTS_WIRE_DAEMON_H
#define KINDLING_TESTS_WIRE_DAEMON_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct daemon {
	char folder[64];          /* the program runs in it; below: capsule/ certs/ store.db */
	const char *conf;         /* a configuration file there, instead of a capsule by flags */
	bool conf_alone;          /* that file is all there is: no flags for the server either */
	void (*prepare)(void);    /* called in the new process; NULL: nothing */
	const char *const *extra; /* further flags, ending with NULL; or NULL */
	const char *workers;      /* NULL: "2" */
	bool noisy;               /* warnings on standard error are part of the test */
	pid_t pid;                /* 0 while it is not running */
	unsigned port, port6;     /* 127.0.0.1 and ::1; port6 is 0 where there is no IPv6 */
};

/* Makes the folder and in it a capsule with a feed page and two posts, posts/essay.gmi and
 * posts/second.gmi. Nothing runs yet. */
void daemon_prepare(struct daemon *daemon);

/* A file below the folder, with the folders above it. */
void daemon_write(const struct daemon *daemon, const char *path, const void *bytes, size_t length);
void daemon_write_text(const struct daemon *daemon, const char *path, const char *text);

/* A page that no socket takes at once: so many zeros. */
#define DAEMON_BIG_SIZE ((size_t)64 << 20)
#define DAEMON_BIG_PAGE "gemini://localhost/big.bin"
void daemon_write_big_page(const struct daemon *daemon);

/* "FOLDER/PATH" in a buffer of the caller's. */
#define DAEMON_PATH_SIZE 4096
const char *daemon_path(const struct daemon *daemon, const char *path, char *out);

/* Returns once the ready file is there. A daemon that dies first fails the test, with its standard
 * error printed. The certificates, the store and the ports' file are those of the folder. */
void daemon_start(struct daemon *daemon);

/* SIGTERM; it must exit 0 in time and leave nothing on standard error (where it is noisy: nothing
 * of a sanitizer's). */
void daemon_stop(struct daemon *daemon);

/* kill -9 of the whole process group; returns when all of it is gone. */
void daemon_kill(struct daemon *daemon);

/* Stops it where it runs, and removes the folder. */
void daemon_end(struct daemon *daemon);

/* Its processes of this name, DAEMON_WORKER or DAEMON_KEYHOLDER: how many there are now. */
#define DAEMON_WORKER        "kindling-worker"
#define DAEMON_KEYHOLDER     "kindling-keys"
#define DAEMON_PROCESSES_MAX 64
size_t daemon_processes(
	const struct daemon *daemon, const char *name, pid_t processes[DAEMON_PROCESSES_MAX]);

/* Its workers, once there are `count` of them. */
void daemon_workers(const struct daemon *daemon, pid_t *workers, size_t count);

/* What it wrote to standard error so far, malloc'd. */
char *daemon_errors(const struct daemon *daemon);

/* A test's teardown; the state is the daemon. */
int daemon_is_alive(void **state);

#endif
