/*
 * The response header: two digits, a space, META, CRLF (protocol 0.24.1, section 3).
 */
#ifndef KINDLING_PROTO_HEADER_H
#define KINDLING_PROTO_HEADER_H

#include "base/span.h"
#include "proto/status.h"

#define HEADER_META_MAX 1024
#define HEADER_SIZE_MAX (3 + HEADER_META_MAX + 2)

/* Writes the header for any META, however hostile: control characters, seen or not, become
 * spaces, bytes that are not UTF-8 become U+FFFD, a BOM at the front is dropped, what is over
 * 1024 bytes is cut between characters. An empty META becomes the status's own sentence. Returns
 * the size. */
size_t header_write(enum status status, struct span meta, char out[HEADER_SIZE_MAX]);

#endif
