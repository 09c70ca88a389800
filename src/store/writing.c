/*
 * Comments are written, edited and deleted. Each call looks and writes in one transaction, so what
 * it looked at is still so when it writes.
 */
#include "store/comments.h"

#include "store/connection.h"
#include "store/rows.h"
#include "store/tree.h"
#include "store/words.h"

struct add_task {
	const struct store_comment_new *comment;
	struct person_row author;
	struct comment_row parent; /* zeroed: none */
	int64_t thread;            /* 0: not there yet */
	struct store_comment_added *added;
};

/* `others`: how many of the person's comments are shown beside this one. */
static bool is_held(enum store_hold hold, int64_t others)
{
	return hold == STORE_HOLD_ALL || (hold == STORE_HOLD_FIRST && others == 0);
}

/* STORE_OK: what it answers is shown, or is the post itself. */
static enum store_result look_at_parent(struct connection *connection, struct add_task *task)
{
	const struct store_comment_new *comment = task->comment;
	enum store_result result;
	if (comment->parent != 0) {
		result = comment_row_read(
			connection, comment->capsule, comment->parent, &task->parent);
		task->thread = task->parent.thread;
		bool gone = result == STORE_NONE ||
			    (result == STORE_OK && task->parent.state != STORE_SHOWN);
		return gone ? STORE_GONE : result;
	}
	struct query query;
	query_open(&query, connection, STATEMENT_THREAD_BY_SLUG);
	query_bind_number(&query, task->author.capsule);
	query_bind_text(&query, comment->slug);
	result = query_step(&query);
	if (result == STORE_OK)
		task->thread = query_number(&query, 0);
	query_close(&query);
	return result == STORE_NONE ? STORE_OK : result;
}

static void bind_parent(struct query *query, int64_t parent)
{
	if (parent == 0)
		query_bind_null(query);
	else
		query_bind_number(query, parent);
}

/* STORE_OK: not there yet. */
static enum store_result look_for_repeat(struct connection *connection, struct add_task *task)
{
	const struct store_comment_new *comment = task->comment;
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_REPEATED);
	query_bind_number(&query, comment->person);
	query_bind_number(&query, comment->repeat_since);
	query_bind_number(&query, task->thread);
	bind_parent(&query, comment->parent);
	query_bind_text(&query, comment->text);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		task->added->id = query_number(&query, 0);
		task->added->state = (enum store_state)query_number(&query, 1);
	}
	query_close(&query);
	if (result == STORE_NONE)
		return STORE_OK;
	return result == STORE_OK ? STORE_REPEATED : result;
}

/* STORE_OK: one more may be written. Looks at the most-th newest alone: while that one lies within
 * the window, so do all after it. */
static enum store_result look_at_limit(
	struct connection *connection, const struct store_comment_new *comment, int64_t *wait)
{
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_COUNTED);
	query_bind_number(&query, comment->person);
	query_bind_number(&query, comment->count_since);
	query_bind_number(&query, (int64_t)comment->most - 1);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		int64_t left = query_number(&query, 0) - comment->count_since;
		int64_t window = comment->now - comment->count_since;
		*wait = left < window ? left : window; /* the clock may have been set back */
	}
	query_close(&query);
	if (result == STORE_NONE)
		return STORE_OK;
	return result == STORE_OK ? STORE_TOO_MANY : result;
}

static enum store_result begin_thread(struct connection *connection, struct add_task *task)
{
	struct query query;
	query_open(&query, connection, STATEMENT_THREAD_ADD);
	query_bind_number(&query, task->author.capsule);
	query_bind_text(&query, task->comment->slug);
	enum store_result result = query_finish(&query);
	task->thread = sqlite3_last_insert_rowid(connection->db);
	return result;
}

static enum store_result insert(struct connection *connection, struct add_task *task)
{
	const struct store_comment_new *comment = task->comment;
	const struct comment_row *parent = &task->parent;
	task->added->state =
		is_held(comment->hold, task->author.comments) ? STORE_HELD : STORE_SHOWN;
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_ADD);
	query_bind_number(&query, task->author.capsule);
	query_bind_number(&query, task->thread);
	query_bind_number(&query, comment->person);
	query_bind_text(&query, comment->text);
	query_bind_number(&query, comment->now);
	query_bind_number(&query, task->added->state);
	bind_parent(&query, comment->parent);
	bind_parent(&query, parent->person);
	query_bind_number(&query, comment->parent == 0 ? 0 : parent->depth + 1);
	enum store_result result = query_finish(&query);
	if (result != STORE_OK)
		return result;
	task->added->id = sqlite3_last_insert_rowid(connection->db);
	return tree_place(connection, task->added->id);
}

