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
	double least; /* for whoever reads the rows: scores up to this one are not wanted */
	double score; /* of the latest row; all are above RANK_NONE */
	int place; /* in the latest row's text: the number of a word that was looked for; or -1 */
	double average; /* words in a row of this table; 0: not known yet */
};
#define RANK_NONE (-1.0)

/* Of one phrase in one row, so many occurrences count: a text of one word alone says it thirty
 * thousand times. The next ones would not change a score by much. */
#define RANK_COUNTED 20

/*
 * Gives the connection the function search_rank(table, text, weight of a column...) for queries of
 * an FTS5 table: notes the row's score in `rank`, which lives as long as the connection, and is
 * true where it is wanted. More occurrences in fewer words are better; columns without a weight do
 * not count. `text` is the number of the column that `place` is about: there stands the phrase that
 * the text has the fewest of. Also search_context, see context.h.
 */
bool rank_register(sqlite3 *db, struct rank *rank, struct fault *fault);

#endif
