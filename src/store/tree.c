/*
 * The tree of comments. One is listed when it is shown or has an answer that is listed, so a change
 * goes up the chain for as long as it makes one more or one less of those listed.
 */
#include "store/tree.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct node {
	int64_t id, answers, parent, depth;
	enum store_state state;
	bool listed;
};

static enum store_result read_node(struct connection *connection, int64_t id, struct node *node)
{
	struct query query;
	query_open(&query, connection, STATEMENT_TREE_NODE);
	query_bind_number(&query, id);
	enum store_result result = query_step(&query);
	if (result == STORE_OK)
		*node = (struct node){.id = id,
			.state = (enum store_state)query_number(&query, 0),
			.listed = query_number(&query, 1) != 0,
			.answers = query_number(&query, 2),
			.parent = query_number(&query, 3),
			.depth = query_number(&query, 4)};
	query_close(&query);
	return result;
}

static enum store_result set(
	struct connection *connection, enum statement which, int64_t id, int64_t value)
{
	struct query query;
	query_open(&query, connection, which);
	query_bind_number(&query, id);
	query_bind_number(&query, value);
	return query_finish(&query);
}

/* `node` as it is stored, but for its state and answers, which are new. */
static enum store_result climb(struct connection *connection, struct node node)
{
	for (;;) {
		bool listed = node.state == STORE_SHOWN || node.answers > 0;
		if (listed == node.listed)
			return STORE_OK;
		enum store_result result =
			set(connection, STATEMENT_TREE_LISTED, node.id, listed ? 1 : 0);
		if (result != STORE_OK || node.parent == 0)
			return result;

		int64_t depth = node.depth;
		result = read_node(connection, node.parent, &node);
		if (result == STORE_OK && node.depth < depth) {
			node.answers += listed ? 1 : -1;
			result = set(connection, STATEMENT_TREE_ANSWERS, node.id, node.answers);
		} else if (result == STORE_OK || result == STORE_NONE) {
			/* Only a damaged store; it must not lead us round in circles. */
			result = connection_rest(connection, "the chain above a comment is broken");
		}
		if (result != STORE_OK)
			return result;
	}
}

enum store_result tree_set_state(
	struct connection *connection, int64_t comment, enum store_state state, bool erase_text)
{
	struct node node;
	enum store_result result = read_node(connection, comment, &node);
	if (result != STORE_OK)
		return result;
	struct query query;
	query_open(&query, connection, STATEMENT_TREE_STATE);
	query_bind_number(&query, comment);
	query_bind_number(&query, state);
	query_bind_number(&query, erase_text ? 1 : 0);
	result = query_finish(&query);
	if (result != STORE_OK)
		return result;
	node.state = state;
	return climb(connection, node);
}

enum store_result tree_place(struct connection *connection, int64_t comment)
{
	char own[1 + 16 + 1]; /* 'a' for one digit, 'b' for two, ... and the digits */
	(void)snprintf(own + 1, sizeof(own) - 1, "%" PRIx64, (uint64_t)comment);
	own[0] = (char)('a' + strlen(own + 1) - 1);
	struct query query;
	query_open(&query, connection, STATEMENT_TREE_PATH);
	query_bind_number(&query, comment);
	query_bind_text(&query, span_of(own));
	enum store_result result = query_finish(&query);
	struct node node;
	if (result == STORE_OK)
		result = read_node(connection, comment, &node);
	return result == STORE_OK ? climb(connection, node) : result;
}
