/*
 * What a page offers its reader to do.
 */
#include "comments/offer.h"

#include <inttypes.h>

#include "base/clock.h"
#include "comments/closing.h"
#include "comments/show.h"
#include "store/moderation.h"

#define NUMBER_OF(count, one, many) (count), (count) == 1 ? (one) : (many)

static void write_closed(struct buf *page, int64_t since)
{
	char date[CLOCK_DATE_SIZE];
	clock_format_date(since, date);
	if (since != 0)
		buf_printf(page, "Comments on this post are closed since %s.\n", date);
	else
		buf_text(page, "Comments are closed.\n");
}

/* Moderators pass by themselves, and need not be told. */
static void write_holding(struct buf *page, const struct visit *visit)
{
	enum conf_commenting commenting = visit->comments->capsule->commenting;
	bool shown_before = visit->reader == READER_KNOWN && visit->person.comments > 0;
	if (visit_is_moderator(visit) || visit->reader == READER_BANNED)
		return;
	if (commenting == COMMENTING_HELD)
		buf_text(page, "A moderator reads each comment before everybody can.\n");
	else if (commenting == COMMENTING_FIRST && !shown_before)
		buf_text(page, "A moderator reads your first comment before everybody can.\n");
}

/* What waits: one's own, and for moderators what they have to look at. */
static void write_waiting(struct buf *page, struct visit *visit)
{
	uint64_t held, reports;
	if (visit->person.held > 0)
		buf_printf(page, "=> /comments/ %" PRIu64 " %s for a moderator\n",
			NUMBER_OF(visit->person.held, "comment of yours waits",
				"comments of yours wait"));
	if (visit_is_moderator(visit) &&
		store_waiting(visit->comments->store, visit_host(visit), &held, &reports) ==
			STORE_OK &&
		held + reports > 0)
		buf_printf(page,
			"=> /comments/moderation/ To moderate: %" PRIu64 " %s, %" PRIu64 " %s\n",
			NUMBER_OF(held, "held comment", "held comments"),
			NUMBER_OF(reports, "report", "reports"));
}

/* The post lies outside /comments/, so many clients show no identity there: the link has to be true
 * for those who are registered, too. */
static void invite(struct buf *page, const struct visit *visit, const struct post *post)
{
	enum conf_registration registration = visit->comments->capsule->registration;
	comments_write_on(page, "=> /comments/?", post->slug, "/new ");
	if (registration == REGISTRATION_CLOSED) {
		buf_text(page,
			"Log in to leave a comment\n"
			"Only whoever has registered can comment; nobody new can register at "
			"the moment.\n");
		return;
	}
	buf_text(page, "Log in or register to leave a comment\n"
		       "You need an identity (a client certificate). Your client makes one in a "
		       "moment; no e-mail, no password.\n");
	if (registration == REGISTRATION_INVITATION)
		buf_text(page, "To register you also need an invitation from a moderator.\n");
	buf_text(page, "=> /comments/help How that works\n");
}

static void write_banned(struct buf *page)
{
	buf_text(page, "A moderator has banned your name; you can go on reading.\n");
}

static void write_titan(struct buf *page, const struct visit *visit)
{
	buf_text(page, "=> ");
	show_titan(page, visit->request);
}

bool offer_is_open(const struct visit *visit, const struct post *post)
{
	int64_t since;
	return visit_is_moderator(visit) ||
	       post_is_open(visit->comments->capsule, post, visit->request->now, &since);
}

/* Says since when a post takes no comments, where that is so; true where this reader may write. */
static bool say_whether_open(struct buf *page, const struct visit *visit, const struct post *post)
{
	int64_t since;
	if (post_is_open(visit->comments->capsule, post, visit->request->now, &since))
		return true;
	write_closed(page, since);
	if (visit_is_moderator(visit))
		buf_text(page, "As a moderator you can write all the same.\n");
	return visit_is_moderator(visit);
}

static void write_new_links(struct buf *page, struct visit *visit, const struct post *post)
{
	const struct comments_way way = {.slug = post->slug};
	offer_address(page, visit, visit_path_along(visit, "/comments", &way));
	buf_text(page, " Leave a comment (as ");
	show_name(page, visit->person.name);
	buf_text(page, ")\nYou will be asked for its text.\n");
	write_titan(page, visit);
	comments_write_on(page, "comments/", post->slug,
		"/new Or write a longer one (with a client that knows Titan)\n");
}

void offer_comment(struct buf *page, struct visit *visit, const struct post *post)
{
	if (say_whether_open(page, visit, post)) {
		if (visit->reader == READER_KNOWN)
			write_new_links(page, visit, post);
		else if (visit->reader == READER_BANNED)
			write_banned(page);
		else
			invite(page, visit, post);
		write_holding(page, visit);
	}
	if (visit->reader == READER_KNOWN) {
		write_waiting(page, visit);
		buf_text(page, "=> /comments/ Your page\n");
	}
}

void offer_answer(struct buf *page, struct visit *visit, const struct post *post, int64_t comment)
{
	if (!say_whether_open(page, visit, post))
		return;
	if (visit->reader == READER_BANNED) {
		write_banned(page);
		return;
	}
	bool known = visit->reader == READER_KNOWN;
	const struct comments_way way = {.id = comment};
	offer_guarded(page, visit, visit_path_along(visit, "/comments", &way), "Pass it on");
	buf_printf(page, "You will be asked what you would like to add%s.\n",
		known ? "" : ", or first to log in or register");
	if (known) {
		write_titan(page, visit);
		buf_printf(page,
			"comments/%" PRId64
			"/reply Or write a longer one (with a client that knows Titan)\n",
			comment);
	}
	write_holding(page, visit);
}

void offer_address(struct buf *page, struct visit *visit, const char *path)
{
	if (visit->request->identity.present)
		path = visit_guarded(visit, path);
	if (path == NULL) {
		page->failed = true;
		return;
	}
	buf_text(page, "=> ");
	uri_append_path(page, span_of(path));
}

void offer_guarded(struct buf *page, struct visit *visit, const char *path, const char *label)
{
	offer_address(page, visit, path);
	buf_printf(page, " %s\n", label);
}

void offer_feeds(struct buf *page, const struct post *post)
{
	comments_write_on(page, "=> /comments/", post->slug, "/feed.gmi Follow these comments\n");
	comments_write_on(page, "=> /comments/", post->slug, "/atom.xml Follow them as Atom\n");
}
