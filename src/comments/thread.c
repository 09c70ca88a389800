/*
 * Reading: a post's comments, one comment, and the latest of all.
 */
#include <inttypes.h>

#include "comments/visit.h"
#include "proto/gemtext.h"

#define THANKS_SECONDS 600 /* who comes back later knows that the comment is there */

static void write_post_link(struct buf *page, const struct post *post)
{
	buf_text(page, "=> ");
	uri_append_path(page, post->path);
	buf_byte(page, ' ');
	gemtext_inline(page, post->title, COMMENTS_TITLE_MAX);
	buf_byte(page, '\n');
}

static void write_permanent_link(struct buf *page, const struct store_comment *comment)
{
	buf_printf(page, "=> /comments/%" PRId64 " This comment on its own page\n", comment->id);
}

/* To whoever is known, nothing is said of logging in. */
static void write_new_link(
	struct buf *page, const struct post *post, const char *label, enum reader reader)
{
	comments_write_on(page, "=> /comments/", post->slug, "/new ");
	buf_printf(page, "%s\nYou will be asked for its text%s.\n", label,
		reader == READER_KNOWN ? "" : ", or first to log in or register");
}

void thread_page(struct visit *visit)
{
	struct post post;
	struct store_comments comments;
	struct store_person person;
	int64_t after;
	if (!visit_find_post(visit, visit->path.slug, &post)) {
		visit_not_found(visit);
		return;
	}
	if (!visit_cursor(visit, "after", &after))
		return;
	if (store_thread_page(visit->comments->store, span_of(visit->comments->capsule->host),
		    post.slug, after, COMMENTS_PER_PAGE, visit->request->arena,
		    &comments) != STORE_OK) {
		visit_resting(visit);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Comments on \"");
	gemtext_inline(&page, post.title, COMMENTS_TITLE_MAX);
	buf_printf(&page, "\" (%" PRIu64 ")\n\n", comments.total);
	write_post_link(&page, &post);
	if (comments.total == 0)
		buf_text(&page, "\nNo comments yet. Yours could be the first.\n");
	else if (comments.count == 0)
		buf_text(&page, "\nThere are no later comments yet.\n");
	for (size_t i = 0; i < comments.count; i++) {
		comment_write(&page, visit->request, &comments.items[i]);
		write_permanent_link(&page, &comments.items[i]);
	}
	buf_byte(&page, '\n');
	if (comments.more) {
		comments_write_on(&page, "=> /comments/", post.slug, "/?after=");
		buf_printf(&page, "%" PRId64 " Next page\n", comments.items[comments.count - 1].id);
	}
	if (after > 0)
		comments_write_on(&page, "=> /comments/", post.slug, "/ First page\n");
	write_new_link(&page, &post, "Leave a comment",
		visit_reader(visit->comments, visit->request, &person));
	visit_page_end(visit, &page);
}

static void write_comment_page(
	struct buf *page, struct visit *visit, const struct store_comment *comment)
{
	struct post post;
	struct store_person person;
	enum reader reader = visit_reader(visit->comments, visit->request, &person);
	/* A capsule has every name once. */
	bool own = reader == READER_KNOWN && span_equal(person.name, comment->author);
	bool posted = visit_find_post(visit, comment->slug, &post);
	buf_text(page, "# A comment");
	if (posted) {
		buf_text(page, " on \"");
		gemtext_inline(page, post.title, COMMENTS_TITLE_MAX);
		buf_text(page, "\"");
	}
	buf_text(page, "\n\n");
	if (own && visit->request->now - comment->written < THANKS_SECONDS)
		buf_text(page, "Thank you. Your comment is stored, and everyone can read it.\n\n");
	if (posted)
		write_post_link(page, &post);
	else
		buf_text(page, "The post that it was left on is no longer here.\n");
	comment_write(page, visit->request, comment);
	buf_byte(page, '\n');
	if (posted) {
		comments_write_on(
			page, "=> /comments/", post.slug, "/ All comments on this post\n");
		write_new_link(
			page, &post, own ? "Leave another comment" : "Leave a comment", reader);
	}
	buf_text(page, "=> /comments/recent The latest comments of everybody\n");
}

void thread_comment(struct visit *visit)
{
	struct store_comment comment;
	enum store_result result =
		store_comment_by_id(visit->comments->store, span_of(visit->comments->capsule->host),
			visit->path.id, visit->request->arena, &comment);
	if (result == STORE_NONE) {
		reply_status(visit->request, visit->reply, STATUS_NOT_FOUND,
			"No such comment; /comments/recent lists the latest ones");
		return;
	}
	if (result != STORE_OK) {
		visit_resting(visit);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	write_comment_page(&page, visit, &comment);
	visit_page_end(visit, &page);
}

void thread_recent(struct visit *visit)
{
	struct store_comments comments;
	int64_t before;
	if (!visit_cursor(visit, "before", &before))
		return;
	if (store_recent(visit->comments->store, span_of(visit->comments->capsule->host), before,
		    COMMENTS_PER_PAGE, visit->request->arena, &comments) != STORE_OK) {
		visit_resting(visit);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# The latest comments\n");
	if (comments.count == 0)
		buf_text(&page, "\nNo comments yet.\n");
	for (size_t i = 0; i < comments.count; i++) {
		const struct store_comment *comment = &comments.items[i];
		struct post post;
		comment_write(&page, visit->request, comment);
		write_permanent_link(&page, comment);
		if (visit_find_post(visit, comment->slug, &post))
			write_post_link(&page, &post);
	}
	buf_byte(&page, '\n');
	if (comments.more)
		buf_printf(&page, "=> /comments/recent?before=%" PRId64 " Older comments\n",
			comments.items[comments.count - 1].id);
	buf_text(&page, "=> /comments/ Your own page, or log in or register\n"
			"=> / Home page\n");
	visit_page_end(visit, &page);
}
