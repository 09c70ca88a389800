/*
 * What moderators do: one order, its rights, its change and its entry in the log, all in one
 * transaction.
 */
#include "store/moderation.h"

#include "store/actions.h"
#include "store/connection.h"
#include "store/rows.h"
#include "store/tree.h"
#include "store/words.h"

enum subject { SUBJECT_COMMENT, SUBJECT_PERSON, SUBJECT_NONE };

#define STATE(state) (1u << (state))
#define ANY_KEPT     (STATE(STORE_SHOWN) | STATE(STORE_HELD) | STATE(STORE_HIDDEN))
#define ANY_STATE    (ANY_KEPT | STATE(STORE_DELETED) | STATE(STORE_REMOVED))

/* What each act is done to, who may at least, the states that allow it, and the state after it.
 * CLAIM is nobody's order: a code does it. */
static const struct rule {
	enum subject subject;
	enum store_role role;
	unsigned from;
	int to; /* enum store_state; -1: as it was */
} rules[] = {
	[STORE_ACT_APPROVE] = {SUBJECT_COMMENT, STORE_MODERATOR, STATE(STORE_HELD), STORE_SHOWN},
	[STORE_ACT_HIDE] = {SUBJECT_COMMENT, STORE_MODERATOR,
		STATE(STORE_SHOWN) | STATE(STORE_HELD), STORE_HIDDEN},
	[STORE_ACT_UNHIDE] = {SUBJECT_COMMENT, STORE_MODERATOR, STATE(STORE_HIDDEN), STORE_SHOWN},
	[STORE_ACT_REMOVE] = {SUBJECT_COMMENT, STORE_MODERATOR, ANY_KEPT, STORE_REMOVED},
	[STORE_ACT_SETTLE] = {SUBJECT_COMMENT, STORE_MODERATOR, ANY_STATE, -1},
	[STORE_ACT_BAN] = {SUBJECT_PERSON, STORE_MODERATOR, 0, -1},
	[STORE_ACT_UNBAN] = {SUBJECT_PERSON, STORE_MODERATOR, 0, -1},
	[STORE_ACT_APPOINT] = {SUBJECT_PERSON, STORE_OWNER, 0, -1},
	[STORE_ACT_DISMISS] = {SUBJECT_PERSON, STORE_OWNER, 0, -1},
	[STORE_ACT_INVITE] = {SUBJECT_NONE, STORE_MODERATOR, 0, -1},
};

/* STORE_OK: the actor may, whatever the subject is. */
static enum store_result look_at_actor(
	struct connection *connection, const struct store_order *order)
{
	if (order->actor == 0)
		return STORE_OK;
	struct person_row actor;
	enum store_result result =
		person_row_read(connection, order->capsule, order->actor, &actor);
	if (result != STORE_OK)
		return result == STORE_NONE ? STORE_BARRED : result;
	enum store_role role = order->trusted ? STORE_OWNER : actor.role;
	return role >= rules[order->act].role ? STORE_OK : STORE_BARRED;
}

/* *settled: whether there was an open one. */
static enum store_result settle_reports(
	struct connection *connection, const struct store_order *order, bool *settled)
{
	struct query query;
	query_open(&query, connection, STATEMENT_REPORTS_SETTLE);
	query_bind_number(&query, order->subject);
	query_bind_number(&query, order->now);
	enum store_result result = query_finish(&query);
	*settled = sqlite3_changes(connection->db) > 0;
	return result;
}

static enum store_result order_about_comment(
	struct connection *connection, const struct store_order *order)
{
	const struct rule *rule = &rules[order->act];
	struct comment_row comment;
	bool settled;
	enum store_result result =
		comment_row_read(connection, order->capsule, order->subject, &comment);
	if (result != STORE_OK)
		return result;
	if ((rule->from & STATE(comment.state)) == 0)
		return STORE_GONE;
	result = settle_reports(connection, order, &settled);
	if (result == STORE_OK && rule->to >= 0)
		result = tree_set_state(connection, order->subject, (enum store_state)rule->to,
			rule->to == STORE_REMOVED);
	else if (result == STORE_OK && !settled)
		result = STORE_GONE;
	if (result == STORE_OK && rule->to == STORE_REMOVED)
		result = words_forget(connection);
	if (result != STORE_OK)
		return result;
	return log_action(connection, order, order->subject, comment.person);
}

static enum store_result set(
	struct connection *connection, enum statement which, int64_t person, int value)
{
	struct query query;
	query_open(&query, connection, which);
	query_bind_number(&query, person);
	query_bind_number(&query, value);
	return query_finish(&query);
}

/* Nobody but the shell bans and dismisses those who stand as high: a moderator is dismissed before,
 * and an owner is not dismissed by another. */
static enum store_result change_person(struct connection *connection,
	const struct store_order *order, const struct person_row *person)
{
	const bool shell = order->actor == 0;
	const bool banning = order->act == STORE_ACT_BAN;
	if (banning || order->act == STORE_ACT_UNBAN) {
		if (person->standing != (banning ? STORE_ACTIVE : STORE_BANNED))
			return STORE_GONE;
		if (person->role != STORE_READER && !shell)
			return STORE_BARRED;
		return set(connection, STATEMENT_PERSON_SET_STANDING, order->subject,
			banning ? STORE_BANNED : STORE_ACTIVE);
	}
	const bool appointing = order->act == STORE_ACT_APPOINT;
	if ((person->role == STORE_READER) != appointing ||
		(appointing && person->standing != STORE_ACTIVE))
		return STORE_GONE;
	if (person->role == STORE_OWNER && !shell)
		return STORE_BARRED;
	return set(connection, STATEMENT_PERSON_SET_ROLE, order->subject,
		appointing ? STORE_MODERATOR : STORE_READER);
}

static enum store_result order_about_person(
	struct connection *connection, const struct store_order *order)
{
	struct person_row person;
	if (order->subject == order->actor && order->actor != 0)
		return STORE_BARRED;
	enum store_result result =
		person_row_read(connection, order->capsule, order->subject, &person);
	if (result != STORE_OK && result != STORE_BARRED)
		return result;
	result = change_person(connection, order, &person);
	if (result != STORE_OK)
		return result;
	return log_action(connection, order, 0, order->subject);
}

static enum store_result add_capsule(struct connection *connection, struct span capsule)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CAPSULE_ADD);
	query_bind_text(&query, capsule);
	return query_finish(&query);
}

static enum store_result carry_out(struct connection *connection, void *argument)
{
	const struct store_order *order = argument;
	enum store_result result = look_at_actor(connection, order);
	if (result != STORE_OK)
		return result;
	switch (rules[order->act].subject) {
	case SUBJECT_COMMENT:
		return order_about_comment(connection, order);
	case SUBJECT_PERSON:
		return order_about_person(connection, order);
	case SUBJECT_NONE:
		break;
	}
	/* The shell may invite the first one of all. */
	result = add_capsule(connection, order->capsule);
	return result == STORE_OK ? log_action(connection, order, 0, 0) : result;
}

enum store_result store_moderate(struct store *store, const struct store_order *order)
{
	struct store_order copy = *order;
	if (order->act == STORE_ACT_CLAIM)
		return STORE_BARRED;
	return store_run(store, STORE_WRITE, carry_out, &copy);
}
