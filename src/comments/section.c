/*
 * The section under a post. Whoever reads without a certificate gets the remembered one.
 */
#include <inttypes.h>

#include "base/check.h"
#include "base/clock.h"
#include "comments/visit.h"
#include "proto/gemtext.h"

#define LATEST_MAX 5

static uint64_t generation_of(const struct comments *comments)
{
	return comments->generation != NULL ? atomic_load(comments->generation) : 0;
}

bool comments_section_known(struct comments *comments, struct request *request,
	const struct post *post, struct span *section)
{
	CHECK_MAGIC(comments, COMMENTS_MAGIC);
	return !request->identity.present &&
	       sections_find(&comments->sections, post->slug, generation_of(comments),
		       clock_monotonic_ms(), request->arena, section);
}

static void write_comments(struct buf *page, struct request *request, const struct post *post,
	const struct store_comments *latest)
{
	if (latest->total == 0) {
		buf_text(page, "## Comments\n\nNo comments yet. Yours could be the first.\n");
		return;
	}
	buf_printf(page, "## Comments (%" PRIu64 ")\n", latest->total);
	for (size_t i = 0; i < latest->count; i++)
		comment_write(page, request, &latest->items[i]);
	comments_write_on(page, "\n=> /comments/", post->slug, "/ ");
	if (latest->more)
		buf_printf(page, "Read all %" PRIu64 " comments\n", latest->total);
	else
		buf_text(page, "The comments on their own page\n");
}

/* `person` is NULL for whoever is not known. The post lies outside /comments/, so many clients
 * show no identity here: the link has to be true for those who are registered, too. */
static void write_invitation(
	struct buf *page, const struct post *post, const struct store_person *person)
{
	buf_byte(page, '\n');
	if (person != NULL) {
		comments_write_on(page, "=> /comments/", post->slug, "/new Leave a comment (as ");
		gemtext_inline(page, person->name, 0);
		buf_text(page, ")\nYou will be asked for its text.\n");
		return;
	}
	comments_write_on(
		page, "=> /comments/?", post->slug, "/new Log in or register to leave a comment\n");
	buf_text(page, "You need an identity (a client certificate). Your client makes one in a "
		       "moment; no e-mail, no password.\n"
		       "=> /comments/help How that works\n");
}

struct span comments_section(
	struct comments *comments, struct request *request, const struct post *post)
{
	CHECK_MAGIC(comments, COMMENTS_MAGIC);
	/* Before the store is asked: a comment that comes in meanwhile makes this one old. */
	uint64_t generation = generation_of(comments);
	int64_t made = clock_monotonic_ms();
	struct store_person person;
	struct store_comments latest;
	enum reader reader = visit_reader(comments, request, &person);
	bool resting = reader == READER_RESTING ||
		       store_thread_latest(comments->store, span_of(comments->capsule->host),
			       post->slug, LATEST_MAX, request->arena, &latest) != STORE_OK;

	struct buf page;
	buf_init(&page, request->arena, COMMENTS_PAGE_BYTES);
	buf_text(&page, "\n───────────────\n\n");
	if (resting) {
		buf_text(&page, "## Comments\n\n" COMMENTS_RESTING ".\n");
	} else {
		write_comments(&page, request, post, &latest);
		write_invitation(&page, post, reader == READER_KNOWN ? &person : NULL);
	}
	if (comments->capsule->contact[0] != '\0')
		gemtext_link(&page, comments->capsule->contact, "Write to the author");
	if (buf_failed(&page))
		return (struct span){0}; /* the post is served all the same */
	if (!resting && !request->identity.present)
		sections_remember(
			&comments->sections, post->slug, generation, made, buf_view(&page));
	return buf_view(&page);
}
