/*
 * The log of what moderators did.
 */
#include "store/actions.h"

#include "store/reads.h"

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

static bool read_action(struct query *query, struct arena *arena, void *row)
{
	struct store_action *action = row;
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

enum store_result store_actions(struct store *store, struct span capsule, int64_t before,
	size_t most, struct arena *arena, struct store_actions *page)
{
	struct reads_page read = {.statement = STATEMENT_ACTIONS,
		.capsule = capsule,
		.from = reads_before(before),
		.read = read_action,
		.row_size = sizeof *page->items,
		.most = most,
		.arena = arena};
	enum store_result result = reads_page(store, &read);
	*page = (struct store_actions){read.items, read.count, read.more};
	return result;
}
