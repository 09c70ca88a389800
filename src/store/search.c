/*
 * Searching, and keeping what the search knows of the posts.
 */
#include "store/search.h"

#include "store/connection.h"
#include "store/expression.h"

#define EXPRESSION_MAX (8 * EXPRESSION_TYPED_MAX) /* each byte alone in its string, and more */

struct search_task {
	enum statement walk, read;
	struct span capsule, expression;
	size_t skip, most;
	struct arena *arena;
	struct store_hits *hits;
};

struct candidate {
	double score;
	int64_t id;
	int place; /* the word that the context is around */
};

/* The best first; of equals, the newer first. */
struct best {
	struct candidate *items;
	size_t count, most;
};

/* Takes in the row that was just ranked, and tells the rank which ones are wanted from now on. */
static void take_in(struct rank *rank, int64_t id, struct best *best)
{
	const struct candidate found = {.score = rank->score, .id = id, .place = rank->place};
	if (best->count < best->most)
		best->count++;
	size_t at = best->count - 1;
	for (; at > 0 && best->items[at - 1].score < found.score; at--)
		best->items[at] = best->items[at - 1];
	best->items[at] = found;
	rank->least = best->count < best->most ? RANK_NONE : best->items[best->count - 1].score;
}

static enum store_result find_best(
	struct connection *connection, const struct search_task *task, struct best *best)
{
	struct query query;
	enum store_result result;
	connection->rank = (struct rank){.least = RANK_NONE};
	query_open(&query, connection, task->walk);
	query_bind_text(&query, task->capsule);
	query_bind_text(&query, task->expression);
	query_bind_number(&query, STORE_SEARCH_RANKS);
	connection_limit_time(connection, STORE_SEARCH_MS);
	while ((result = query_step(&query)) == STORE_OK) {
		if (query_number(&query, 1) != 0)
			take_in(&connection->rank, query_number(&query, 0), best);
	}
	query_close(&query);
	task->hits->unfinished = connection_unlimit_time(connection);
	return result == STORE_NONE ? STORE_OK : result;
}

static enum store_result read_hit(struct connection *connection, const struct search_task *task,
	const struct candidate *candidate, struct store_hit *hit)
{
	struct query query;
	query_open(&query, connection, task->read);
	query_bind_number(&query, candidate->id);
	query_bind_number(&query, candidate->place);
	enum store_result result = query_step(&query);
	if (result == STORE_OK && (!query_text(&query, 0, task->arena, &hit->slug) ||
					  !query_text(&query, 1, task->arena, &hit->title) ||
					  !query_text(&query, 2, task->arena, &hit->author) ||
					  !query_text(&query, 5, task->arena, &hit->context)))
		result = STORE_RESTING;
	if (result == STORE_OK) {
		hit->id = query_number(&query, 3);
		hit->written = query_number(&query, 4);
	}
	query_close(&query);
	return result;
}

static enum store_result read_hits(
	struct connection *connection, const struct search_task *task, const struct best *best)
{
	struct store_hits *hits = task->hits;
	for (size_t i = task->skip; i < best->count && i < task->skip + task->most; i++) {
		enum store_result result =
			read_hit(connection, task, &best->items[i], &hits->items[hits->count]);
		if (result == STORE_OK)
			hits->count++;
		else if (result != STORE_NONE)
			return result;
	}
	hits->more = hits->unfinished || best->count > task->skip + task->most;
	return STORE_OK;
}

static enum store_result run_statement(struct connection *connection, enum statement which)
{
	struct query query;
	query_open(&query, connection, which);
	return query_finish(&query);
}

/* In one transaction: an id of a post that is gone may be another post's in the next. */
static enum store_result search(struct connection *connection, void *argument)
{
	const struct search_task *task = argument;
	struct best best = {.most = task->skip + task->most + 1};
	best.items = arena_alloc(task->arena, best.most * sizeof(*best.items));
	*task->hits = (struct store_hits){
		.items = arena_alloc(task->arena, task->most * sizeof(*task->hits->items))};
	if (best.items == NULL || task->hits->items == NULL || task->expression.len == 0)
		return connection_rest(connection, "a page did not fit into memory");
	enum store_result result = run_statement(connection, STATEMENT_SNAPSHOT);
	if (result == STORE_OK)
		result = find_best(connection, task, &best);
	if (result == STORE_OK)
		result = read_hits(connection, task, &best);
	/* After a failure the connection is closed, and its transaction with it. */
	return result == STORE_OK ? run_statement(connection, STATEMENT_COMMIT) : result;
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
		(struct search_task){.walk = STATEMENT_SEARCH_COMMENTS,
			.read = STATEMENT_SEARCH_COMMENT,
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
		(struct search_task){.walk = STATEMENT_SEARCH_POSTS,
			.read = STATEMENT_SEARCH_POST,
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
