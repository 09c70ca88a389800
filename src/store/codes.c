/*
 * One-time codes. Each use looks for the code and spends it in one transaction, so that of two at
 * once the second finds nothing.
 */
#include "store/codes.h"

#include "store/actions.h"
#include "store/certificates.h"
#include "store/connection.h"

#define CODES_MAX 1000 /* of a kind in a capsule: invitations leave room for devices */

/* Runs a statement about the codes of a capsule. */
static enum store_result run_here(
	struct connection *connection, enum statement which, struct span capsule)
{
	struct query query;
	query_open(&query, connection, which);
	query_bind_text(&query, capsule);
	return query_finish(&query);
}

static enum store_result run_for(struct connection *connection, enum statement which, int64_t id)
{
	struct query query;
	query_open(&query, connection, which);
	query_bind_number(&query, id);
	return query_finish(&query);
}

/* Makes room: expired ones go, and the former one where there is only ever one. */
static enum store_result sweep(struct connection *connection, const struct store_code_new *code)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CODES_SWEEP);
	query_bind_text(&query, code->capsule);
	query_bind_number(&query, code->now);
	enum store_result result = query_finish(&query);
	if (result != STORE_OK)
		return result;
	switch (code->kind) {
	case STORE_CODE_LINK:
		return run_for(connection, STATEMENT_CODE_LINK_FORMER, code->person);
	case STORE_CODE_OWNER:
		return run_here(connection, STATEMENT_CODE_OWNER_FORMER, code->capsule);
	case STORE_CODE_INVITATION:
		break;
	}
	return STORE_OK;
}

static enum store_result count_codes(
	struct connection *connection, const struct store_code_new *code)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CODES_COUNT);
	query_bind_text(&query, code->capsule);
	query_bind_number(&query, (int64_t)code->kind);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && query_number(&query, 0) >= CODES_MAX)
		result = STORE_TOO_MANY;
	query_close(&query);
	return result;
}

static enum store_result make(struct connection *connection, void *argument)
{
	const struct store_code_new *code = argument;
	enum store_result result = run_here(connection, STATEMENT_CAPSULE_ADD, code->capsule);
	if (result == STORE_OK)
		result = sweep(connection, code);
	if (result == STORE_OK)
		result = count_codes(connection, code);
	if (result != STORE_OK)
		return result;

	struct query query;
	query_open(&query, connection, STATEMENT_CODE_ADD);
	query_bind_text(&query, code->capsule);
	query_bind_number(&query, (int64_t)code->kind);
	query_bind_blob(&query, code->hash, STORE_KEY_SIZE);
	if (code->person != 0)
		query_bind_number(&query, code->person);
	else
		query_bind_null(&query);
	query_bind_number(&query, code->expires);
	return query_finish_change(&query);
}

enum store_result store_code_make(struct store *store, const struct store_code_new *code)
{
	struct store_code_new task = *code;
	return store_run(store, STORE_WRITE, make, &task);
}

struct redeem_task {
	const struct store_redeemed *redeemed;
	int64_t person;
};

static enum store_result find_code(struct connection *connection,
	const struct store_redeemed *redeemed, enum store_code kind, int64_t *code, int64_t *person)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CODE_FIND);
	query_bind_text(&query, redeemed->capsule);
	query_bind_blob(&query, redeemed->hash, STORE_KEY_SIZE);
	query_bind_number(&query, (int64_t)kind);
	query_bind_number(&query, redeemed->now);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		*code = query_number(&query, 0);
		*person = query_number(&query, 1);
	}
	query_close(&query);
	return result;
}

static enum store_result add_key(struct connection *connection, const struct redeem_task *task)
{
	const struct store_redeemed *redeemed = task->redeemed;
	return certificate_add(
		connection, task->person, redeemed->key, redeemed->now, redeemed->ends);
}

static enum store_result link_key(struct connection *connection, void *argument)
{
	struct redeem_task *task = argument;
	int64_t code = 0;
	enum store_result result =
		find_code(connection, task->redeemed, STORE_CODE_LINK, &code, &task->person);
	if (result == STORE_OK)
		result = add_key(connection, task);
	return result == STORE_OK ? run_for(connection, STATEMENT_CODE_USE, code) : result;
}

enum store_result store_code_link(
	struct store *store, const struct store_redeemed *redeemed, int64_t *person)
{
	struct redeem_task task = {.redeemed = redeemed};
	enum store_result result = store_run(store, STORE_WRITE, link_key, &task);
	if (result == STORE_OK)
		*person = task.person;
	return result;
}

/* STORE_BARRED where the key is nobody's, or that of somebody who is banned. */
static enum store_result find_keeper(
	struct connection *connection, const struct store_redeemed *redeemed, int64_t *person)
{
	struct query query;
	query_open(&query, connection, STATEMENT_PERSON_BY_KEY);
	query_bind_text(&query, redeemed->capsule);
	query_bind_blob(&query, redeemed->key, STORE_KEY_SIZE);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		*person = query_number(&query, 0);
		if (query_number(&query, 2) != STORE_ACTIVE)
			result = STORE_BARRED;
	}
	query_close(&query);
	return result == STORE_NONE ? STORE_BARRED : result;
}

static enum store_result own(struct connection *connection, void *argument)
{
	const struct redeem_task *task = argument;
	int64_t code = 0, person = 0, nobody;
	enum store_result result =
		find_code(connection, task->redeemed, STORE_CODE_OWNER, &code, &nobody);
	if (result == STORE_OK)
		result = find_keeper(connection, task->redeemed, &person);
	if (result == STORE_OK)
		result = run_for(connection, STATEMENT_CODE_OWN, person);
	if (result == STORE_OK)
		result = run_for(connection, STATEMENT_CODE_USE, code);
	const struct store_order order = {.capsule = task->redeemed->capsule,
		.act = STORE_ACT_CLAIM,
		.actor = person,
		.now = task->redeemed->now};
	return result == STORE_OK ? log_action(connection, &order, 0, person) : result;
}

enum store_result store_code_own(struct store *store, const struct store_redeemed *redeemed)
{
	struct redeem_task task = {.redeemed = redeemed};
	return store_run(store, STORE_WRITE, own, &task);
}

static enum store_result invite(struct connection *connection, void *argument)
{
	const struct redeem_task *task = argument;
	int64_t code = 0, inviter;
	enum store_result result =
		find_code(connection, task->redeemed, STORE_CODE_INVITATION, &code, &inviter);
	if (result != STORE_OK)
		return result;

	struct query query;
	query_open(&query, connection, STATEMENT_CODE_INVITE);
	query_bind_number(&query, code);
	query_bind_blob(&query, task->redeemed->key, STORE_KEY_SIZE);
	query_bind_number(&query, task->redeemed->now + STORE_INVITATION_HELD_SECONDS);
	return query_finish(&query);
}

enum store_result store_code_invite(struct store *store, const struct store_redeemed *redeemed)
{
	struct redeem_task task = {.redeemed = redeemed};
	return store_run(store, STORE_WRITE, invite, &task);
}

static enum store_result look_for_invitation(struct connection *connection, void *argument)
{
	const struct store_redeemed *asked = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_CODE_INVITED);
	query_bind_text(&query, asked->capsule);
	query_bind_blob(&query, asked->key, STORE_KEY_SIZE);
	query_bind_number(&query, asked->now);
	enum store_result result = query_step(&query);
	query_close(&query);
	return result;
}

enum store_result store_key_is_invited(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], int64_t now)
{
	struct store_redeemed asked = {.capsule = capsule, .key = key, .now = now};
	return store_run(store, STORE_READ, look_for_invitation, &asked);
}
