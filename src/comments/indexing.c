/*
 * Posts are files, and nobody says when one changes: those who search look.
 */
#include "comments/indexing.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "proto/gemtext.h"
#include "store/search.h"

#define SCRATCH_MAX ((size_t)8 << 20) /* for one text and its words */

struct indexing {
	struct visit *visit;
	struct store_post *known; /* in order of slug */
	size_t count;
	bool *seen; /* of each known one, whether it is a post still */
	int64_t began;
};

/* What a line of gemtext says, without what makes it a link, a heading or the like: a context of
 * the words that were found is one line of ours. */
static struct span words_of(struct span line)
{
	static const char marks[] = "#>* \t";
	struct span url, label;
	if (gemtext_is_fence(line))
		return span_skip(line, sizeof GEMTEXT_FENCE - 1);
	if (gemtext_read_link(line, &url, &label))
		return label;
	while (line.len > 0 && memchr(marks, line.ptr[0], sizeof marks - 1) != NULL)
		line = span_skip(line, 1);
	return line;
}

static bool put(struct indexing *indexing, const struct post *post, int64_t stamp, struct span text,
	struct arena *arena)
{
	struct comments *comments = indexing->visit->comments;
	const struct store_post fresh = {.slug = post->slug, .title = post->title, .stamp = stamp};
	struct span line;
	struct buf lines, words;
	buf_init(&lines, arena, SCRATCH_MAX);
	buf_init(&words, arena, SCRATCH_MAX);
	while (span_next_line(&text, &line)) {
		buf_span(&lines, words_of(line));
		buf_byte(&lines, '\n');
	}
	/* All at once: for a line of one letter it needs more memory than that has. */
	gemtext_inline(&words, buf_view(&lines), 0);
	return !buf_failed(&lines) && !buf_failed(&words) &&
	       store_post_put(comments->store, visit_host(indexing->visit), &fresh,
		       buf_view(&words)) == STORE_OK;
}

static int compare(const void *key, const void *item)
{
	struct span a = *(const struct span *)key, b = ((const struct store_post *)item)->slug;
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* False: the store does not take any more. A post that cannot be read is none to the search. */
static bool look_at(struct indexing *indexing, const struct post *post, struct arena *arena)
{
	struct request *request = indexing->visit->request;
	struct store_post *known = indexing->count == 0
					   ? NULL
					   : bsearch(&post->slug, indexing->known, indexing->count,
						     sizeof *indexing->known, compare);
	bool same_title = known != NULL && span_equal(known->title, post->title);
	int64_t before = same_title ? known->stamp : 0, stamp = before;
	struct span text;
	if (!request->posts->read(
		    request->posts_of, request, post, INDEXING_TEXT_BYTES, &stamp, &text))
		return true;
	if (known != NULL)
		indexing->seen[known - indexing->known] = true;
	return (stamp == before && before != 0) || put(indexing, post, stamp, text, arena);
}

/* The texts of all posts do not fit into one request's memory: each is read into an arena of its
 * own, which the request has meanwhile. That is safe even where the client has been sent away: the
 * loop then reads the request's URI alone, the text of which stays where it is, and frees nothing
 * of the request before this job is over. */
static bool look_in_scratch(struct indexing *indexing, const struct post *post)
{
	struct request *request = indexing->visit->request;
	struct arena *own = request->arena, scratch;
	arena_init(&scratch, SCRATCH_MAX);
	request->arena = &scratch;
	bool done = look_at(indexing, post, &scratch);
	request->arena = own;
	arena_end(&scratch);
	return done;
}

/* One post takes a tenth of a second at most, whatever is in it. */
static bool is_time_over(const struct indexing *indexing)
{
	return clock_monotonic_ms() - indexing->began > INDEXING_MOST_MS;
}

/* False: there is more to do, but no more time. */
static bool catch_up(struct indexing *indexing)
{
	struct request *request = indexing->visit->request;
	struct store *store = indexing->visit->comments->store;
	struct span host = visit_host(indexing->visit);
	struct post *posts;
	size_t count;
	if (!request->posts->list(request->posts_of, request, &posts, &count) ||
		store_posts(store, host, request->arena, &indexing->known, &indexing->count) !=
			STORE_OK)
		return true;
	indexing->seen = arena_zalloc(request->arena, indexing->count + 1);
	if (indexing->seen == NULL)
		return true;
	for (size_t i = 0; i < count; i++) {
		if (is_time_over(indexing))
			return false;
		if (!look_in_scratch(indexing, &posts[i]))
			return true;
	}
	for (size_t i = 0; i < indexing->count; i++) {
		if (indexing->seen[i])
			continue;
		if (is_time_over(indexing))
			return false;
		if (store_post_forget(store, host, indexing->known[i].slug) != STORE_OK)
			return true;
	}
	return true;
}

void indexing_catch_up(struct visit *visit)
{
	_Atomic int64_t *last = &visit->comments->posts_indexed;
	struct indexing indexing = {.visit = visit, .began = clock_monotonic_ms()};
	int64_t before = atomic_load(last);
	if (before != 0 && indexing.began - before < INDEXING_EVERY_MS)
		return;
	if (atomic_compare_exchange_strong(last, &before, indexing.began) && !catch_up(&indexing))
		atomic_store(last, 0);
}
