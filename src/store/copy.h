/*
 * Copying a database page by page, and looking a copy over. Private to store/.
 */
#ifndef KINDLING_STORE_COPY_H
#define KINDLING_STORE_COPY_H

#include <sqlite3.h>

#include "store/transfer.h"

struct copy_progress {
	store_progress *call; /* NULL: nobody wants to know */
	void *context;
};

/* Puts all that `from` holds in place of all that `to` holds, in one transaction of `to`: where it
 * fails, that one is as it was. `from` stays as it is at the beginning, whoever writes to it. */
bool copy_pages(sqlite3 *from, sqlite3 *to, struct copy_progress progress, struct fault *fault);

/* Whether a database is whole: what SQLite finds, and that all references lead somewhere.
 * `thoroughly` looks at each entry of each index, too. */
bool copy_check(sqlite3 *db, bool thoroughly, struct fault *fault);

#endif
