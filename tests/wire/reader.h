/*
 * What a reader does on the comment side, step by step as a client would.
 */
#ifndef KINDLING_TESTS_WIRE_READER_H
#define KINDLING_TESTS_WIRE_READER_H

#include "ask.h"

#define ESSAY "posts/essay"

/* As ask(), each time from another address of this machine: no limit by address stands in its way.
 */
struct answer ask_from_anywhere(
	const struct daemon *daemon, const struct person *person, const char *url);

/* Makes an ordinary certificate and registers `name` with it. */
void reader_join(const struct daemon *daemon, struct person *person, const char *name);

/* Registers with a certificate that is there already. The recovery code, as it is shown. */
#define CODE_TEXT_SIZE 128
void reader_register(const struct daemon *daemon, const struct person *person, const char *name,
	char code[CODE_TEXT_SIZE]);

/* What the first preformatted block of a page holds in its first line. */
void read_code(const char *page, char code[CODE_TEXT_SIZE]);

/* What a client does where a page asks: follows the path to the address where this reader is asked,
 * and answers there with the query (NULL: not yet), each time as ask_from_anywhere. Where nothing
 * is asked, what came instead. */
struct answer reader_answer(const struct daemon *daemon, const struct person *person,
	const char *path, const char *query);
void expect_answered(const struct daemon *daemon, const struct person *person, const char *path,
	const char *query, int status);
/* The same in a thread: nothing is asserted. False where no whole answer came. */
bool reader_fetch(unsigned port, const struct person *person, const char *path, const char *query,
	struct answer *answer);

/* The same, with a text, of a page that must ask so. */
struct answer reader_type(const struct daemon *daemon, const struct person *person,
	const char *path, const char *typed);

/* The code that one's own device shows for another one. */
void reader_device_code(
	const struct daemon *daemon, const struct person *person, char code[CODE_TEXT_SIZE]);

/* reader_answer with a code. */
struct answer reader_type_code(const struct daemon *daemon, const struct person *person,
	const char *path, const char *code);

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
