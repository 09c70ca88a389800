/*
 * Asking a daemon and asserting what every answer must be: a good header, close_notify, a FIN.
 */
#ifndef KINDLING_TESTS_WIRE_ASK_H
#define KINDLING_TESTS_WIRE_ASK_H

#include "client.h"
#include "daemon.h"

/* With the SNI name "localhost"; `person` may be NULL. Free the answer. */
struct answer ask(const struct daemon *daemon, const struct person *person, const char *url);

/* The same with everything open. */
struct answer ask_as(
	const struct daemon *daemon, const struct client_options *options, const char *url);

/* Sends these bytes as they are, `piece` at a time, instead of a URL and CRLF. */
struct answer ask_bytes(const struct daemon *daemon, const struct client_options *options,
	const void *bytes, size_t length, size_t piece);

/* Prints the URL, the status and META where the status is another. */
void assert_answer(const struct answer *answer, int status, const char *url);

/* Whole transactions of which only the status counts. */
void expect(const struct daemon *daemon, const struct person *person, const char *url, int status);
void expect_each(const struct daemon *daemon, const char *const *urls, size_t count, int status);

/* Status 20 with exactly this body. */
void expect_body(const struct daemon *daemon, const char *url, const char *body);

/* Status 30 or 31 to this path of gemini://localhost; an absolute URL there is the same. */
void expect_redirect(const struct daemon *daemon, const struct person *person, const char *url,
	int status, const char *path);

/* The path that a redirect leads to, within the answer; fails where it leads elsewhere. */
const char *redirect_path(const struct answer *answer);

/* Both print the whole text where they fail. */
void assert_contains(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);

/* How many times `part` stands in the text. */
size_t count_of(const char *text, const char *part);

/* The origin and the path, formatted, in a buffer of the caller's; below, "gemini://localhost". */
#define URL_SIZE 2048
__attribute__((format(printf, 3, 0))) const char *url_at(
	char out[URL_SIZE], const char *origin, const char *path, va_list arguments);
__attribute__((format(printf, 2, 3))) const char *url_of(char out[URL_SIZE], const char *path, ...);

/* Percent-encodes a text as the query that answers a 10, in a buffer of the caller's. */
const char *encode_query(const char *text, char *out, size_t size);

#endif
