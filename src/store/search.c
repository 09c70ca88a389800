/*
 * Searching, and keeping what the search knows of the posts.
 */
#include "store/search.h"

#include "store/connection.h"
#include "store/expression.h"

#define EXPRESSION_MAX (8 * EXPRESSION_TYPED_MAX) /* each byte alone in its string, and more */

struct search_task {
	enum statement statement;
	struct span capsule, expression;
	size_t skip, most;
	struct arena *arena;
	struct store_hits *hits;
};

static bool read_hit(struct query *query, struct arena *arena, struct store_hit *hit)
{
	hit->id = query_number(query, 0);
	hit->written = query_number(query, 4);
	return query_text(query, 1, arena, &hit->slug) &&
	       query_text(query, 2, arena, &hit->title) &&
	       query_text(query, 3, arena, &hit->author) &&
	       query_text(query, 5, arena, &hit->context);
}

static enum store_result read_hits(struct query *query, const struct search_task *task)
{
	struct store_hits *hits = task->hits;
	for (;;) {
		enum store_result result = query_step(query);
		if (result != STORE_OK)
			return result == STORE_NONE ? STORE_OK : result;
		if (hits->count == task->most) {
			hits->more = true;
			return STORE_OK;
		}
		if (!read_hit(query, task->arena, &hits->items[hits->count]))
			return STORE_RESTING;
		hits->count++;
	}
}

static enum store_result search(struct connection *connection, void *argument)
{
	const struct search_task *task = argument;
	*task->hits = (struct store_hits){
		.items = arena_alloc(task->arena, task->most * sizeof(struct store_hit))};
	if (task->hits->items == NULL || task->expression.len == 0)
		return connection_rest(connection, "a page did not fit into memory");
	struct query query;
	query_open(&query, connection, task->statement);
	query_bind_text(&query, task->capsule);
	query_bind_text(&query, task->expression);
	query_bind_number(&query, STORE_SEARCH_RANKS - 1);
	query_bind_number(&query, (int64_t)task->most + 1);
	query_bind_number(&query, (int64_t)task->skip);
	enum store_result result = read_hits(&query, task);
	query_close(&query);
	return result;
}

static enum store_result search_for(struct store *store, struct span typed, struct search_task task)
{
	struct buf expression;
	buf_init(&expression, task.arena, EXPRESSION_MAX);
	if (!expression_write(&expression, typed))
		return STORE_NONE;
	if (!buf_failed(&expression)) /* else `search` tells of it, where that is logged */
		task.expression = buf_view(&expression);
	if (task.most > STORE_SEARCH_MOST)
		task.most = STORE_SEARCH_MOST;
	if (task.skip > STORE_SEARCH_RANKS)
		task.skip = STORE_SEARCH_RANKS;
	return store_run(store, STORE_READ, search, &task);
}

enum store_result store_search_comments(struct store *store, struct span capsule, struct span typed,
	size_t skip, size_t most, struct arena *arena, struct store_hits *hits)
{
	return search_for(store, typed,
		(struct search_task){.statement = STATEMENT_SEARCH_COMMENTS,
			.capsule = capsule,
			.skip = skip,
			.most = most,
			.arena = arena,
			.hits = hits});
}

enum store_result store_search_posts(struct store *store, struct span capsule, struct span typed,
	size_t skip, size_t most, struct arena *arena, struct store_hits *hits)
{
	return search_for(store, typed,
		(struct search_task){.statement = STATEMENT_SEARCH_POSTS,
			.capsule = capsule,
			.skip = skip,
			.most = most,
			.arena = arena,
			.hits = hits});
}

struct posts_task {
	struct span capsule;
	struct arena *arena;
	struct buf items; /* of struct store_post, one after the other */
};

#define POSTS_BYTES_MAX (8 << 20)

static enum store_result read_posts(struct connection *connection, void *argument)
{
	struct posts_task *task = argument;
	struct query query;
	enum store_result result;
	buf_init(&task->items, task->arena, POSTS_BYTES_MAX);
	query_open(&query, connection, STATEMENT_POSTS);
	query_bind_text(&query, task->capsule);
	while ((result = query_step(&query)) == STORE_OK) {
		struct store_post post = {.stamp = query_number(&query, 2)};
		if (!query_text(&query, 0, task->arena, &post.slug) ||
			!query_text(&query, 1, task->arena, &post.title)) {
			result = STORE_RESTING;
			break;
		}
		buf_bytes(&task->items, &post, sizeof post);
	}
	query_close(&query);
	if (result == STORE_NONE && buf_failed(&task->items))
		return connection_rest(connection, "the list of posts did not fit into memory");
	return result == STORE_NONE ? STORE_OK : result;
}

enum store_result store_posts(struct store *store, struct span capsule, struct arena *arena,
	struct store_post **items, size_t *count)
{
	struct posts_task task = {.capsule = capsule, .arena = arena};
	enum store_result result = store_run(store, STORE_READ, read_posts, &task);
	if (result == STORE_OK) {
		/* An arena's memory is aligned for any type. */
		*items = (void *)task.items.data;
		*count = task.items.len / sizeof **items;
	}
	return result;
}

struct post_task {
	struct span capsule;
	const struct store_post *post;
	struct span text;
};

static enum store_result forget(struct connection *connection, void *argument)
{
	const struct post_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_POST_FORGET);
	query_bind_text(&query, task->capsule);
	query_bind_text(&query, task->post->slug);
	return query_finish(&query);
}

static enum store_result put(struct connection *connection, void *argument)
{
	const struct post_task *task = argument;
	struct query query;
	query_open(&query, connection, STATEMENT_CAPSULE_ADD);
	query_bind_text(&query, task->capsule);
	enum store_result result = query_finish(&query);
	/* Not in place of it: the words of a row go out by the trigger of its deletion alone. */
	if (result == STORE_OK)
		result = forget(connection, argument);
	if (result != STORE_OK)
		return result;
	query_open(&query, connection, STATEMENT_POST_PUT);
	query_bind_text(&query, task->capsule);
	query_bind_text(&query, task->post->slug);
	query_bind_text(&query, task->post->title);
	query_bind_number(&query, task->post->stamp);
	query_bind_text(&query, task->text);
	return query_finish(&query);
}

enum store_result store_post_put(
	struct store *store, struct span capsule, const struct store_post *post, struct span text)
{
	struct post_task task = {.capsule = capsule, .post = post, .text = text};
	return store_run(store, STORE_WRITE, put, &task);
}

enum store_result store_post_forget(struct store *store, struct span capsule, struct span slug)
{
	struct post_task task = {.capsule = capsule, .post = &(struct store_post){.slug = slug}};
	return store_run(store, STORE_WRITE, forget, &task);
}
