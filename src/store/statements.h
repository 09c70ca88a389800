/*
 * Every statement that the store runs, prepared once per connection. Private to store/.
 *
 * Each page is a keyset query: it begins at an index entry and reads only the rows that it shows,
 * however long the thread is. The left joins keep one row where a page has no comments, so that
 * the total comes from the same snapshot.
 */
#ifndef KINDLING_STORE_STATEMENTS_H
#define KINDLING_STORE_STATEMENTS_H

#include "store/statements_codes.h"
#include "store/statements_comments.h"
#include "store/statements_data.h"
#include "store/statements_moderation.h"
#include "store/statements_people.h"
#include "store/statements_search.h"
#include "store/statements_threads.h"

/* name, SQL */
#define STATEMENT_LIST(X)                                                                          \
	X(BEGIN, "BEGIN IMMEDIATE")                                                                \
	X(COMMIT, "COMMIT")                                                                        \
	X(ROLLBACK, "ROLLBACK")                                                                    \
	STATEMENTS_PEOPLE(X)                                                                       \
	STATEMENTS_DATA(X)                                                                         \
	STATEMENTS_CODES(X)                                                                        \
	STATEMENTS_COMMENTS(X)                                                                     \
	STATEMENTS_THREADS(X)                                                                      \
	STATEMENTS_MODERATION(X)                                                                   \
	STATEMENTS_SEARCH(X)

enum statement {
#define STATEMENT_ENUM(name, sql) STATEMENT_##name,
	STATEMENT_LIST(STATEMENT_ENUM)
#undef STATEMENT_ENUM
		STATEMENT_COUNT
};

#endif
