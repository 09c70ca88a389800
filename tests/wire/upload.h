/*
 * Uploads over Titan, as a client sends them: the URL with its parameters, CRLF, and the bytes.
 */
#ifndef KINDLING_TESTS_WIRE_UPLOAD_H
#define KINDLING_TESTS_WIRE_UPLOAD_H

#include "ask.h"

/* Where comments on the fixture's essay are uploaded to. */
#define UPLOAD_NEW "titan://localhost/comments/on/posts/essay/new"

/* "titan://localhost" PATH, formatted, in a buffer of the caller's. */
__attribute__((format(printf, 2, 3))) const char *titan_url(
	char out[URL_SIZE], const char *path, ...);

/* The text goes to this URL (without parameters). Free the answer. */
struct answer upload(const struct daemon *daemon, const struct person *person, const char *url,
	const char *text);

/* The same with everything open: `parameters` ("size=5;mime=text/plain") are sent as they are, and
 * so many bytes behind them; `piece` at a time. */
struct answer upload_as(const struct daemon *daemon, const struct client_options *options,
	const char *url, const char *parameters, const void *bytes, size_t length, size_t piece);

/* The same, of which only the status counts. */
void expect_upload(const struct daemon *daemon, const struct person *person, const char *url,
	const char *text, int status);

/* It must be taken. The comment's number. */
long uploaded_comment(const struct daemon *daemon, const struct person *person, const char *url,
	const char *text);

/* Asks for the text in the form in which it is edited. */
struct answer ask_edit(const struct daemon *daemon, const struct person *person, const char *url);

/* From another address each time, for as much as one may not do so often. */
struct client_options from_anywhere(const struct person *person);

/* The comment of this number, which is this person's, has exactly this text. */
void assert_kept(const struct daemon *daemon, const struct person *person, long id,
	const void *text, size_t length);

/* Nothing on the essay's thread holds this. */
void assert_not_kept(const struct daemon *daemon, const char *part);

#endif
