/*
 * Recovery codes, and codes that wait to be shown to their person.
 */
#include "store/certificates.h"
#include "store/codes.h"
#include "store/connection.h"

struct salt_task {
	struct span capsule, folded;
	unsigned char *salt;
};

static enum store_result read_salt(struct connection *connection, void *argument)
{
	const struct salt_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_RECOVERY_SALT);
	query_bind_text(&query, task->capsule);
	query_bind_text(&query, task->folded);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && !query_blob(&query, 0, task->salt, STORE_KEY_SIZE))
		result = STORE_RESTING;
	query_close(&query);
	return result;
}

enum store_result store_recovery_salt(struct store *store, struct span capsule, struct span folded,
	unsigned char salt[STORE_KEY_SIZE])
{
	struct salt_task task = {.capsule = capsule, .folded = folded, .salt = salt};
	return store_run(store, STORE_READ, read_salt, &task);
}

struct set_task {
	int64_t person;
	const unsigned char *salt, *stretched;
};

static enum store_result set_recovery(struct connection *connection, void *argument)
{
	const struct set_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_RECOVERY_SET);
	query_bind_number(&query, task->person);
	query_bind_blob(&query, task->salt, STORE_KEY_SIZE);
	query_bind_blob(&query, task->stretched, STORE_KEY_SIZE);
	return query_finish_change(&query);
}

enum store_result store_recovery_set(struct store *store, int64_t person,
	const unsigned char salt[STORE_KEY_SIZE], const unsigned char stretched[STORE_KEY_SIZE])
{
	struct set_task task = {.person = person, .salt = salt, .stretched = stretched};
	return store_run(store, STORE_WRITE, set_recovery, &task);
}

struct recover_task {
	struct span folded;
	const struct store_redeemed *redeemed;
	int64_t person;
};

static enum store_result recover(struct connection *connection, void *argument)
{
	struct recover_task *task = argument;
	const struct store_redeemed *redeemed = task->redeemed;
	struct query query;
	query_open(&query, connection, STATEMENT_RECOVERY_FIND);
	query_bind_text(&query, redeemed->capsule);
	query_bind_text(&query, task->folded);
	query_bind_blob(&query, redeemed->hash, STORE_KEY_SIZE);
	enum store_result result = query_step(&query);
	if (result == STORE_OK)
		task->person = query_number(&query, 0);
	query_close(&query);
	if (result == STORE_OK)
		result = certificate_add(
			connection, task->person, redeemed->key, redeemed->now, redeemed->ends);
	if (result != STORE_OK)
		return result;

	query_open(&query, connection, STATEMENT_RECOVERY_USE);
	query_bind_number(&query, task->person);
	return query_finish(&query);
}

enum store_result store_recovery_link(struct store *store, struct span folded,
	const struct store_redeemed *redeemed, int64_t *person)
{
	struct recover_task task = {.folded = folded, .redeemed = redeemed};
	enum store_result result = store_run(store, STORE_WRITE, recover, &task);
	if (result == STORE_OK)
		*person = task.person;
	return result;
}

static enum store_result set_reveal(struct connection *connection, void *argument)
{
	const struct store_reveal *reveal = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_REVEAL_SET);
	query_bind_number(&query, reveal->person);
	query_bind_number(&query, reveal->kind);
	query_bind_blob(&query, reveal->token, STORE_KEY_SIZE);
	query_bind_blob(&query, reveal->salt, STORE_KEY_SIZE);
	query_bind_number(&query, reveal->expires);
	return query_finish_change(&query);
}

enum store_result store_reveal_set(struct store *store, const struct store_reveal *reveal)
{
	struct store_reveal task = *reveal;
	return store_run(store, STORE_WRITE, set_reveal, &task);
}

struct take_task {
	struct store_reveal *reveal;
	int64_t now;
};

static enum store_result take_reveal(struct connection *connection, void *argument)
{
	const struct take_task *task = argument;
	struct store_reveal *reveal = task->reveal;
	struct query query;
	query_open(&query, connection, STATEMENT_REVEAL_FIND);
	query_bind_number(&query, reveal->person);
	query_bind_blob(&query, reveal->token, STORE_KEY_SIZE);
	query_bind_number(&query, task->now);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		reveal->kind = (int)query_number(&query, 0);
		if (!query_blob(&query, 1, reveal->salt, STORE_KEY_SIZE))
			result = STORE_RESTING;
		reveal->expires = query_number(&query, 2);
	}
	query_close(&query);
	if (result != STORE_OK)
		return result;

	query_open(&query, connection, STATEMENT_REVEAL_FORGET);
	query_bind_number(&query, reveal->person);
	return query_finish(&query);
}

enum store_result store_reveal_take(struct store *store, struct store_reveal *reveal, int64_t now)
{
	struct take_task task = {.reveal = reveal, .now = now};
	return store_run(store, STORE_WRITE, take_reveal, &task);
}
