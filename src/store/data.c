/*
 * What the store keeps about one person, as JSON that SQLite writes.
 *
 * Each piece is a call of its own: whoever takes the pieces slowly holds neither a connection for
 * long nor an old state of the store.
 */
#include "store/connection.h"
#include "store/people.h"

#define DATA_PIECE 64 /* rows */

struct section {
	const char *begin;
	enum statement rows;
	bool is_long; /* its rows are asked for piece by piece */
};

struct data_task {
	const struct section *section;
	int64_t person, after;
	size_t count; /* rows so far */
	store_write *write;
	void *context;
	bool stopped;
};

static void write_piece(struct data_task *task, struct span piece)
{
	task->stopped = task->stopped || !task->write(task->context, piece);
}

static enum store_result write_row(struct query *query, struct data_task *task)
{
	struct span row;
	if (!query_view(query, 1, &row))
		return STORE_RESTING;
	write_piece(task, span_of(task->count == 0 ? task->section->begin : ",\n"));
	write_piece(task, row);
	task->after = query_number(query, 0);
	task->count++;
	return STORE_OK;
}

static enum store_result write_rows(struct connection *connection, void *argument)
{
	struct data_task *task = argument;
	struct query query;
	query_open(&query, connection, task->section->rows);
	query_bind_number(&query, task->person);
	if (task->section->is_long) {
		query_bind_number(&query, task->after);
		query_bind_number(&query, DATA_PIECE);
	}
	enum store_result result = query_step(&query);
	while (result == STORE_OK && !task->stopped) {
		result = write_row(&query, task);
		if (result == STORE_OK)
			result = query_step(&query);
	}
	query_close(&query);
	return result == STORE_NONE ? STORE_OK : result;
}

static enum store_result write_section(struct store *store, struct data_task *task)
{
	size_t before;
	task->after = 0;
	task->count = 0;
	do {
		before = task->count;
		enum store_result result = store_run(store, STORE_READ, write_rows, task);
		if (result != STORE_OK || task->stopped)
			return STORE_RESTING;
	} while (task->section->is_long && task->count == before + DATA_PIECE);
	return STORE_OK;
}

enum store_result store_person_data(
	struct store *store, int64_t person, store_write *write, void *context)
{
	static const struct section account = {"{\"account\":\n", STATEMENT_DATA_PERSON, false};
	static const struct section lists[] = {
		{",\n\"names_given_up\": [\n", STATEMENT_DATA_NAMES, false},
		{",\n\"certificates\": [\n", STATEMENT_DATA_CERTIFICATES, false},
		{",\n\"comments\": [\n", STATEMENT_DATA_COMMENTS, true},
		{",\n\"reports\": [\n", STATEMENT_DATA_REPORTS, true},
	};
	struct data_task task = {
		.section = &account, .person = person, .write = write, .context = context};
	enum store_result result = write_section(store, &task);
	if (result == STORE_OK && task.count == 0)
		return STORE_NONE;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]) && result == STORE_OK; i++) {
		task.section = &lists[i];
		result = write_section(store, &task);
		if (result == STORE_OK && task.count == 0)
			write_piece(&task, span_of(task.section->begin));
		if (result == STORE_OK)
			write_piece(&task, SPAN_LIT("]"));
	}
	if (result == STORE_OK)
		write_piece(&task, SPAN_LIT("}\n"));
	return task.stopped ? STORE_RESTING : result;
}
