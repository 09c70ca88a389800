/*
 * What waits for moderators: reports, and how much there is; and in which capsule a thing is.
 */
#include "store/moderation.h"

#include "store/reads.h"
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

static bool read_report(struct query *query, struct arena *arena, void *row)
{
	struct store_report *report = row;
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

enum store_result store_reports(struct store *store, struct span capsule, int64_t after,
	size_t most, struct arena *arena, struct store_reports *page)
{
	struct reads_page read = {.statement = STATEMENT_REPORTS,
		.capsule = capsule,
		.from = after,
		.read = read_report,
		.row_size = sizeof *page->items,
		.most = most,
		.arena = arena};
	enum store_result result = reads_page(store, &read);
	*page = (struct store_reports){read.items, read.count, read.more};
	return result;
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

enum store_result store_capsule_of_comment(
	struct store *store, int64_t id, struct arena *arena, struct span *capsule)
{
	return reads_text(store, STATEMENT_CAPSULE_OF_COMMENT, id, arena, capsule);
}

enum store_result store_capsule_of_person(
	struct store *store, int64_t id, struct arena *arena, struct span *capsule)
{
	return reads_text(store, STATEMENT_CAPSULE_OF_PERSON, id, arena, capsule);
}
