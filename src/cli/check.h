/*
 * What the parts of kindling check share: each looks at one kind of thing, and tells what is wrong
 * with it on a line that begins with its place.
 */
#ifndef KINDLING_CLI_CHECK_H
#define KINDLING_CLI_CHECK_H

#include "cli/cli.h"
#include "cli/progress.h"
#include "os/beneath.h"
#include "site/types.h"

struct check {
	const struct conf *conf;
	struct arena *arena; /* lives as long as the verb */
	struct progress progress;
	size_t errors, warnings;
};

/* "PLACE: …" and "PLACE: warning: …" on standard error, as long as there are few enough to be read;
 * all are counted. */
__attribute__((format(printf, 3, 4))) void check_error(
	struct check *check, const char *place, const char *format, ...);
__attribute__((format(printf, 3, 4))) void check_warning(
	struct check *check, const char *place, const char *format, ...);

/* "PLACE: …" on standard output: nothing is wrong. */
__attribute__((format(printf, 3, 4))) void check_note(
	struct check *check, const char *place, const char *format, ...);

/* What root does where it starts the server, to be looked at first: addresses, and the certificates
 * that are there. */
void check_addresses(struct check *check);
void check_certificate(struct check *check, const struct conf_capsule *capsule);

/* Where this process is root's and `user` is somebody: becomes that user, for good, so that
 * everything after it is looked at with the server's own rights. True: it has. */
bool check_user(struct check *check);

/* What else the server's options name. */
void check_places(struct check *check);
void check_store_file(struct check *check);

/* A certificate that is yet to be made, and keys that are to be read again. */
void check_certificate_rights(
	struct check *check, const struct conf_capsule *capsule, bool was_root);
void check_capsule(struct check *check, const struct conf_capsule *conf);

/* ---- inside a capsule */

/* What its pages are looked at with. */
struct check_capsule {
	struct check *check;
	const struct conf_capsule *conf;
	int index; /* in the configuration */
	struct beneath_root root;
	struct types types;
	size_t files, posts;
	bool feed_seen;
};

/* A text of the capsule; `path` is the one beneath its root. The arena ends with the text. */
struct check_page {
	struct check_capsule *capsule;
	const char *path;
	struct span text;
	bool gemtext, whole; /* whole: no part of it was left out */
	struct arena *arena;
};

/* "ROOT/PATH", and ":LINE" where that is not 0. */
const char *check_place(const struct check_page *page, size_t line);

/* Its encoding, and the links on it. */
void check_page(struct check_page *page);

/* As the feed page: its title and its dated links. */
void check_feed_page(struct check_page *page);

/* Whether a path of the capsule (decoded, normalised) is answered with something; else *why not. */
bool check_is_served(
	struct check_capsule *capsule, struct span path, struct arena *arena, const char **why);

/* Where the server itself answers, whatever the capsule holds. */
bool check_is_ours(const struct conf_capsule *capsule, struct span path);

#endif
