/*
 * People and their certificates.
 */
#include "store/store.h"

#include "store/connection.h"

struct person_task {
	struct span capsule, name, folded;
	const unsigned char *key;
	int64_t now;
	struct arena *arena;
	struct store_person *person;
};

static enum store_result find_by_key(struct connection *connection, void *task)
{
	const struct person_task *asked = task;
	struct query query;
	query_open(&query, connection, STATEMENT_PERSON_BY_KEY);
	query_bind_text(&query, asked->capsule);
	query_bind_blob(&query, asked->key, STORE_KEY_SIZE);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		asked->person->id = query_number(&query, 0);
		if (!query_text(&query, 1, asked->arena, &asked->person->name))
			result = STORE_RESTING;
	}
	query_close(&query);
	return result;
}

enum store_result store_person_by_key(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], struct arena *arena, struct store_person *person)
{
	struct person_task task = {
		.capsule = capsule, .key = key, .arena = arena, .person = person};
	return store_run(store, STORE_READ, find_by_key, &task);
}

static enum store_result add(struct connection *connection, void *task)
{
	const struct person_task *asked = task;
	struct query query;
	query_open(&query, connection, STATEMENT_CAPSULE_ADD);
	query_bind_text(&query, asked->capsule);
	enum store_result result = query_finish(&query);
	if (result != STORE_OK)
		return result;

	query_open(&query, connection, STATEMENT_PERSON_ADD);
	query_bind_text(&query, asked->capsule);
	query_bind_text(&query, asked->name);
	query_bind_text(&query, asked->folded);
	query_bind_number(&query, asked->now);
	result = query_finish(&query);
	if (result != STORE_OK)
		return result;
	asked->person->id = sqlite3_last_insert_rowid(connection->db);

	query_open(&query, connection, STATEMENT_CERTIFICATE_ADD);
	query_bind_number(&query, asked->person->id);
	query_bind_blob(&query, asked->key, STORE_KEY_SIZE);
	query_bind_number(&query, asked->now);
	return query_finish(&query);
}

enum store_result store_person_add(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], struct span name, struct span folded, int64_t now,
	int64_t *id)
{
	struct store_person person = {0};
	struct person_task task = {.capsule = capsule,
		.key = key,
		.name = name,
		.folded = folded,
		.now = now,
		.person = &person};
	enum store_result result = store_run(store, STORE_WRITE, add, &task);
	if (result == STORE_OK)
		*id = person.id;
	return result;
}
