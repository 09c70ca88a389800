/*
 * What libmagic sees in some bytes, by its compiled tables. The only place that knows it.
 */
#ifndef KINDLING_SITE_MIME_H
#define KINDLING_SITE_MIME_H

#include "site/types.h"

#define MIME_BYTES_MAX    (256 * 1024) /* what it is shown at once */
#define MIME_CHARSET_SIZE 40

struct mime_seen {
	char type[TYPES_SIZE_MAX];
	char charset[MIME_CHARSET_SIZE]; /* "binary" for what is not text; "" for unknown */
};

struct mime;

/* Opens libmagic's tables: nothing is opened later. NULL: no memory. */
struct mime *mime_new(void);
void mime_free(struct mime *mime);

/* At most MIME_BYTES_MAX of them. False where there is no table, or, with a warning in the
 * log, where libmagic fails. Safe on any thread. */
bool mime_look(struct mime *mime, struct span bytes, struct mime_seen *seen);

#endif
