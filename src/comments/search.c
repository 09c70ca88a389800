/*
 * Searching posts and comments.
 */
#include "store/search.h"

#include <inttypes.h>

#include "comments/indexing.h"
#include "comments/limits.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "comments/show.h"
#include "proto/gemtext.h"

#define HITS_MAX    20  /* posts, and as many comments: who wants fewer types more words */
#define CONTEXT_MAX 300 /* code points */
#define AGAIN_IN    2   /* seconds: what the searches of others take, and more */

#define PROMPT                                                                                     \
	"Type the words to look for. Words in \"quotes\" stand together; kind* finds every "       \
	"word that begins with kind"
#define NO_WORD "There is no word in that. Type one word or more, as they stand in the text"

static void write_context(struct buf *page, struct span context)
{
	struct buf line;
	buf_init(&line, page->arena, COMMENTS_PAGE_BYTES);
	gemtext_inline(&line, context, CONTEXT_MAX);
	page->failed |= buf_failed(&line);
	if (line.len > 0)
		buf_printf(page, "> %.*s\n", SPAN_ARG(buf_view(&line)));
}

/* How many there were; a post that is no longer on the feed page is none. */
static size_t write_posts(struct buf *page, struct visit *visit, const struct store_hits *hits)
{
	size_t written = 0;
	for (size_t i = 0; i < hits->count; i++) {
		struct post post;
		if (!visit_find_post(visit, hits->items[i].slug, &post))
			continue;
		buf_text(page, written++ == 0 ? "\n## Posts\n\n" : "\n");
		show_post_link(page, &post);
		write_context(page, hits->items[i].context);
	}
	return written;
}

static void write_comments(struct buf *page, struct visit *visit, const struct store_hits *hits)
{
	struct request *request = visit->request;
	for (size_t i = 0; i < hits->count; i++) {
		const struct store_hit *hit = &hits->items[i];
		struct post post;
		buf_text(page, i == 0 ? "\n## Comments\n\n" : "\n");
		buf_printf(page, "=> /comments/%" PRId64 " Comment by ", hit->id);
		show_name(page, hit->author);
		if (visit_find_post(visit, hit->slug, &post)) {
			buf_text(page, " on ");
			show_title(page, &post);
		}
		buf_printf(page, ", %s\n", rules_when(hit->written, request->now, request->arena));
		write_context(page, hit->context);
	}
}

static void write_page(struct buf *page, struct visit *visit, struct span typed,
	const struct store_hits *posts, const struct store_hits *comments)
{
	buf_text(page, "# Search: ");
	gemtext_inline(page, typed, COMMENTS_TITLE_MAX);
	buf_byte(page, '\n');
	size_t written = write_posts(page, visit, posts);
	write_comments(page, visit, comments);
	bool unfinished = posts->unfinished || comments->unfinished;
	if (written + comments->count == 0 && !unfinished)
		buf_text(page, "\nNothing was found. Fewer words find more, and kind* finds "
			       "every word that begins with kind.\n");
	if (unfinished)
		buf_text(page,
			"\nThis search takes long, so not everything was looked at, and there "
			"may be more. Single words that are rare are found fast; phrases of "
			"common words are not, nor what begins with a few letters.\n");
	else if (posts->more || comments->more)
		buf_printf(page,
			"\nOnly the best %d of each are shown, among the newest %d that have the "
			"words. More words find fewer.\n",
			HITS_MAX, STORE_SEARCH_RANKS);
	buf_text(page, "\n=> /search Search for something else\n"
		       "You will be asked for the words.\n"
		       "=> /comments/recent The latest comments of everybody\n"
		       "=> / Home page\n");
}

static void search(struct visit *visit, struct span typed)
{
	struct store_hits posts, comments;
	struct store *store = visit->comments->store;
	struct arena *arena = visit->request->arena;
	indexing_catch_up(visit);
	enum store_result result =
		store_search_posts(store, visit_host(visit), typed, 0, HITS_MAX, arena, &posts);
	if (result == STORE_OK)
		result = store_search_comments(
			store, visit_host(visit), typed, 0, HITS_MAX, arena, &comments);
	if (result == STORE_NONE) {
		visit_ask(visit, NO_WORD);
		return;
	}
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	write_page(&page, visit, typed, &posts, &comments);
	visit_page_end(visit, &page);
}

void search_page(struct visit *visit)
{
	struct span typed;
	if (!visit_typed(visit, PROMPT, &typed) ||
		!limit_by_address(visit, LIMIT_SEARCHES_OF_ADDRESS))
		return;
	if (!store_search_begin(visit->comments->store)) {
		reply_status(visit->request, visit->reply, STATUS_SLOW_DOWN, "%d", AGAIN_IN);
		return;
	}
	search(visit, typed);
	store_search_end(visit->comments->store);
}
