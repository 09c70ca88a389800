/*
 * What a reader does on the comment side, step by step as a client would.
 */
#ifndef KINDLING_TESTS_WIRE_READER_H
#define KINDLING_TESTS_WIRE_READER_H

#include "ask.h"

#define ESSAY "posts/essay"

/* Makes an ordinary certificate and registers `name` with it. */
void reader_join(const struct daemon *daemon, struct person *person, const char *name);

/* Answers the 10 of a post's `new` with this text. */
struct answer reader_send(const struct daemon *daemon, const struct person *person,
	const char *slug, const char *text);

/* The same; it must be taken. The comment's number. */
long reader_comment(const struct daemon *daemon, const struct person *person, const char *slug,
	const char *text);

/* The number in a redirect to /comments/ID, or 0. */
long comment_id(const struct answer *answer);

/* The path of a page's first link whose URL begins so; false where there is none. */
bool find_link(const char *page, const char *begin, char *out, size_t size);

/* Every page of a chain of pages in one text (malloc'd): `path` and what its links that begin with
 * `path` and `next` ("?after=", "?before=") lead on to. */
char *read_pages(const struct daemon *daemon, const char *path, const char *next);

#endif
