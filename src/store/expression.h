/*
 * What a reader typed, as an expression of FTS5's. Private to store/.
 */
#ifndef KINDLING_STORE_EXPRESSION_H
#define KINDLING_STORE_EXPRESSION_H

#include "base/buf.h"

/* Of a longer text only the beginning counts. No request that is no upload holds as much. */
#define EXPRESSION_TYPED_MAX 4096

/* Writes quoted strings of letters, marks, digits and blanks, each perhaps with a * behind it, and
 * nothing else: whatever was typed, FTS5 takes it. False: no word is in it. */
bool expression_write(struct buf *buf, struct span typed);

#endif
