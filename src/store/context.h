/*
 * Some words around those that a search has found. Private to store/.
 *
 * FTS5's own snippet gathers every occurrence in the text and tries each: with a text that says one
 * word thirty thousand times it is busy for most of a second.
 */
#ifndef KINDLING_STORE_CONTEXT_H
#define KINDLING_STORE_CONTEXT_H

#include <sqlite3.h>

#define CONTEXT_WORDS        24
#define CONTEXT_WORDS_BEFORE 8
#define CONTEXT_BYTES        1200 /* words may be as long as texts are; without the ellipses */
#define CONTEXT_BYTES_BEFORE 240
#define CONTEXT_LOOK_BYTES   262144 /* what is found further on has the text's beginning */

/* search_context(table, column, number of a word): an auxiliary function for a row of an FTS5
 * table, with or without MATCH. A number below 0 stands for the beginning. */
void context_function(const Fts5ExtensionApi *api, Fts5Context *row, sqlite3_context *answer,
	int count, sqlite3_value **values);

#endif
