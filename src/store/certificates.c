/*
 * The certificates of a person. What is kept of each is the hash of its public key.
 */
#include "store/certificates.h"

#include <string.h>

#include "store/people.h"
#include "store/reads.h"

static enum store_result count_certificates(
	struct connection *connection, int64_t person, int64_t *count)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CERTIFICATES_COUNT);
	query_bind_number(&query, person);
	enum store_result result = query_step(&query);
	if (result == STORE_OK)
		*count = query_number(&query, 0);
	query_close(&query);
	return result;
}

enum store_result certificate_add(struct connection *connection, int64_t person,
	const unsigned char key[STORE_KEY_SIZE], int64_t now, int64_t ends)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CERTIFICATE_ADD);
	query_bind_number(&query, person);
	query_bind_blob(&query, key, STORE_KEY_SIZE);
	query_bind_number(&query, now);
	query_bind_number(&query, ends);
	enum store_result result = query_finish_change(&query);
	int64_t count = 0;
	if (result == STORE_OK)
		result = count_certificates(connection, person, &count);
	/* What is one too many is rolled back. */
	return result == STORE_OK && count > STORE_CERTIFICATES_MAX ? STORE_TOO_MANY : result;
}

struct list_task {
	int64_t person;
	struct arena *arena;
	struct store_certificate *items;
	size_t count;
};

static enum store_result list_certificates(struct connection *connection, void *argument)
{
	struct list_task *task = argument;
	task->items =
		reads_room(connection, task->arena, STORE_CERTIFICATES_MAX, sizeof(*task->items));
	if (task->items == NULL)
		return STORE_RESTING;

	struct query query;
	query_open(&query, connection, STATEMENT_CERTIFICATES);
	query_bind_number(&query, task->person);
	query_bind_number(&query, STORE_CERTIFICATES_MAX);
	enum store_result result;
	while ((result = query_step(&query)) == STORE_OK) {
		struct store_certificate *item = &task->items[task->count++];
		if (!query_blob(&query, 0, item->key, STORE_KEY_SIZE)) {
			result = STORE_RESTING;
			break;
		}
		item->added = query_number(&query, 1);
		item->used = query_number(&query, 2);
		item->ends = query_number(&query, 3);
	}
	query_close(&query);
	return result == STORE_NONE ? STORE_OK : result;
}

enum store_result store_certificates(struct store *store, int64_t person, struct arena *arena,
	struct store_certificate **items, size_t *count)
{
	struct list_task task = {.person = person, .arena = arena};
	enum store_result result = store_run(store, STORE_READ, list_certificates, &task);
	*items = task.items;
	*count = task.count;
	return result;
}

struct use_task {
	struct span capsule;
	const unsigned char *key;
	int64_t now, ends;
};

static enum store_result note_use(struct connection *connection, void *argument)
{
	const struct use_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_CERTIFICATE_USE);
	query_bind_text(&query, task->capsule);
	query_bind_blob(&query, task->key, STORE_KEY_SIZE);
	query_bind_number(&query, task->now);
	query_bind_number(&query, task->ends);
	return query_finish_change(&query);
}

enum store_result store_certificate_use(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], int64_t now, int64_t ends)
{
	struct use_task task = {.capsule = capsule, .key = key, .now = now, .ends = ends};
	return store_run(store, STORE_WRITE, note_use, &task);
}

struct remove_task {
	int64_t person;
	const unsigned char *key;
};

static enum store_result remove_certificate(struct connection *connection, void *argument)
{
	const struct remove_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_CERTIFICATE_REMOVE);
	query_bind_number(&query, task->person);
	query_bind_blob(&query, task->key, STORE_KEY_SIZE);
	enum store_result result = query_finish_change(&query);
	int64_t left = 0;
	if (result == STORE_OK)
		result = count_certificates(connection, task->person, &left);
	return result == STORE_OK && left == 0 ? STORE_BARRED : result;
}

enum store_result store_certificate_remove(struct store *store, int64_t person,
	const unsigned char key[STORE_KEY_SIZE], const unsigned char in_use[STORE_KEY_SIZE])
{
	if (memcmp(key, in_use, STORE_KEY_SIZE) == 0)
		return STORE_BARRED;
	struct remove_task task = {.person = person, .key = key};
	return store_run(store, STORE_WRITE, remove_certificate, &task);
}
