/*
 * Comments are read: one, or a page of them.
 */
#include "store/comments.h"

#include "store/moderation.h"
#include "store/reads.h"
#include "store/rows.h"

/* What each column of a comment's row holds, behind the total; see statements_threads.h. */
enum {
	COLUMN_TOTAL,
	COLUMN_ID,
	COLUMN_PERSON,
	COLUMN_SLUG,
	COLUMN_AUTHOR,
	COLUMN_PARENT_AUTHOR,
	COLUMN_PARENT,
	COLUMN_PARENT_PERSON,
	COLUMN_TEXT,
	COLUMN_WRITTEN,
	COLUMN_EDITED,
	COLUMN_STATE,
	COLUMN_LISTED,
	COLUMN_DEPTH,
	COLUMN_ANSWERS
};

static bool read_comment(struct query *query, struct arena *arena, struct store_comment *comment)
{
	*comment = (struct store_comment){.id = query_number(query, COLUMN_ID),
		.person = query_number(query, COLUMN_PERSON),
		.parent = query_number(query, COLUMN_PARENT),
		.parent_person = query_number(query, COLUMN_PARENT_PERSON),
		.written = query_number(query, COLUMN_WRITTEN),
		.edited = query_number(query, COLUMN_EDITED),
		.state = (enum store_state)query_number(query, COLUMN_STATE),
		.listed = query_number(query, COLUMN_LISTED) != 0,
		.depth = (unsigned)query_number(query, COLUMN_DEPTH),
		.answers = (uint64_t)query_number(query, COLUMN_ANSWERS)};
	return query_text(query, COLUMN_SLUG, arena, &comment->slug) &&
	       query_text(query, COLUMN_AUTHOR, arena, &comment->author) &&
	       query_text(query, COLUMN_TEXT, arena, &comment->text) &&
	       query_text_or_empty(query, COLUMN_PARENT_AUTHOR, arena, &comment->parent_author);
}

static enum store_result make_room(struct connection *connection, struct arena *arena, size_t most,
	struct store_comments *page)
{
	*page = (struct store_comments){
		.items = reads_room(connection, arena, most, sizeof *page->items)};
	return page->items != NULL ? STORE_OK : STORE_RESTING;
}

/* Which comments are asked for. The statement binds the texts, the numbers, and how many. */
struct page_task {
	enum statement statement;
	size_t texts, numbers;
	struct span text[2];
	int64_t number[2];
	int64_t since; /* the page ends at the first that was written before */
	size_t most;
	struct arena *arena;
	struct store_comments *page;
};

