/*
 * What the writes look at before they decide.
 */
#include "store/rows.h"

static enum store_result find(struct query *query, struct connection *connection,
	enum statement which, struct span capsule, int64_t id)
{
	query_open(query, connection, which);
	query_bind_text(query, capsule);
	query_bind_number(query, id);
	return query_step(query);
}

enum store_result person_row_read(
	struct connection *connection, struct span capsule, int64_t id, struct person_row *person)
{
	struct query query;
	*person = (struct person_row){.standing = STORE_LEFT};
	enum store_result result = find(&query, connection, STATEMENT_PERSON_STANDING, capsule, id);
	if (result == STORE_OK)
		*person = (struct person_row){.capsule = query_number(&query, 0),
			.standing = (enum store_standing)query_number(&query, 1),
			.role = (enum store_role)query_number(&query, 2),
			.comments = query_number(&query, 3)};
	query_close(&query);
	if (result != STORE_OK || person->standing == STORE_ACTIVE)
		return result;
	return person->standing == STORE_BANNED ? STORE_BARRED : STORE_NONE;
}

enum store_result comment_row_read(
	struct connection *connection, struct span capsule, int64_t id, struct comment_row *comment)
{
	struct query query;
	enum store_result result = find(&query, connection, STATEMENT_COMMENT_STATE, capsule, id);
	if (result == STORE_OK)
		*comment = (struct comment_row){.state = (enum store_state)query_number(&query, 0),
			.person = query_number(&query, 1),
			.thread = query_number(&query, 2),
			.depth = query_number(&query, 3),
			.parent = query_number(&query, 4)};
	query_close(&query);
	return result;
}
