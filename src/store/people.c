/*
 * People: found, listed, registered, and what belongs to them alone.
 */
#include "store/people.h"

#include "store/certificates.h"
#include "store/names.h"
#include "store/reads.h"

#define VISIT_SECONDS      1800 /* after the last look, a visit is over */
#define LOOK_NOTED_SECONDS 60   /* a look sooner than that after another is not written down */

static bool read_person(struct query *query, struct arena *arena, void *row)
{
	struct store_person *person = row;
	*person = (struct store_person){
		.id = query_number(query, 0),
		.standing = (enum store_standing)query_number(query, 2),
		.role = (enum store_role)query_number(query, 3),
		.registered = query_number(query, 4),
		.comments = (uint64_t)query_number(query, 5),
		.held = (uint64_t)query_number(query, 6),
		.looked = query_number(query, 7),
		.looked_before = query_number(query, 8),
		.used = query_number(query, 9),
		.ends = query_number(query, 10),
	};
	return query_text(query, 1, arena, &person->name);
}

/* Who is asked for: the statement binds the host and one of these. */
struct find_task {
	enum statement statement;
	struct span capsule, text;
	const unsigned char *key;
	int64_t id;
	struct arena *arena;
	struct store_person *person;
};

static enum store_result find(struct connection *connection, void *argument)
{
	const struct find_task *task = argument;
	struct query query;
	query_open(&query, connection, task->statement);
	query_bind_text(&query, task->capsule);
	if (task->key != NULL)
		query_bind_blob(&query, task->key, STORE_KEY_SIZE);
	else if (task->id != 0)
		query_bind_number(&query, task->id);
	else
		query_bind_text(&query, task->text);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && !read_person(&query, task->arena, task->person))
		result = STORE_RESTING;
	query_close(&query);
	return result;
}

enum store_result store_person_by_key(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], struct arena *arena, struct store_person *person)
{
	struct find_task task = {
		STATEMENT_PERSON_BY_KEY, capsule, .key = key, .arena = arena, .person = person};
	return store_run(store, STORE_READ, find, &task);
}

enum store_result store_person_by_id(struct store *store, struct span capsule, int64_t id,
	struct arena *arena, struct store_person *person)
{
	struct find_task task = {
		STATEMENT_PERSON_BY_ID, capsule, .id = id, .arena = arena, .person = person};
	return store_run(store, STORE_READ, find, &task);
}

enum store_result store_person_by_name(struct store *store, struct span capsule, struct span folded,
	struct arena *arena, struct store_person *person)
{
	struct find_task task = {STATEMENT_PERSON_BY_NAME, capsule, .text = folded, .arena = arena,
		.person = person};
	return store_run(store, STORE_READ, find, &task);
}

enum store_result store_person_by_feed(struct store *store, struct span capsule, struct span secret,
	struct arena *arena, struct store_person *person)
{
	struct find_task task = {STATEMENT_PERSON_BY_FEED, capsule, .text = secret, .arena = arena,
		.person = person};
	return store_run(store, STORE_READ, find, &task);
}

enum store_result store_people(struct store *store, struct span capsule, int64_t after, size_t most,
	struct arena *arena, struct store_people *people)
{
	struct reads_page read = {.statement = STATEMENT_PEOPLE,
		.capsule = capsule,
		.from = after,
		.read = read_person,
		.row_size = sizeof *people->items,
		.most = most,
		.arena = arena};
	enum store_result result = reads_page(store, &read);
	*people = (struct store_people){read.items, read.count, read.more};
	return result;
}

struct add_task {
	const struct store_person_new *person;
	int64_t id;
};

/* The capsule begins with the first person. */
static enum store_result find_capsule(
	struct connection *connection, struct span host, int64_t *capsule)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CAPSULE_ADD);
	query_bind_text(&query, host);
	enum store_result result = query_finish(&query);
	if (result != STORE_OK)
		return result;

	query_open(&query, connection, STATEMENT_CAPSULE_ID);
	query_bind_text(&query, host);
	result = query_step(&query);
	if (result == STORE_OK)
		*capsule = query_number(&query, 0);
	query_close(&query);
	return result;
}

static enum store_result use_invitation(
	struct connection *connection, const struct store_person_new *person)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CODE_INVITED_USE);
	query_bind_text(&query, person->capsule);
	query_bind_blob(&query, person->key, STORE_KEY_SIZE);
	query_bind_number(&query, person->now);
	enum store_result result = query_finish_change(&query);
	return result == STORE_NONE ? STORE_BARRED : result;
}

static enum store_result add(struct connection *connection, void *argument)
{
	struct add_task *task = argument;
	const struct store_person_new *person = task->person;
	int64_t capsule = 0;
	enum store_result result = find_capsule(connection, person->capsule, &capsule);
	if (result == STORE_OK && person->invited)
		result = use_invitation(connection, person);
	if (result == STORE_OK)
		result = name_claim(connection, capsule, person->folded, 0, person->now);
	if (result != STORE_OK)
		return result;

	struct query query;
	query_open(&query, connection, STATEMENT_PERSON_ADD);
	query_bind_number(&query, capsule);
	query_bind_text(&query, person->name);
	query_bind_text(&query, person->folded);
	query_bind_number(&query, person->now);
	result = query_finish(&query);
	if (result != STORE_OK)
		return result;
	task->id = sqlite3_last_insert_rowid(connection->db);
	return certificate_add(connection, task->id, person->key, person->now, person->ends);
}

enum store_result store_person_add(
	struct store *store, const struct store_person_new *person, int64_t *id)
{
	struct add_task task = {.person = person};
	enum store_result result = store_run(store, STORE_WRITE, add, &task);
	if (result == STORE_OK)
		*id = task.id;
	return result;
}

struct look_task {
	struct store_person *person;
	int64_t now;
};

static enum store_result look(struct connection *connection, void *argument)
{
	const struct look_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_PERSON_LOOK);
	query_bind_number(&query, task->person->id);
	query_bind_number(&query, task->now);
	query_bind_number(&query, VISIT_SECONDS);
	enum store_result result = query_finish_change(&query);
	if (result != STORE_OK)
		return result;

	query_open(&query, connection, STATEMENT_PERSON_LOOKED);
	query_bind_number(&query, task->person->id);
	result = query_step(&query);
	if (result == STORE_OK) {
		task->person->looked = query_number(&query, 0);
		task->person->looked_before = query_number(&query, 1);
	}
	query_close(&query);
	return result;
}

enum store_result store_person_look(struct store *store, struct store_person *person, int64_t now)
{
	if (now >= person->looked && now - person->looked < LOOK_NOTED_SECONDS)
		return STORE_OK;
	struct look_task task = {.person = person, .now = now};
	return store_run(store, STORE_WRITE, look, &task);
}

enum store_result store_person_feed(
	struct store *store, int64_t person, struct arena *arena, struct span *secret)
{
	return reads_text(store, STATEMENT_FEED, person, arena, secret);
}

struct feed_task {
	int64_t person;
	struct span secret;
};

static enum store_result set_feed(struct connection *connection, void *argument)
{
	const struct feed_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_FEED_SET);
	query_bind_number(&query, task->person);
	query_bind_text(&query, task->secret);
	return query_finish_change(&query);
}

enum store_result store_person_set_feed(struct store *store, int64_t person, struct span secret)
{
	struct feed_task task = {.person = person, .secret = secret};
	return store_run(store, STORE_WRITE, set_feed, &task);
}