static enum store_result read_rows(struct query *query, const struct page_task *task)
{
	struct store_comments *page = task->page;
	for (;;) {
		enum store_result result = query_step(query);
		if (result == STORE_NONE)
			return STORE_OK;
		if (result != STORE_OK)
			return result;
		page->total = (uint64_t)query_number(query, COLUMN_TOTAL);
		if (query_number(query, COLUMN_ID) == 0 || /* a page without comments */
			query_number(query, COLUMN_WRITTEN) < task->since)
			return STORE_OK;
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
	enum store_result result = make_room(connection, task->arena, task->most, task->page);
	if (result != STORE_OK)
		return result;
	struct query query;
	query_open(&query, connection, task->statement);
	for (size_t i = 0; i < task->texts; i++)
		query_bind_text(&query, task->text[i]);
	for (size_t i = 0; i < task->numbers; i++)
		query_bind_number(&query, task->number[i]);
	query_bind_number(&query, (int64_t)task->most + 1);
	result = read_rows(&query, task);
	query_close(&query);
	return result;
}

enum store_result store_thread_page(struct store *store, struct span capsule, struct span slug,
	int64_t after, size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {STATEMENT_THREAD_PAGE, 2, 1, {capsule, slug}, {after}, INT64_MIN,
		most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_thread_tree(struct store *store, struct span capsule, struct span slug,
	int64_t after, size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {STATEMENT_THREAD_TREE, 2, 1, {capsule, slug}, {after}, INT64_MIN,
		most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_thread_latest(struct store *store, struct span capsule, struct span slug,
	size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {STATEMENT_THREAD_LATEST, 2, 1, {capsule, slug}, {INT64_MAX},
		INT64_MIN, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_recent(struct store *store, struct span capsule, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {STATEMENT_RECENT, 1, 1, {capsule}, {reads_before(before)},
		INT64_MIN, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_answers(struct store *store, struct span capsule, int64_t id, int64_t after,
	size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {
		STATEMENT_ANSWERS, 1, 2, {capsule}, {id, after}, INT64_MIN, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_comments_of(struct store *store, struct span capsule, int64_t person,
	int64_t before, size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {STATEMENT_COMMENTS_OF, 1, 2, {capsule},
		{person, reads_before(before)}, INT64_MIN, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_comments_own(struct store *store, int64_t person, int64_t before,
	size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {STATEMENT_COMMENTS_OWN, 0, 2, {{0}},
		{person, reads_before(before)}, INT64_MIN, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_answers_to(struct store *store, int64_t person, int64_t since,
	int64_t before, size_t most, struct arena *arena, struct store_comments *page)
{
	struct page_task task = {STATEMENT_ANSWERS_TO, 0, 2, {{0}}, {person, reads_before(before)},
		since, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

enum store_result store_comments_in_state(struct store *store, struct span capsule,
	enum store_state state, int64_t after, size_t most, struct arena *arena,
	struct store_comments *page)
{
	struct page_task task = {
		STATEMENT_IN_STATE, 1, 2, {capsule}, {state, after}, INT64_MIN, most, arena, page};
	return store_run(store, STORE_READ, read_page, &task);
}

struct one_task {
	struct span capsule;
	int64_t id;
	size_t most;
	struct arena *arena;
	struct store_comment *comment;
	struct store_comments *page;
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

static enum store_result read_link(struct connection *connection, int64_t id, struct arena *arena,
	struct store_comment *comment)
{
	struct query query;
	query_open(&query, connection, STATEMENT_CHAIN_LINK);
	query_bind_number(&query, id);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && !read_comment(&query, arena, comment))
		result = STORE_RESTING;
	query_close(&query);
	return result == STORE_NONE
		       ? connection_rest(connection, "the chain above a comment is broken")
		       : result;
}

/* Link by link, as a comment neither moves nor goes away: the chain that is read is one that was
 * there, even though each link is read on its own. */
static enum store_result read_chain(struct connection *connection, void *argument)
{
	const struct one_task *task = argument;
	struct comment_row row = {0};
	enum store_result result = comment_row_read(connection, task->capsule, task->id, &row);
	size_t depth = (size_t)row.depth;
	size_t count = depth < task->most ? depth : task->most;
	if (result == STORE_OK || result == STORE_NONE)
		result = make_room(connection, task->arena, count, task->page);
	int64_t above = row.parent;
	for (size_t i = count; result == STORE_OK && i > 0; i--) {
		struct store_comment *comment = &task->page->items[i - 1];
		result = read_link(connection, above, task->arena, comment);
		if (result == STORE_OK)
			above = comment->parent;
	}
	task->page->count = count;
	task->page->total = depth;
	task->page->more = depth > count;
	return result;
}

enum store_result store_chain(struct store *store, struct span capsule, int64_t id, size_t most,
	struct arena *arena, struct store_comments *page)
{
	struct one_task task = {
		.capsule = capsule, .id = id, .most = most, .arena = arena, .page = page};
	return store_run(store, STORE_READ, read_chain, &task);
}

struct deepest_task {
	struct span capsule, slug;
	int64_t *id;
	unsigned *depth;
};

static enum store_result read_deepest(struct connection *connection, void *argument)
{
	const struct deepest_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_THREAD_DEEPEST);
	query_bind_text(&query, task->capsule);
	query_bind_text(&query, task->slug);
	enum store_result result = query_step(&query);
	if (result == STORE_OK) {
		*task->id = query_number(&query, 0);
		*task->depth = (unsigned)query_number(&query, 1);
	}
	query_close(&query);
	return result;
}

enum store_result store_thread_deepest(
	struct store *store, struct span capsule, struct span slug, int64_t *id, unsigned *depth)
{
	struct deepest_task task = {capsule, slug, id, depth};
	return store_run(store, STORE_READ, read_deepest, &task);
}
