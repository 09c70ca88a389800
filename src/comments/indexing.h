/*
 * What the search knows of the posts, kept in step with their files. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_INDEXING_H
#define KINDLING_COMMENTS_INDEXING_H

#include "comments/visit.h"

#define INDEXING_EVERY_MS   10000
#define INDEXING_MOST_MS    1000 /* one reader waits; the next search goes on from there */
#define INDEXING_TEXT_BYTES (256 * 1024)

/* Looks whether posts have come, changed or gone, at most every ten seconds, and tells the store.
 * Where it cannot, the search goes on with what it knows. Only one request of a worker does this at
 * a time. */
void indexing_catch_up(struct visit *visit);

#endif
