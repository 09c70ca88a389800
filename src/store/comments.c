/*
 * Comments: written one by one, read in pages.
 */
#include "store/store.h"

#include "store/connection.h"

struct add_task {
	const struct store_comment_new *comment;
	int64_t id, wait;
};

/* STORE_OK: not there yet. */
static enum store_result look_for_repeat(struct connection *connection, struct add_task *task)
{
	const struct store_comment_new *comment = task->comment;
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_REPEATED);
	query_bind_number(&query, comment->person);
	query_bind_number(&query, comment->repeat_since);
	query_bind_text(&query, comment->slug);
	query_bind_text(&query, comment->text);
	enum store_result result = query_step(&query);
	if (result == STORE_OK)
		task->id = query_number(&query, 0);
	query_close(&query);
	if (result == STORE_NONE)
		return STORE_OK;
	return result == STORE_OK ? STORE_REPEATED : result;
}

/* STORE_OK: one more may be written. Looks at the most-th newest alone: while that one lies within
 * the window, so do all after it. */
static enum store_result look_at_limit(struct connection *connection, struct add_task *task)
{
	const struct store_comment_new *comment = task->comment;
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_COUNTED);
	query_bind_number(&query, comment->person);
	query_bind_number(&query, comment->count_since);
	query_bind_number(&query, (int64_t)comment->most - 1);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		int64_t wait = query_number(&query, 0) - comment->count_since;
		int64_t window = comment->now - comment->count_since;
		task->wait = wait < window ? wait : window; /* the clock may have been set back */
	}
	query_close(&query);
	if (result == STORE_NONE)
		return STORE_OK;
	return result == STORE_OK ? STORE_TOO_MANY : result;
}

static enum store_result add(struct connection *connection, void *argument)
{
	struct add_task *task = argument;
	const struct store_comment_new *comment = task->comment;
	enum store_result result = look_for_repeat(connection, task);
	if (result == STORE_OK)
		result = look_at_limit(connection, task);
	if (result != STORE_OK)
		return result;

	struct query query;
	query_open(&query, connection, STATEMENT_THREAD_ADD);
	query_bind_text(&query, comment->capsule);
	query_bind_text(&query, comment->slug);
	result = query_finish(&query);
	if (result != STORE_OK)
		return result;

	query_open(&query, connection, STATEMENT_COMMENT_ADD);
	query_bind_text(&query, comment->capsule);
	query_bind_text(&query, comment->slug);
	query_bind_number(&query, comment->person);
	query_bind_text(&query, comment->text);
	query_bind_number(&query, comment->now);
	result = query_finish(&query);
	if (result == STORE_OK && sqlite3_changes(connection->db) == 0)
		result = STORE_NONE; /* nobody of this capsule */
	task->id = sqlite3_last_insert_rowid(connection->db);
	return result;
}

enum store_result store_comment_add(
	struct store *store, const struct store_comment_new *comment, int64_t *id, int64_t *wait)
{
	struct add_task task = {.comment = comment};
	enum store_result result = store_run(store, STORE_WRITE, add, &task);
	if (result == STORE_OK || result == STORE_REPEATED)
		*id = task.id;
	if (result == STORE_TOO_MANY)
		*wait = task.wait;
	return result;
}

/* Which comments are asked for: the statement binds scope (host, or host and slug, or person),
 * then where to begin, then how many. */
struct page_task {
	enum statement statement;
	struct span capsule, slug;
	bool in_thread;
	int64_t person; /* 0: by capsule */
	int64_t begin;
	size_t most;
	struct arena *arena;
	struct store_comments *page;
};

static bool read_comment(struct query *query, struct arena *arena, struct store_comment *comment)
{
	comment->id = query_number(query, 1);
	comment->written = query_number(query, 5);
	return query_text(query, 2, arena, &comment->slug) &&
	       query_text(query, 3, arena, &comment->author) &&
	       query_text(query, 4, arena, &comment->text);
}

static enum store_result read_rows(struct query *query, const struct page_task *task)
{
	struct store_comments *page = task->page;
	for (;;) {
		enum store_result result = query_step(query);
		if (result == STORE_NONE)
			return STORE_OK;
		if (result != STORE_OK)
			return result;
		page->total = (uint64_t)query_number(query, 0);
		if (query_number(query, 1) == 0)
			return STORE_OK; /* the row of a page without comments */
		if (page->count == task->most) {
			page->more = true;
			return STORE_OK;
		}
		if (!read_comment(query, task->arena, &page->items[page->count]))
			return STORE_RESTING;
		page->count++;
	}
}

static enum store_result read_page(struct connection *connection, void *argument)
{
	const struct page_task *task = argument;
	*task->page = (struct store_comments){0};
	task->page->items = arena_alloc(task->arena, task->most * sizeof(struct store_comment));
	if (task->page->items == NULL)
		return connection_rest(connection, "a page did not fit into memory");

	struct query query;
	query_open(&query, connection, task->statement);
	if (task->person != 0)
		query_bind_number(&query, task->person);
	else
		query_bind_text(&query, task->capsule);
	if (task->in_thread)
		query_bind_text(&query, task->slug);
	query_bind_number(&query, task->begin);
	query_bind_number(&query, (int64_t)task->most + 1);
	enum store_result result = read_rows(&query, task);
	query_close(&query);
	return result;
}

enum store_result store_thread_page(struct store *store, struct span capsule, struct span slug,
	int64_t after, size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {.statement = STATEMENT_THREAD_PAGE,
		.capsule = capsule,
		.slug = slug,
		.in_thread = true,
		.begin = after,
		.most = most,
		.arena = arena,
		.page = page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_thread_latest(struct store *store, struct span capsule, struct span slug,
	size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {.statement = STATEMENT_THREAD_LATEST,
		.capsule = capsule,
		.slug = slug,
		.in_thread = true,
		.begin = INT64_MAX,
		.most = most,
		.arena = arena,
		.page = page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_recent(struct store *store, struct span capsule, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {.statement = STATEMENT_RECENT,
		.capsule = capsule,
		.begin = before > 0 ? before : INT64_MAX,
		.most = most,
		.arena = arena,
		.page = page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_comments_of(struct store *store, int64_t person, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {.statement = STATEMENT_COMMENTS_OF,
		.person = person,
		.begin = before > 0 ? before : INT64_MAX,
		.most = most,
		.arena = arena,
		.page = page};
	return store_run(store, STORE_READ, read_page, &task);
}

struct one_task {
	struct span capsule;
	int64_t id;
	struct arena *arena;
	struct store_comment *comment;
};

static enum store_result read_one(struct connection *connection, void *argument)
{
	const struct one_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_COMMENT_BY_ID);
	query_bind_text(&query, task->capsule);
	query_bind_number(&query, task->id);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && !read_comment(&query, task->arena, task->comment))
		result = STORE_RESTING;
	query_close(&query);
	return result;
}

enum store_result store_comment_by_id(struct store *store, struct span capsule, int64_t id,
	struct arena *arena, struct store_comment *comment)
{
	struct one_task task = {.capsule = capsule, .id = id, .arena = arena, .comment = comment};
	return store_run(store, STORE_READ, read_one, &task);
}
