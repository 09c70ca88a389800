/*
 * Percent-encoding (RFC 3986, 2.1), shared by hosts, paths and queries.
 */
#ifndef KINDLING_PROTO_PERCENT_H
#define KINDLING_PROTO_PERCENT_H

#include "base/buf.h"

/* Takes one byte off the front of `rest`, decoded where it is %XX. False: `rest` is empty, or the
 * encoding is bad; *rest is then as it was. */
bool percent_next(struct span *rest, unsigned char *byte);

/* Writes a byte as %XX. */
void percent_append(struct buf *buf, unsigned char byte);

#endif
