/*
 * One comment on a page of its own: the chain above it, and the answers below.
 */
#include <inttypes.h>

#include "comments/offer.h"
#include "comments/orders.h"
#include "comments/pages.h"
#include "comments/show.h"
#include "proto/gemtext.h"
#include "store/moderation.h"

#define CHAIN_MAX      10
#define TITLE_NAMES    4 /* in "Passed on from Rosa to Ibrahim to you" */
#define ESSAY_READ     8192
#define ESSAY_SHOWN    300
#define THANKS_SECONDS 600 /* who comes back later knows that the comment is there */

struct leaf {
	struct store_comment comment;
	struct store_comments chain, answers;
	int64_t after; /* which of the answers are asked for */
	bool own;      /* the reader's */
	bool open;     /* held or hidden, this reader sees it */
	bool posted;   /* `post` is there */
	struct post post;
};

static bool is_shown(const struct leaf *leaf)
{
	return leaf->comment.state == STORE_SHOWN || leaf->open;
}

/* The first paragraph of a post: what its comments are about. */
static struct span beginning_of(struct span text)
{
	struct span line;
	bool preformatted = false;
	while (span_next_line(&text, &line)) {
		bool fence = gemtext_is_fence(line);
		preformatted ^= fence;
		if (!fence && !preformatted && span_trim(line).len > 0 && line.ptr[0] != '#' &&
			line.ptr[0] != '*' && line.ptr[0] != '>' &&
			!span_starts_with(line, SPAN_LIT("=>")))
			return line;
	}
	return (struct span){0};
}

static void write_post(struct buf *page, struct visit *visit, const struct leaf *leaf)
{
	struct request *request = visit->request;
	struct span text;
	int64_t stamp = 0;
	if (!leaf->posted) {
		buf_text(page, "The post that it was left on is no longer here.\n");
		return;
	}
	show_post_link(page, &leaf->post);
	if (request->posts->read(
		    request->posts_of, request, &leaf->post, ESSAY_READ, &stamp, &text))
		(void)gemtext_quote_some(page, beginning_of(text), ESSAY_SHOWN);
}

static void write_giver(struct buf *page, const struct store_comment *comment, bool shown)
{
	buf_text(page, " to ");
	if (shown)
		show_name(page, comment->author);
	else
		buf_text(page, "somebody");
}

/* "Passed on from Rosa to Ibrahim to you"; of one's own: "... to Ibrahim by you". */
static void write_title(struct buf *page, const struct leaf *leaf)
{
	const struct store_comments *chain = &leaf->chain;
	struct buf names;
	if (leaf->own && leaf->comment.parent == 0) {
		buf_text(page, "# Your comment\n\n");
		return;
	}
	size_t most = leaf->own ? TITLE_NAMES : TITLE_NAMES - 1;
	size_t first = chain->count > most ? chain->count - most : 0;
	buf_init(&names, page->arena, COMMENTS_PAGE_BYTES);
	if (first > 0 || chain->more)
		buf_text(&names, " to others");
	for (size_t i = first; i < chain->count; i++)
		write_giver(&names, &chain->items[i], chain->items[i].state == STORE_SHOWN);
	if (!leaf->own)
		write_giver(&names, &leaf->comment, is_shown(leaf));
	page->failed |= buf_failed(&names);
	buf_text(page, "# Passed on from");
	buf_span(page, span_skip(buf_view(&names), sizeof(" to") - 1));
	buf_text(page, leaf->own ? " by you\n\n" : " to you\n\n");
}

static void write_thanks(struct buf *page, struct visit *visit, const struct leaf *leaf)
{
	const struct store_comment *comment = &leaf->comment;
	if (!leaf->own || comment->edited != 0 ||
		visit->request->now - comment->written >= THANKS_SECONDS)
		return;
	if (comment->state == STORE_SHOWN)
		buf_text(page, "Thank you. Your comment is stored, and everyone can read it.\n\n");
	else if (comment->state == STORE_HELD)
		buf_text(page, "Thank you. Your comment is stored. A moderator reads it before "
			       "everybody can.\n\n");
}

static void write_chain(struct buf *page, struct visit *visit, const struct leaf *leaf)
{
	const struct store_comments *chain = &leaf->chain;
	if (chain->more && chain->count > 0 && leaf->comment.depth > chain->count) {
		size_t above = leaf->comment.depth - chain->count;
		buf_printf(page, "\n=> /comments/%" PRId64 " %zu more %s above these\n",
			chain->items[0].id, above,
			above == 1 ? "comment stands" : "comments stand");
	}
	for (size_t i = 0; i < chain->count; i++) {
		show_comment(page, visit->request, &chain->items[i], SHOW_LISTED, false);
		show_permanent_link(page, &chain->items[i]);
	}
}

static void write_own_links(struct buf *page, struct visit *visit, const struct leaf *leaf)
{
	struct arena *arena = visit->request->arena;
	long long id = leaf->comment.id;
	if (leaf->comment.state != STORE_HIDDEN && leaf->posted &&
		offer_is_open(visit, &leaf->post)) {
		offer_guarded(
			page, visit, arena_printf(arena, "/comments/%lld/edit", id), "Change it");
		buf_text(page, "You will be asked for the whole text anew.\n=> ");
		show_titan(page, visit->request);
		buf_printf(page,
			"comments/%lld/edit;edit Or change the text as it is (with a client that "
			"knows Titan)\n",
			id);
	}
	offer_guarded(page, visit, arena_printf(arena, "/comments/%lld/delete", id), "Delete it");
	buf_text(page, "You will be asked whether you are sure.\n");
}

