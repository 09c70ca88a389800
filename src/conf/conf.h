/*
 * The configuration: read once, checked whole, never changed afterwards.
 *
 * Every option is one row of the table in options.c: its name, type, default, bounds and the
 * sentence that `help serve` prints. The same rows make the file's grammar and the flags.
 */
#ifndef KINDLING_CONF_CONF_H
#define KINDLING_CONF_CONF_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/log.h"
#include "conf/capsule.h"
#include "os/address.h"

struct conf {
	struct conf_texts listen; /* each one fit for address_parse; at least one */
	unsigned workers;         /* never 0 here: counted */
	const char *store;        /* the path of SQLite's file */
	const char *user;         /* dropped to where root starts it; "" for none */
	bool keyholder, sandbox;
	enum log_format log;
	const char *log_to; /* "stderr", "syslog", "journal", or a path with a slash in it */
	enum log_level log_level;
	enum address_detail log_addresses;
	const char *ready_file, *control; /* "" for none; `control` is fit for a Unix socket */
	/* Connections at once, over all workers. */
	unsigned max_connections, max_connections_per_address, max_connections_per_network;
	unsigned requests_per_minute, requests_per_minute_per_network; /* 0: no limit */
	struct conf_texts allow, deny, proxies; /* each one fit for address_range_parse */
	unsigned min_rate;                      /* bytes a second; 0: no limit */
	/* All timeouts in seconds. */
	unsigned handshake_timeout, request_timeout, upload_timeout, answer_timeout, write_timeout;
	unsigned close_timeout, drain_timeout, worker_timeout;
	/* At least one; clients that name none of them are shown the first one's certificate. */
	struct conf_capsule *capsules;
	size_t capsule_count;
	struct conf_texts hosts; /* of the capsules, in their order */
	const char *file;        /* that it was read from; NULL for none */
	unsigned *lines; /* where in the file each option of the server stands: conf_place */
};

/* A fitting limit for the arena: the file is at most 1 MiB, and what is made of it a few times that
 * at the worst. */
#define CONF_MEMORY_MAX ((size_t)64 * 1024 * 1024)

#define CONF_WORKERS_MAX 256

enum conf_result { CONF_OK, CONF_WRONG /* exit 1 */, CONF_USAGE /* exit 2 */, CONF_HELP };

/*
 * Reads the command line of `serve`, `check` or `cert` (argv[0] is the verb), and the file that -c
 * names. Flags win over the file; without either, the defaults. Everything lives in `arena`. Each
 * error is one line on standard error, "file:line: …" or "--flag: …", all of them and not just
 * the first. After CONF_WRONG *conf is what could be read, for looking at the capsules that are
 * sound, or NULL. Leaves the rest of the words (cert's actions) in *rest, NULL after the last. Not
 * for two threads at once: libconfuse has one scanner.
 */
enum conf_result conf_read(
	int argc, char **argv, struct arena *arena, const struct conf **conf, char ***rest);

/* The same for a file's text alone; errors call the file `name`. CONF_OK or CONF_WRONG. */
enum conf_result conf_read_text(
	const char *name, struct span text, struct arena *arena, const struct conf **conf);

/* Where an option has its value from, for complaints: "kindling.conf:12: log_to", "--log-to", or
 * the name alone, behind the capsule's, of a default. `capsule` is NULL for the server's options;
 * the option "host" stands for the capsule itself. */
const char *conf_place(const struct conf *conf, const struct conf_capsule *capsule,
	const char *name, struct arena *arena);

/* Prints every option with its default and sentence to standard output. */
void conf_print_options(void);

/* One line on standard error in which what acts without being seen is replaced: what a
 * configuration or a capsule holds does not move the reader's terminal. Once the log is open, an
 * error in it instead. Always false. */
__attribute__((format(printf, 1, 2))) bool conf_complain(const char *format, ...);

/* The capsule that answers to a host in struct uri's form: its index, or -1. A name in full wins
 * over a wildcard, whichever capsule comes first. */
int conf_find_capsule(const struct conf *conf, struct span host);
/* Whether a key with this fingerprint, spelled as in `owner`, is an owner's. */
bool conf_makes_owner(const struct conf_capsule *capsule, const char *fingerprint);

#endif
