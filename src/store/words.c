/*
 * Getting rid of the words of erased texts.
 */
#include "store/words.h"

enum store_result words_forget(struct connection *connection)
{
	struct query query;
	query_open(&query, connection, STATEMENT_WORDS_BEYOND);
	query_bind_number(&query, WORDS_PAGES_MAX);
	enum store_result result = query_step(&query);
	query_close(&query);
	if (result != STORE_NONE)
		return result;
	query_open(&query, connection, STATEMENT_WORDS_MERGE);
	return query_finish(&query);
}
