/*
 * Every status code of the Gemini network protocol 0.24.1, with the sentence that stands in
 * META when a page has nothing better to say.
 */
#ifndef KINDLING_PROTO_STATUS_H
#define KINDLING_PROTO_STATUS_H

#include <stdbool.h>

/* name, number, sentence */
#define STATUS_LIST(X)                                                                             \
	X(INPUT, 10, "Please type an answer")                                                      \
	X(SENSITIVE_INPUT, 11, "Please type the code")                                             \
	X(SUCCESS, 20, "text/gemini")                                                              \
	X(REDIRECT, 30, "/")                                                                       \
	X(PERMANENT_REDIRECT, 31, "/")                                                             \
	X(TEMPORARY_FAILURE, 40, "This did not work just now. Try again in a minute")              \
	X(SERVER_UNAVAILABLE, 41, "The server is resting. Try again in a minute")                  \
	X(CGI_ERROR, 42, "A program behind this page failed. Try again later")                     \
	X(PROXY_ERROR, 43, "A server behind this page did not answer. Try again later")            \
	X(SLOW_DOWN, 44, "60")                                                                     \
	X(PERMANENT_FAILURE, 50, "This cannot be done here")                                       \
	X(NOT_FOUND, 51, "No such page. The home page is at /")                                    \
	X(GONE, 52, "This page is gone for good")                                                  \
	X(PROXY_REFUSED, 53, "This server serves other names")                                     \
	X(BAD_REQUEST, 59, "This is not a request that Gemini knows")                              \
	X(CERTIFICATE_REQUIRED, 60, "Choose or make an identity to go on")                         \
	X(CERTIFICATE_NOT_AUTHORISED, 61, "This identity may not do that; choose another")         \
	X(CERTIFICATE_NOT_VALID, 62, "This identity is outside its dates; choose another")

enum status {
#define STATUS_ENUM(name, number, sentence) STATUS_##name = (number),
	STATUS_LIST(STATUS_ENUM)
#undef STATUS_ENUM
};

bool status_is_known(int number);
const char *status_sentence(enum status status);

#endif