static enum store_result add(struct connection *connection, void *argument)
{
	struct add_task *task = argument;
	const struct store_comment_new *comment = task->comment;
	enum store_result result =
		person_row_read(connection, comment->capsule, comment->person, &task->author);
	if (result == STORE_OK)
		result = look_at_parent(connection, task);
	if (result == STORE_OK)
		result = look_for_repeat(connection, task);
	if (result == STORE_OK)
		result = look_at_limit(connection, comment, &task->added->wait);
	if (result == STORE_OK && task->thread == 0)
		result = begin_thread(connection, task);
	return result == STORE_OK ? insert(connection, task) : result;
}

enum store_result store_comment_add(struct store *store, const struct store_comment_new *comment,
	struct store_comment_added *added)
{
	struct add_task task = {.comment = comment, .added = added};
	*added = (struct store_comment_added){0};
	return store_run(store, STORE_WRITE, add, &task);
}

static enum store_result look(struct connection *connection, void *argument)
{
	struct add_task *task = argument;
	return look_at_limit(connection, task->comment, &task->added->wait);
}

enum store_result store_comment_may_add(
	struct store *store, const struct store_comment_new *comment, int64_t *wait)
{
	struct store_comment_added added = {0};
	struct add_task task = {.comment = comment, .added = &added};
	enum store_result result = store_run(store, STORE_READ, look, &task);
	*wait = added.wait;
	return result;
}

struct edit_task {
	const struct store_comment_edit *edit;
	enum store_state state;
};

/* STORE_OK: the text is the one that stands there. */
static enum store_result compare(
	struct connection *connection, const struct store_comment_edit *edit)
{
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_IS_EQUAL);
	query_bind_number(&query, edit->id);
	query_bind_text(&query, edit->text);
	enum store_result result = query_step(&query);
	query_close(&query);
	return result;
}

static enum store_result change(
	struct connection *connection, const struct store_comment_edit *edit)
{
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_EDIT);
	query_bind_number(&query, edit->id);
	query_bind_text(&query, edit->text);
	query_bind_number(&query, edit->now);
	return query_finish(&query);
}

static enum store_result edit(struct connection *connection, void *argument)
{
	struct edit_task *task = argument;
	const struct store_comment_edit *edit = task->edit;
	struct comment_row comment;
	struct person_row author;
	enum store_result result = comment_row_read(connection, edit->capsule, edit->id, &comment);
	if (result != STORE_OK)
		return result;
	if (comment.person != edit->person)
		return STORE_BARRED;
	result = person_row_read(connection, edit->capsule, edit->person, &author);
	if (result != STORE_OK)
		return result == STORE_NONE ? STORE_BARRED : result; /* has left */
	if (comment.state != STORE_SHOWN && comment.state != STORE_HELD)
		return STORE_GONE;

	task->state = comment.state;
	result = compare(connection, edit);
	if (result != STORE_NONE)
		return result;
	if (comment.state == STORE_SHOWN && is_held(edit->hold, author.comments - 1)) {
		task->state = STORE_HELD;
		result = tree_set_state(connection, edit->id, STORE_HELD, false);
		if (result != STORE_OK)
			return result;
	}
	result = change(connection, edit);
	return result == STORE_OK ? words_forget(connection) : result;
}

enum store_result store_comment_edit(
	struct store *store, const struct store_comment_edit *edited, enum store_state *state)
{
	struct edit_task task = {.edit = edited};
	enum store_result result = store_run(store, STORE_WRITE, edit, &task);
	if (result == STORE_OK)
		*state = task.state;
	return result;
}

struct delete_task {
	struct span capsule;
	int64_t id, person;
};

/* One who is banned may still take back what they said. */
static enum store_result take_back(struct connection *connection, void *argument)
{
	const struct delete_task *task = argument;
	struct comment_row comment;
	enum store_result result = comment_row_read(connection, task->capsule, task->id, &comment);
	if (result != STORE_OK)
		return result;
	if (comment.person != task->person)
		return STORE_BARRED;
	if (comment.state == STORE_DELETED || comment.state == STORE_REMOVED)
		return STORE_GONE;
	result = tree_set_state(connection, task->id, STORE_DELETED, true);
	return result == STORE_OK ? words_forget(connection) : result;
}

enum store_result store_comment_delete(
	struct store *store, struct span capsule, int64_t id, int64_t person)
{
	struct delete_task task = {.capsule = capsule, .id = id, .person = person};
	return store_run(store, STORE_WRITE, take_back, &task);
}
