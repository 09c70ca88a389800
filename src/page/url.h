/*
 * Absolute URLs of this server's capsules.
 */
#ifndef KINDLING_PAGE_URL_H
#define KINDLING_PAGE_URL_H

#include "page/request.h"

/* Writes "gemini://HOST:PORT", with brackets around an IPv6 address, and without the port where it
 * is the usual one. */
void url_write_origin(struct buf *buf, struct span host, unsigned port);

/* Writes that and the decoded path percent-encoded. The host is the capsule's own name, whichever
 * of its names was asked for, so that the URL stays the same; the port is that of the request. */
void url_write(struct buf *buf, const struct request *request, struct span path);

#endif
