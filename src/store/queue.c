/*
 * What waits for moderators: reports, and how much there is; and in which capsule a thing is.
 */
#include "store/moderation.h"

#include "store/connection.h"
#include "store/rows.h"

struct report_task {
	struct span capsule, reason;
	int64_t comment, person, now;
};

static enum store_result add_report(struct connection *connection, void *argument)
{
	const struct report_task *task = argument;
	struct person_row person;
	struct comment_row comment;
	enum store_result result =
		person_row_read(connection, task->capsule, task->person, &person);
	if (result == STORE_OK)
		result = comment_row_read(connection, task->capsule, task->comment, &comment);
	if (result != STORE_OK)
		return result;
	if (comment.state != STORE_SHOWN)
		return STORE_GONE;
	struct query query;
	query_open(&query, connection, STATEMENT_REPORT_ADD);
	query_bind_number(&query, person.capsule);
	query_bind_number(&query, task->comment);
	query_bind_number(&query, task->person);
	query_bind_text(&query, task->reason);
	query_bind_number(&query, task->now);
	result = query_finish(&query);
	return result == STORE_TAKEN ? STORE_REPEATED : result;
}

enum store_result store_report_add(struct store *store, struct span capsule, int64_t comment,
	int64_t person, struct span reason, int64_t now)
{
	struct report_task task = {capsule, reason, comment, person, now};
	return store_run(store, STORE_WRITE, add_report, &task);
}

struct report_of_task {
	int64_t comment, person;
	bool *settled;
};

static enum store_result read_report_of(struct connection *connection, void *argument)
{
	const struct report_of_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_REPORT_OF);
	query_bind_number(&query, task->comment);
	query_bind_number(&query, task->person);
	enum store_result result = query_step(&query);
	if (result == STORE_OK)
		*task->settled = query_number(&query, 0) != 0;
	query_close(&query);
	return result;
}

enum store_result store_report_of(
	struct store *store, int64_t comment, int64_t person, bool *settled)
{
	struct report_of_task task = {comment, person, settled};
	return store_run(store, STORE_READ, read_report_of, &task);
}

struct reports_task {
	struct span capsule;
	int64_t after;
	size_t most;
	struct arena *arena;
	struct store_reports *page;
};

static bool read_report(struct query *query, struct arena *arena, struct store_report *report)
{
	*report = (struct store_report){.id = query_number(query, 0),
		.comment = query_number(query, 1),
		.person = query_number(query, 2),
		.made = query_number(query, 3),
		.state = (enum store_state)query_number(query, 8)};
	return query_text(query, 4, arena, &report->reporter) &&
	       query_text(query, 5, arena, &report->reason) &&
	       query_text(query, 6, arena, &report->author) &&
	       query_text(query, 7, arena, &report->text);
}

static enum store_result read_reports(struct query *query, const struct reports_task *task)
{
	struct store_reports *page = task->page;
	for (;;) {
		enum store_result result = query_step(query);
		if (result != STORE_OK)
			return result == STORE_NONE ? STORE_OK : result;
		page->more = page->count == task->most;
		if (page->more)
			return STORE_OK;
		if (!read_report(query, task->arena, &page->items[page->count]))
			return STORE_RESTING;
		page->count++;
	}
}

static enum store_result read_page(struct connection *connection, void *argument)
{
	const struct reports_task *task = argument;
	*task->page = (struct store_reports){
		.items = arena_alloc(task->arena, task->most * sizeof(struct store_report))};
	if (task->page->items == NULL)
		return connection_rest(connection, "a page did not fit into memory");
	struct query query;
	query_open(&query, connection, STATEMENT_REPORTS);
	query_bind_text(&query, task->capsule);
	query_bind_number(&query, task->after);
	query_bind_number(&query, (int64_t)task->most + 1);
	enum store_result result = read_reports(&query, task);
	query_close(&query);
	return result;
}

enum store_result store_reports(struct store *store, struct span capsule, int64_t after,
	size_t most, struct arena *arena, struct store_reports *page)
{
	struct reports_task task = {capsule, after, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

struct waiting_task {
	struct span capsule;
	uint64_t *held, *reports;
};

static enum store_result count(struct connection *connection, void *argument)
{
	const struct waiting_task *task = argument;
	enum store_result result;
	*task->held = *task->reports = 0;
	struct query query;
	query_open(&query, connection, STATEMENT_WAITING);
	query_bind_text(&query, task->capsule);
	while ((result = query_step(&query)) == STORE_OK) {
		*task->held = (uint64_t)query_number(&query, 0);
		*task->reports += query_is_null(&query, 1) ? 0 : 1;
	}
	query_close(&query);
	return result == STORE_NONE ? STORE_OK : result;
}

enum store_result store_waiting(
	struct store *store, struct span capsule, uint64_t *held, uint64_t *reports)
{
	struct waiting_task task = {capsule, held, reports};
	return store_run(store, STORE_READ, count, &task);
}

struct capsule_task {
	enum statement statement;
	int64_t id;
	struct arena *arena;
	struct span *capsule;
};

static enum store_result find_capsule(struct connection *connection, void *argument)
{
	const struct capsule_task *task = argument;
	struct query query;
	query_open(&query, connection, task->statement);
	query_bind_number(&query, task->id);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && !query_text(&query, 0, task->arena, task->capsule))
		result = STORE_RESTING;
	query_close(&query);
	return result;
}

enum store_result store_capsule_of_comment(
	struct store *store, int64_t id, struct arena *arena, struct span *capsule)
{
	struct capsule_task task = {STATEMENT_CAPSULE_OF_COMMENT, id, arena, capsule};
	return store_run(store, STORE_READ, find_capsule, &task);
}

enum store_result store_capsule_of_person(
	struct store *store, int64_t id, struct arena *arena, struct span *capsule)
{
	struct capsule_task task = {STATEMENT_CAPSULE_OF_PERSON, id, arena, capsule};
	return store_run(store, STORE_READ, find_capsule, &task);
}
