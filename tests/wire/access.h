/*
 * Who may do what: every route of the conversation against everybody who may ask for it.
 *
 * The list of routes is the program's own, so that none is forgotten here.
 */
#ifndef KINDLING_TESTS_WIRE_ACCESS_H
#define KINDLING_TESTS_WIRE_ACCESS_H

#include <stddef.h>

#include "comments/routes.h"

enum who { NOBODY, UNKNOWN, READER, AUTHOR, MODERATOR, OWNER, BANNED, EXPIRED, WHO_COUNT };

/* The comments and people that the paths name: they are the first ones of the store. */
#define SHOWN  "1"
#define HELD   "2"
#define HIDDEN "3"

#define QUEUE   "/comments/moderation/"
#define ACCOUNT "/comments/account/"
#define ON      "/comments/on/posts/essay"
#define REASON  "Because"

/*
 * What one of them is answered: a status; ">PATH", a redirect there (or, where PATH ends with "/~",
 * to some guard of it); or "~" and one of these, a redirect to the guarded form of the same path
 * and what is found there. ">" alone leads to where one logs in, on the row's way.
 */
struct row {
	enum comments_route route;
	const char *path;
	const char *expected[WHO_COUNT];
	const char *typed; /* what would change something; NULL: nothing there does */
	const char *way;   /* behind "/comments/?" */
};

extern const struct row access_rows[];
extern const size_t access_row_count;

/* The path by which the author removes their second certificate: made at the start. */
extern char access_second_key[256];

#endif
