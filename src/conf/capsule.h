/*
 * What is configured of one capsule.
 */
#ifndef KINDLING_CONF_CAPSULE_H
#define KINDLING_CONF_CAPSULE_H

#include <stdbool.h>
#include <stddef.h>

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
	unsigned *lines;              /* where in the file each option of it stands: conf_place */
	bool sound; /* none of its own options was wrong: always so after CONF_OK */
};

#endif
