/*
 * BM25 without its inverse document frequency (Robertson and Zaragoza, "The Probabilistic Relevance
 * Framework: BM25 and Beyond", 2009), as an auxiliary function of FTS5's.
 */
#include "store/rank.h"

#include <stddef.h>

#include "store/context.h"

#define SATURATION 1.2  /* k1: how little a word counts that was there before */
#define BY_LENGTH  0.75 /* b: how much a long row is held against it */

static int learn_average(const Fts5ExtensionApi *api, Fts5Context *row, struct rank *rank)
{
	sqlite3_int64 words, rows;
	int code = api->xColumnTotalSize(row, -1, &words);
	if (code == SQLITE_OK)
		code = api->xRowCount(row, &rows);
	if (code == SQLITE_OK)
		rank->average = words > 0 && rows > 0 ? (double)words / (double)rows : 1.0;
	return code;
}

/* What the function is given. */
struct weights {
	int text, count;
	sqlite3_value **of;
};

/* Of one phrase in one row. */
struct found {
	double weight;  /* of all occurrences */
	int times;      /* in the text */
	int first_word; /* of the first of those */
};

/* One occurrence after the other: xInstCount would gather and sort all of all phrases. */
static int find_phrase(const Fts5ExtensionApi *api, Fts5Context *row, int phrase,
	const struct weights *weights, struct found *found)
{
	Fts5PhraseIter iterator;
	int column, word;
	int code = api->xPhraseFirst(row, phrase, &iterator, &column, &word);
	*found = (struct found){0};
	if (code != SQLITE_OK)
		return code;
	for (int seen = 0; column >= 0 && seen < RANK_COUNTED; seen++) {
		if (column < weights->count)
			found->weight += sqlite3_value_double(weights->of[column]);
		if (column == weights->text && found->times++ == 0)
			found->first_word = word;
		api->xPhraseNext(row, &iterator, &column, &word);
	}
	return SQLITE_OK;
}

static int score(const Fts5ExtensionApi *api, Fts5Context *row, const struct weights *weights,
	struct rank *rank)
{
	int words, fewest = RANK_COUNTED + 1;
	int code = rank->average > 0 ? SQLITE_OK : learn_average(api, row, rank);
	if (code == SQLITE_OK)
		code = api->xColumnSize(row, -1, &words);
	if (code != SQLITE_OK)
		return code;
	const double length = 1 - BY_LENGTH + BY_LENGTH * words / rank->average;
	rank->score = 0;
	rank->place = -1;
	for (int i = 0; i < api->xPhraseCount(row) && code == SQLITE_OK; i++) {
		struct found found;
		code = find_phrase(api, row, i, weights, &found);
		rank->score +=
			found.weight * (SATURATION + 1) / (found.weight + SATURATION * length);
		if (found.times > 0 && found.times < fewest) {
			fewest = found.times;
			rank->place = found.first_word;
		}
	}
	return code;
}

static void search_rank(const Fts5ExtensionApi *api, Fts5Context *row, sqlite3_context *answer,
	int count, sqlite3_value **values)
{
	struct rank *rank = api->xUserData(row);
	const struct weights weights = {
		.text = sqlite3_value_int(values[0]), .count = count - 1, .of = values + 1};
	int code = score(api, row, &weights, rank);
	if (code == SQLITE_OK)
		sqlite3_result_int(answer, rank->score > rank->least);
	else
		sqlite3_result_error_code(answer, code);
}

/* NULL: this SQLite has no FTS5. */
static fts5_api *find_api(sqlite3 *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *ask = NULL;
	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &ask, NULL) == SQLITE_OK &&
		sqlite3_bind_pointer(ask, 1, &api, "fts5_api_ptr", NULL) == SQLITE_OK)
		(void)sqlite3_step(ask); /* where it fails, the pointer stays as it is */
	sqlite3_finalize(ask);
	return api;
}

bool rank_register(sqlite3 *db, struct rank *rank, struct fault *fault)
{
	fts5_api *api = find_api(db);
	if (api == NULL)
		return fault_set(fault, "SQLite was built without FTS5; install one that has it");
	return (api->xCreateFunction(api, "search_rank", rank, search_rank, NULL) == SQLITE_OK &&
		       api->xCreateFunction(api, "search_context", NULL, context_function, NULL) ==
			       SQLITE_OK) ||
	       fault_set(fault, "%s", sqlite3_errmsg(db));
}
