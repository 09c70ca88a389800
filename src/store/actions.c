/*
 * The log of what moderators did.
 */
#include "store/actions.h"

enum store_result log_action(struct connection *connection, const struct store_order *order,
	int64_t comment, int64_t person)
{
	struct query query;
	query_open(&query, connection, STATEMENT_ACTION_ADD);
	query_bind_text(&query, order->capsule);
	query_bind_number(&query, order->act);
	query_bind_number(&query, order->actor);
	query_bind_number(&query, comment);
	query_bind_number(&query, person);
	query_bind_text(&query, order->reason);
	query_bind_number(&query, order->now);
	enum store_result result = query_finish(&query);
	if (result == STORE_OK && sqlite3_changes(connection->db) == 0)
		result = STORE_NONE; /* no such capsule */
	return result;
}

struct actions_task {
	struct span capsule;
	int64_t before;
	size_t most;
	struct arena *arena;
	struct store_actions *page;
};

static bool read_action(struct query *query, struct arena *arena, struct store_action *action)
{
	*action = (struct store_action){.id = query_number(query, 0),
		.made = query_number(query, 1),
		.act = (enum store_act)query_number(query, 2),
		.actor = query_number(query, 3),
		.comment = query_number(query, 5),
		.person = query_number(query, 6)};
	return query_text(query, 4, arena, &action->actor_name) &&
	       query_text(query, 7, arena, &action->person_name) &&
	       query_text(query, 8, arena, &action->reason);
}

static enum store_result read_actions(struct query *query, const struct actions_task *task)
{
	struct store_actions *page = task->page;
	for (;;) {
		enum store_result result = query_step(query);
		if (result != STORE_OK)
			return result == STORE_NONE ? STORE_OK : result;
		page->more = page->count == task->most;
		if (page->more)
			return STORE_OK;
		if (!read_action(query, task->arena, &page->items[page->count]))
			return STORE_RESTING;
		page->count++;
	}
}

static enum store_result read_page(struct connection *connection, void *argument)
{
	const struct actions_task *task = argument;
	*task->page = (struct store_actions){
		.items = arena_alloc(task->arena, task->most * sizeof(struct store_action))};
	if (task->page->items == NULL)
		return connection_rest(connection, "a page did not fit into memory");
	struct query query;
	query_open(&query, connection, STATEMENT_ACTIONS);
	query_bind_text(&query, task->capsule);
	query_bind_number(&query, task->before > 0 ? task->before : INT64_MAX);
	query_bind_number(&query, (int64_t)task->most + 1);
	enum store_result result = read_actions(&query, task);
	query_close(&query);
	return result;
}

enum store_result store_actions(struct store *store, struct span capsule, int64_t before,
	size_t most, struct arena *arena, struct store_actions *page)
{
	struct actions_task task = {capsule, before, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}
