/*
 * How well a row fits a search. Private to store/.
 *
 * FTS5's own bm25 weighs words by how rare they are, and for that counts every row of the store
 * that has one of them. Where all words have to be there, that only weighs them against each other:
 * ours does without, and what it costs depends on the one row alone.
 */
#ifndef KINDLING_STORE_RANK_H
#define KINDLING_STORE_RANK_H

#include <sqlite3.h>

#include "base/fault.h"

/* Of the search that a connection is busy with; { .least = RANK_NONE } before its first row. */
struct rank {
	double least;   /* for whoever reads the rows: scores up to this one are not wanted */
	double score;   /* of the latest row; all are above RANK_NONE */
	double average; /* words in a row of this table; 0: not known yet */
};
#define RANK_NONE (-1.0)

/*
 * Gives the connection the function search_rank(table, weight of a column...) for queries of an
 * FTS5 table: notes the row's score in `rank`, which lives as long as the connection, and is true
 * where it is wanted. More occurrences in fewer words are better; columns without a weight do not
 * count.
 */
bool rank_register(sqlite3 *db, struct rank *rank, struct fault *fault);

#endif
