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
#include "os/listen.h"

/* Of an entry of `types`, and of `held_words`, in bytes. */
#define CONF_EXTENSION_MAX 32
#define CONF_TYPE_MAX      79
#define CONF_WORD_MAX      200

#define CONF_FINGERPRINT_BYTES 32

struct conf_texts {
	const char **items;
	size_t count;
};

/* In the order of their words in the configuration. */
enum conf_commenting { COMMENTING_OPEN, COMMENTING_FIRST, COMMENTING_HELD, COMMENTING_CLOSED };
enum conf_registration { REGISTRATION_OPEN, REGISTRATION_INVITATION, REGISTRATION_CLOSED };

struct conf_capsule {
	const char *host;               /* the title; in host_normalise's form, no wildcard */
	struct conf_texts aliases;      /* in host_normalise's form */
	struct conf_texts names;        /* the host, then the aliases */
	struct conf_texts server_names; /* those of all capsules, this one's too */
	const char *root, *certs;
	const char *lang; /* BCP 47, several with commas; "" for none */
	const char *feed; /* a path of the capsule: begins with a slash, holds no dot segment */
	bool comments;
	bool listing;            /* directories without index.gmi are listed */
	const char *contact;     /* a URI, or "" */
	struct conf_texts owner; /* SHA-256 of public keys: 64 lower-case hexadecimal digits */
	enum conf_commenting commenting;
	enum conf_registration registration;
	unsigned close_after; /* days from a post's date on that it takes comments; 0: all */
	struct conf_texts held_words; /* comments that hold one of them wait for a moderator */
	unsigned comments_per_hour;   /* of one person */
	struct conf_texts types;      /* "ext=type/subtype", the extension without a dot */
	bool sound; /* none of its own options was wrong: always so after CONF_OK */
};

struct conf {
	struct conf_texts listen; /* each one fit for listen_parse; at least one */
	unsigned workers;         /* never 0 here: counted */
	const char *store;        /* the path of SQLite's file */
	enum log_format log;
	enum log_level log_level;
	enum address_detail log_addresses;
	const char *ready_file; /* "" for none */
	unsigned max_connections, max_connections_per_address;
	/* All timeouts in seconds. */
	unsigned handshake_timeout, request_timeout, upload_timeout, answer_timeout, write_timeout;
	unsigned close_timeout, drain_timeout;
	/* At least one; clients that name none of them are shown the first one's certificate. */
	struct conf_capsule *capsules;
	size_t capsule_count;
	struct conf_texts hosts; /* of the capsules, in their order */
};

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

/* Prints every option with its default and sentence to standard output. */
void conf_print_options(void);

/* One line on standard error in which what acts without being seen is replaced: what a
 * configuration or a capsule holds does not move the reader's terminal. Always false. */
__attribute__((format(printf, 1, 2))) bool conf_complain(const char *format, ...);

/* The capsule that answers to a host in struct uri's form: its index, or -1. A name in full wins
 * over a wildcard, whichever capsule comes first. */
int conf_find_capsule(const struct conf *conf, struct span host);
/* Whether a key with this fingerprint, spelled as in `owner`, is an owner's. */
bool conf_makes_owner(const struct conf_capsule *capsule, const char *fingerprint);

#endif
