/*
 * The type of an open file, out of its name's and what its bytes say (reference in RFC 2046; the
 * order is: a name that settles it, gemtext, text by its name, what libmagic sees).
 */
#ifndef KINDLING_SITE_CONTENT_H
#define KINDLING_SITE_CONTENT_H

#include "site/mime.h"

#define CONTENT_TYPE_SIZE (TYPES_SIZE_MAX + MIME_CHARSET_SIZE + 16)

/* True where the name's type cannot be told for sure without reading the file. */
bool content_is_wanted(const char *by_name);

/* Writes META for the file; its language is not in it. `by_name`: as types_of_name gives it. False
 * where something failed: the type will do, but another time may tell better. */
bool content_type(struct mime *mime, int fd, const char *by_name, char type[CONTENT_TYPE_SIZE]);

#endif
