/*
 * The section under a post. Whoever reads without a certificate gets the remembered one.
 */
#include <inttypes.h>

#include "base/check.h"
#include "base/clock.h"
#include "comments/closing.h"
#include "comments/offer.h"
#include "comments/show.h"
#include "proto/gemtext.h"

#define LATEST_MAX 5

static uint64_t generation_of(const struct comments *comments)
{
	_Atomic uint64_t *generation = comments->shared->generation;
	return generation != NULL ? atomic_load(generation) : 0;
}

bool comments_section_known(struct comments *comments, struct request *request,
	const struct post *post, struct span *section)
{
	CHECK_MAGIC(comments, COMMENTS_MAGIC);
	return !request->identity.present &&
	       sections_find(&comments->sections, post->slug, generation_of(comments),
		       clock_monotonic_ms(), request->arena, section);
}

static void write_comments(struct buf *page, struct visit *visit, const struct post *post,
	const struct store_comments *latest)
{
	int64_t since;
	if (latest->total == 0) {
		buf_text(page, "## Comments\n\nNo comments yet.");
		if (post_is_open(visit->comments->capsule, post, visit->request->now, &since))
			buf_text(page, " Yours could be the first.");
		buf_byte(page, '\n');
		return;
	}
	buf_printf(page, "## Comments (%" PRIu64 ")\n", latest->total);
	for (size_t i = 0; i < latest->count; i++) {
		show_comment(page, visit->request, &latest->items[i], SHOW_LISTED, false);
		show_permanent_link(page, &latest->items[i]);
	}
	comments_write_on(page, "\n=> /comments/", post->slug, "/ ");
	if (latest->more)
		buf_printf(page, "Read all %" PRIu64 " comments\n", latest->total);
	else
		buf_text(page, "The comments on their own page\n");
}

static void write_section(struct buf *page, struct visit *visit, const struct post *post,
	const struct store_comments *latest)
{
	write_comments(page, visit, post, latest);
	buf_byte(page, '\n');
	offer_comment(page, visit, post);
	offer_feeds(page, post);
}

struct span comments_section(
	struct comments *comments, struct request *request, const struct post *post)
{
	CHECK_MAGIC(comments, COMMENTS_MAGIC);
	/* Before the store is asked: a comment that comes in meanwhile makes this one old. */
	uint64_t generation = generation_of(comments);
	int64_t made = clock_monotonic_ms();
	struct visit visit = {.comments = comments, .request = request};
	struct store_comments latest;
	visit_meet(&visit);
	bool resting = visit.reader == READER_RESTING ||
		       store_thread_latest(comments->store, visit_host(&visit), post->slug,
			       LATEST_MAX, request->arena, &latest) != STORE_OK;

	struct buf page;
	buf_init(&page, request->arena, COMMENTS_PAGE_BYTES);
	buf_text(&page, "\n───────────────\n\n");
	if (resting)
		buf_text(&page, "## Comments\n\n" COMMENTS_RESTING ".\n");
	else
		write_section(&page, &visit, post, &latest);
	if (comments->capsule->contact[0] != '\0')
		gemtext_link(&page, comments->capsule->contact, "Write to the author");
	if (buf_failed(&page))
		return (struct span){0}; /* the post is served all the same */
	if (!resting && !request->identity.present)
		sections_remember(
			&comments->sections, post->slug, generation, made, buf_view(&page));
	return buf_view(&page);
}
