/*
 * Reading: a post's comments, and the latest of all.
 */
#include <inttypes.h>

#include "comments/offer.h"
#include "comments/pages.h"
#include "comments/show.h"

static void write_thread(struct buf *page, struct visit *visit, const struct post *post,
	const struct store_comments *thread, int64_t after)
{
	buf_text(page, "# Comments on ");
	show_title(page, post);
	buf_printf(page, " (%" PRIu64 ")\n\n", thread->total);
	show_post_link(page, post);
	if (thread->count > 0 || after > 0)
		comments_write_on(
			page, "=> /comments/", post->slug, "/spread Who passed it on to whom\n");
	if (thread->count == 0)
		buf_text(page, after > 0 ? "\nThere are no later comments yet.\n"
					 : "\nNo comments yet.\n");
	for (size_t i = 0; i < thread->count; i++) {
		show_comment(page, visit->request, &thread->items[i], SHOW_LISTED, false);
		show_permanent_link(page, &thread->items[i]);
	}
	buf_byte(page, '\n');
	if (thread->more) {
		comments_write_on(page, "=> /comments/", post->slug, "/?after=");
		buf_printf(page, "%" PRId64 " Next page\n", thread->items[thread->count - 1].id);
	}
	if (after > 0)
		comments_write_on(page, "=> /comments/", post->slug, "/ First page\n");
	offer_comment(page, visit, post);
	offer_feeds(page, post);
}

void thread_page(struct visit *visit)
{
	struct post post;
	struct store_comments thread;
	int64_t after;
	if (!visit_find_place(visit, &post, &after))
		return;
	enum store_result result = store_thread_page(visit->comments->store, visit_host(visit),
		post.slug, after, COMMENTS_PER_PAGE, visit->request->arena, &thread);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	write_thread(&page, visit, &post, &thread, after);
	visit_page_end(visit, &page);
}

void thread_recent(struct visit *visit)
{
	struct store_comments latest;
	int64_t before;
	if (!visit_cursor(visit, "before", &before))
		return;
	enum store_result result = store_recent(visit->comments->store, visit_host(visit), before,
		COMMENTS_PER_PAGE, visit->request->arena, &latest);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# The latest comments\n");
	if (latest.count == 0)
		buf_text(&page,
			before > 0 ? "\nThere are no earlier comments.\n" : "\nNo comments yet.\n");
	for (size_t i = 0; i < latest.count; i++) {
		const struct store_comment *comment = &latest.items[i];
		struct post post;
		show_comment(&page, visit->request, comment, SHOW_LISTED, false);
		show_permanent_link(&page, comment);
		if (visit_find_post(visit, comment->slug, &post))
			show_post_link(&page, &post);
	}
	buf_byte(&page, '\n');
	if (latest.more)
		buf_printf(&page, "=> /comments/recent?before=%" PRId64 " Older comments\n",
			latest.items[latest.count - 1].id);
	buf_text(&page, "=> /comments/feed.gmi Follow all comments\n"
			"=> /comments/atom.xml Follow them as Atom\n"
			"=> /search Search posts and comments\n"
			"=> /comments/ Your own page, or log in or register\n"
			"=> / Home page\n");
	visit_page_end(visit, &page);
}
