/*
 * A person leaves: what remains of them is a row without a name, so that their comments, where
 * they stay, hang on something.
 */
#include "store/connection.h"
#include "store/names.h"
#include "store/people.h"
#include "store/tree.h"
#include "store/words.h"

/* Nobody else can write while so many are erased, which takes some 80 ms; they get their turn in
 * the pause, as SQLite has them look every 100 ms at the latest. */
#define ERASED_AT_ONCE 512
#define PAUSE_MS       20

struct leave_task {
	int64_t person, now;
	bool erase;
	int64_t before; /* comments from here on are erased already */
};

static enum store_result run_for(
	struct connection *connection, enum statement which, int64_t subject)
{
	struct query query;
	query_open(&query, connection, which);
	query_bind_number(&query, subject);
	return query_finish(&query);
}

static enum store_result settle_reports(
	struct connection *connection, enum statement which, int64_t subject, int64_t now)
{
	struct query query;
	query_open(&query, connection, which);
	query_bind_number(&query, subject);
	query_bind_number(&query, now);
	return query_finish(&query);
}

/* The person's latest comment before `*id` that has a text. */
static enum store_result find_next(struct connection *connection, int64_t person, int64_t *id)
{
	struct query query;
	query_open(&query, connection, STATEMENT_ERASE_NEXT);
	query_bind_number(&query, person);
	query_bind_number(&query, *id);
	enum store_result result = query_step(&query);
	if (result == STORE_OK)
		*id = query_number(&query, 0);
	query_close(&query);
	return result;
}

static enum store_result erase_one(
	struct connection *connection, const struct leave_task *task, int64_t id)
{
	enum store_result result = tree_set_state(connection, id, STORE_DELETED, true);
	return result == STORE_OK
		       ? settle_reports(connection, STATEMENT_ERASE_REPORTED, id, task->now)
		       : result;
}

/* The latest first: so an answer to oneself is gone before what it answers, which then needs no
 * placeholder. STORE_NONE: so few are left that they can go with their person. */
static enum store_result erase_some(struct connection *connection, void *argument)
{
	struct leave_task *task = argument;
	int64_t id = task->before;
	enum store_result result = STORE_OK;
	for (int i = 0; i < ERASED_AT_ONCE && result == STORE_OK; i++) {
		result = find_next(connection, task->person, &id);
		if (result == STORE_OK)
			result = erase_one(connection, task, id);
	}
	if (result == STORE_OK)
		task->before = id;
	return result;
}

/* All that are left, which may be later ones, too. */
static enum store_result erase_words(struct connection *connection, const struct leave_task *task)
{
	int64_t id = INT64_MAX;
	enum store_result result = find_next(connection, task->person, &id);
	while (result == STORE_OK) {
		result = erase_one(connection, task, id);
		if (result == STORE_OK)
			result = find_next(connection, task->person, &id);
	}
	if (result == STORE_NONE)
		result = words_forget(connection);
	if (result != STORE_OK)
		return result;
	return settle_reports(connection, STATEMENT_ERASE_REPORTS, task->person, task->now);
}

static enum store_result leave(struct connection *connection, void *argument)
{
	static const enum statement steps[] = {STATEMENT_LEAVE_CERTIFICATES, STATEMENT_LEAVE_CODES,
		STATEMENT_LEAVE_REVEAL, STATEMENT_LEAVE_ACTOR, STATEMENT_LEAVE_CONCERNED,
		STATEMENT_PERSON_LEAVE};
	const struct leave_task *task = argument;
	enum store_result result = name_retire(connection, task->person, task->now);
	if (result == STORE_OK && task->erase)
		result = erase_words(connection, task);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && result == STORE_OK; i++)
		result = run_for(connection, steps[i], task->person);
	return result;
}

enum store_result store_person_leave(struct store *store, int64_t person, bool erase, int64_t now)
{
	struct leave_task task = {
		.person = person, .now = now, .erase = erase, .before = INT64_MAX};
	enum store_result result = erase ? STORE_OK : STORE_NONE;
	while (result == STORE_OK) {
		result = store_run(store, STORE_WRITE, erase_some, &task);
		if (result == STORE_OK)
			sqlite3_sleep(PAUSE_MS);
	}
	return result == STORE_NONE ? store_run(store, STORE_WRITE, leave, &task) : result;
}
