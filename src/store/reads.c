/*
 * What several reads have in common.
 */
#include "store/reads.h"

void *reads_room(struct connection *connection, struct arena *arena, size_t most, size_t row_size)
{
	void *room = most <= SIZE_MAX / row_size ? arena_alloc(arena, most * row_size) : NULL;
	if (room == NULL)
		(void)connection_rest(connection, "a page did not fit into memory");
	return room;
}

int64_t reads_before(int64_t before)
{
	return before > 0 ? before : INT64_MAX;
}

static enum store_result read_rows(struct query *query, struct reads_page *page)
{
	enum store_result result;
	while ((result = query_step(query)) == STORE_OK) {
		page->more = page->count == page->most;
		if (page->more)
			return STORE_OK;
		void *row = (char *)page->items + page->count * page->row_size;
		if (!page->read(query, page->arena, row))
			return STORE_RESTING;
		page->count++;
	}
	return result == STORE_NONE ? STORE_OK : result;
}

static enum store_result read_page(struct connection *connection, void *argument)
{
	struct reads_page *page = argument;
	page->count = 0;
	page->more = false;
	page->items = reads_room(connection, page->arena, page->most, page->row_size);
	if (page->items == NULL)
		return STORE_RESTING;
	struct query query;
	query_open(&query, connection, page->statement);
	query_bind_text(&query, page->capsule);
	query_bind_number(&query, page->from);
	query_bind_number(
		&query, (int64_t)page->most + 1); /* one more tells whether others follow */
	enum store_result result = read_rows(&query, page);
	query_close(&query);
	return result;
}

enum store_result reads_page(struct store *store, struct reads_page *page)
{
	return store_run(store, STORE_READ, read_page, page);
}

struct text_task {
	enum statement statement;
	int64_t id;
	struct arena *arena;
	struct span *text;
};

static enum store_result read_text(struct connection *connection, void *argument)
{
	const struct text_task *task = argument;
	struct query query;
	query_open(&query, connection, task->statement);
	query_bind_number(&query, task->id);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && !query_text(&query, 0, task->arena, task->text))
		result = STORE_RESTING;
	query_close(&query);
	return result;
}

enum store_result reads_text(struct store *store, enum statement statement, int64_t id,
	struct arena *arena, struct span *text)
{
	struct text_task task = {statement, id, arena, text};
	return store_run(store, STORE_READ, read_text, &task);
}
