/*
 * What the search's index keeps of erased texts. Private to store/.
 */
#ifndef KINDLING_STORE_WORDS_H
#define KINDLING_STORE_WORDS_H

#include "store/connection.h"

/* Up to some 3000 comments. Writing so much anew takes some ten milliseconds. */
#define WORDS_PAGES_MAX 256

/*
 * FTS5 deletes words by noting that they are deleted, and drops both when it merges the parts of
 * the index that they stand in. This merges all of it, inside the write that erased a text, so that
 * its words are nowhere in the file any more; unless the index has more than WORDS_PAGES_MAX pages:
 * then they go when later writes have it merged, which has no bound. (FTS5's own secure-delete,
 * from SQLite 3.42 on, makes an index that older versions cannot read.)
 */
enum store_result words_forget(struct connection *connection);

#endif
