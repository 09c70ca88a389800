/*
 * Absolute URLs of this capsule, as feeds want them.
 */
#ifndef KINDLING_PAGE_URL_H
#define KINDLING_PAGE_URL_H

#include "page/request.h"

/* Writes "gemini://HOST" and the decoded path percent-encoded. The host is the capsule's own name,
 * whichever of its names was asked for, so that the URL stays the same; the port is that of the
 * request, and is left out where it is the usual one. */
void url_write(struct buf *buf, const struct request *request, struct span path);

#endif