static void write_moderator_links(
	struct buf *page, struct visit *visit, const struct store_comment *comment)
{
	buf_text(page, "\n## For moderators\n");
	orders_on_comment(page, visit, comment->id, comment->state);
	buf_text(page, "You will be asked for a reason.\n");
}

static void write_report(struct buf *page, struct visit *visit, const struct store_comment *comment)
{
	bool settled;
	if (visit->reader == READER_BANNED)
		return;
	if (visit->reader == READER_KNOWN && store_report_of(visit->comments->store, comment->id,
						     visit->person.id, &settled) == STORE_OK)
		buf_text(page, settled ? "You have reported this, and a moderator has decided.\n"
				       : "Your report is with the moderators.\n");
	else
		offer_guarded(page, visit,
			arena_printf(
				visit->request->arena, "/comments/%" PRId64 "/report", comment->id),
			"Report it to the moderators");
}

/* What may be done with it. */
static void write_links(struct buf *page, struct visit *visit, const struct leaf *leaf)
{
	const struct store_comment *comment = &leaf->comment;
	bool kept = comment->state != STORE_DELETED && comment->state != STORE_REMOVED;
	buf_byte(page, '\n');
	if (comment->state == STORE_SHOWN && leaf->posted)
		offer_answer(page, visit, &leaf->post, comment->id);
	if (leaf->own && kept)
		write_own_links(page, visit, leaf);
	if (is_shown(leaf))
		show_person_link(page, comment->person, comment->author);
	if (comment->state == STORE_SHOWN && !leaf->own)
		write_report(page, visit, comment);
	if (kept && visit_is_moderator(visit))
		write_moderator_links(page, visit, comment);
}

static void write_answers(struct buf *page, struct visit *visit, const struct leaf *leaf)
{
	const struct store_comments *answers = &leaf->answers;
	if (answers->count > 0)
		buf_text(page, "\n## Passed on by\n");
	else if (leaf->after > 0)
		buf_text(page, "\nNobody has passed it on later than that yet.\n");
	for (size_t i = 0; i < answers->count; i++) {
		show_comment(page, visit->request, &answers->items[i], SHOW_LISTED, false);
		show_permanent_link(page, &answers->items[i]);
	}
	buf_byte(page, '\n');
	if (answers->more)
		buf_printf(page, "=> /comments/%" PRId64 "?after=%" PRId64 " Next page\n",
			leaf->comment.id, answers->items[answers->count - 1].id);
	if (leaf->after > 0)
		buf_printf(page, "=> /comments/%" PRId64 " First page\n", leaf->comment.id);
	if (leaf->posted)
		comments_write_on(
			page, "=> /comments/", leaf->post.slug, "/ All comments on this post\n");
	buf_text(page, "=> /comments/recent The latest comments of everybody\n");
	if (visit->reader == READER_KNOWN)
		buf_text(page, "=> /comments/ Your page\n");
}

/* Where the store did not say who asks, it may be somebody who may see it. */
static void refuse_with(struct visit *visit, enum store_result result)
{
	bool may_be_shown = result == STORE_NONE && visit->reader == READER_RESTING;
	visit_failed(visit, may_be_shown ? STORE_RESTING : result);
}

/* What this reader may not see reads as if it had never been there, or as gone for good; where
 * others have passed it on, a placeholder holds them together. */
static bool refuse(struct visit *visit, const struct leaf *leaf)
{
	if (is_shown(leaf) || leaf->comment.listed)
		return false;
	bool may_come = leaf->comment.state == STORE_HELD || leaf->comment.state == STORE_HIDDEN;
	refuse_with(visit, may_come ? STORE_NONE : STORE_GONE);
	return true;
}

/* STORE_NONE, too, for what this reader is not to know of. */
static enum store_result read_leaf(struct visit *visit, struct leaf *leaf)
{
	struct store *store = visit->comments->store;
	struct span host = visit_host(visit);
	struct arena *arena = visit->request->arena;
	const struct store_comment *comment = &leaf->comment;
	enum store_result result =
		store_comment_by_id(store, host, visit->path.id, arena, &leaf->comment);
	if (result != STORE_OK)
		return result;
	leaf->own = visit->reader == READER_KNOWN && visit->person.id == comment->person;
	leaf->open = (comment->state == STORE_HELD || comment->state == STORE_HIDDEN) &&
		     (leaf->own || visit_is_moderator(visit));
	leaf->posted = visit_find_post(visit, comment->slug, &leaf->post);
	if (comment->parent != 0)
		result = store_chain(store, host, comment->id, CHAIN_MAX, arena, &leaf->chain);
	if (result == STORE_OK)
		result = store_answers(store, host, comment->id, leaf->after, COMMENTS_PER_PAGE,
			arena, &leaf->answers);
	return result;
}

void comment_page(struct visit *visit)
{
	struct leaf leaf = {.own = false};
	if (!visit_cursor(visit, "after", &leaf.after))
		return;
	enum store_result result = read_leaf(visit, &leaf);
	if (result != STORE_OK) {
		refuse_with(visit, result);
		return;
	}
	if (refuse(visit, &leaf))
		return;
	struct buf page;
	visit_page_begin(visit, &page);
	write_title(&page, &leaf);
	write_thanks(&page, visit, &leaf);
	write_post(&page, visit, &leaf);
	write_chain(&page, visit, &leaf);
	show_comment(&page, visit->request, &leaf.comment, SHOW_WHOLE, leaf.open);
	write_links(&page, visit, &leaf);
	write_answers(&page, visit, &leaf);
	visit_page_end(visit, &page);
}
