/*
 * Names: whose they are, and changing one's own.
 */
#include "store/names.h"

#include "store/people.h"

/* Those whose time is over, of everybody: each is looked at once, when it goes. */
static enum store_result sweep(struct connection *connection, int64_t now)
{
	struct query query;
	query_open(&query, connection, STATEMENT_NAMES_SWEEP);
	query_bind_number(&query, now);
	return query_finish(&query);
}

enum store_result name_claim(struct connection *connection, int64_t capsule, struct span folded,
	int64_t person, int64_t now)
{
	enum store_result result = sweep(connection, now);
	if (result != STORE_OK)
		return result;

	struct query query;
	query_open(&query, connection, STATEMENT_NAME_TAKE_BACK);
	query_bind_number(&query, capsule);
	query_bind_text(&query, folded);
	query_bind_number(&query, person);
	result = query_finish(&query);
	if (result != STORE_OK)
		return result;

	query_open(&query, connection, STATEMENT_NAME_IS_KEPT);
	query_bind_number(&query, capsule);
	query_bind_text(&query, folded);
	result = query_step(&query);
	query_close(&query);
	if (result == STORE_NONE)
		return STORE_OK;
	return result == STORE_OK ? STORE_TAKEN : result;
}

enum store_result name_retire(struct connection *connection, int64_t person, int64_t now)
{
	struct query query;
	query_open(&query, connection, STATEMENT_NAME_RETIRE);
	query_bind_number(&query, person);
	query_bind_number(&query, now + STORE_NAME_KEPT_SECONDS);
	return query_finish_change(&query);
}

struct rename_task {
	struct span name, folded;
	int64_t person, now;
};

/* In which capsule the person is, and whether the new name is the old one, written otherwise. */
static enum store_result look_at_name(struct connection *connection, const struct rename_task *task,
	int64_t *capsule, bool *is_same)
{
	struct query query;
	query_open(&query, connection, STATEMENT_PERSON_RENAMED);
	query_bind_number(&query, task->person);
	query_bind_text(&query, task->folded);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		*capsule = query_number(&query, 0);
		*is_same = query_number(&query, 1) != 0;
	}
	query_close(&query);
	return result;
}

static enum store_result rename_person(struct connection *connection, void *argument)
{
	const struct rename_task *task = argument;
	int64_t capsule;
	bool is_same;
	enum store_result result = look_at_name(connection, task, &capsule, &is_same);
	if (result == STORE_OK && !is_same)
		result = name_claim(connection, capsule, task->folded, task->person, task->now);
	if (result == STORE_OK && !is_same)
		result = name_retire(connection, task->person, task->now);
	if (result != STORE_OK)
		return result;

	struct query query;
	query_open(&query, connection, STATEMENT_PERSON_RENAME);
	query_bind_number(&query, task->person);
	query_bind_text(&query, task->name);
	query_bind_text(&query, task->folded);
	return query_finish(&query);
}

enum store_result store_person_rename(
	struct store *store, int64_t person, struct span name, struct span folded, int64_t now)
{
	struct rename_task task = {.name = name, .folded = folded, .person = person, .now = now};
	return store_run(store, STORE_WRITE, rename_person, &task);
}
