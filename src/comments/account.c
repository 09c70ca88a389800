/*
 * Logging in, and a reader's own page.
 */
#include "comments/account.h"

#include <inttypes.h>

#include "base/clock.h"
#include "comments/offer.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "comments/show.h"
#include "proto/gemtext.h"
#include "store/codes.h"
#include "store/moderation.h"

#define SECONDS_PER_DAY 86400
#define DAYS_ANNOUNCED  30 /* before a certificate ends */

/* A preformatted line is never wrapped, and half a screen has to do. */
void account_write_fingerprint(struct buf *page, const char *alt,
	const unsigned char bytes[IDENTITY_KEY_SIZE], const char *more)
{
	char fingerprint[IDENTITY_TEXT_SIZE];
	const int half = IDENTITY_TEXT_SIZE / 2; /* with the colon */
	identity_format(bytes, fingerprint);
	buf_printf(page, GEMTEXT_FENCE " %s\nSHA256 %.*s\n       %s\n%s" GEMTEXT_FENCE "\n", alt,
		half, fingerprint, fingerprint + half, more);
}

void account_ask_named(struct visit *visit, enum status status, const char *before,
	struct span name, const char *after)
{
	struct buf question;
	buf_init(&question, visit->request->arena, COMMENTS_PAGE_BYTES);
	buf_text(&question, before);
	gemtext_inline(&question, name, 0);
	buf_text(&question, after);
	struct span text = buf_view(&question);
	reply_status(visit->request, visit->reply, status, "%.*s", SPAN_ARG(text));
}

bool account_name_is_taken(struct visit *visit, struct span folded)
{
	struct store_person other;
	return store_person_by_name(visit->comments->store, visit_host(visit), folded,
		       visit->request->arena, &other) == STORE_OK &&
	       other.id != visit->person.id;
}

/* ---- a certificate that nobody has registered with */

static void write_register_link(
	struct buf *page, struct visit *visit, const struct comments_way *way)
{
	enum conf_registration registration = visit->comments->capsule->registration;
	if (visit->trusted)
		registration = REGISTRATION_OPEN;
	if (registration == REGISTRATION_CLOSED) {
		buf_text(page, "\nNobody new can register here at present. Everybody can read.\n");
		return;
	}
	buf_byte(page, '\n');
	offer_guarded(page, visit, visit_path_along(visit, "/comments/register", way),
		"Register with it");
	buf_printf(page,
		"You will be asked for %sa name. It is kept, with the time and with a fingerprint "
		"of the certificate's key; the page on how commenting works, below, lists all "
		"that is kept.\n",
		registration == REGISTRATION_INVITATION ? "the code of your invitation, then for "
							: "");
}

static void introduce(struct visit *visit, const struct destination *destination)
{
	const struct identity *identity = &visit->request->identity;
	const struct comments_way *way = &destination->way;
	char date[CLOCK_DATE_SIZE];
	struct buf page;
	clock_format_date(identity->not_after, date);
	visit_page_begin(visit, &page);
	buf_text(&page, "# Welcome\n\nYou are new here, or came with another identity than last "
			"time. Your client showed this certificate:\n");
	account_write_fingerprint(&page, "Fingerprint", identity->certificate,
		arena_printf(visit->request->arena, "valid until %s\n", date));
	buf_text(&page, "It is not linked to anyone here yet.\n");
	write_register_link(&page, visit, way);
	offer_guarded(&page, visit, visit_path_along(visit, "/comments/link", way),
		"I am registered already, on another device");
	buf_text(&page, "You will be asked for the code that your other device shows.\n");
	offer_guarded(&page, visit, visit_path_along(visit, "/comments/recover", way),
		"I lost my certificate and have a recovery code");
	buf_text(&page, "You will be asked for your name, then for the code.\n"
			"=> /comments/help How commenting works, and what is kept\n");
	if (comments_way_is_given(way)) {
		buf_text(&page, "\nYou were on your way to: ");
		destination_describe(&page, destination);
		buf_text(&page, ".\n");
	}
	visit_page_end(visit, &page);
}

/* ---- a person's certificate outside its dates: good for nothing but another one */

static void readmit(struct visit *visit)
{
	const struct identity *identity = &visit->request->identity;
	char from[CLOCK_DATE_SIZE], until[CLOCK_DATE_SIZE];
	struct buf page;
	clock_format_date(identity->not_before, from);
	clock_format_date(identity->not_after, until);
	visit_page_begin(visit, &page);
	buf_text(&page, "# ");
	gemtext_inline(&page, visit->person.name, 0);
	if (visit->request->now > identity->not_after)
		buf_printf(
			&page, "\n\nThe certificate that your client showed ended on %s.", until);
	else
		buf_printf(&page,
			"\n\nThe certificate that your client showed is not valid before %s.",
			from);
	buf_text(&page, " Your name and your comments are still yours. Renew it with the same key, "
			"if your client can; or link a new one to your name:\n\n");
	offer_guarded(&page, visit, "/comments/account/device", "1. Make a one-time code for it");
	buf_text(&page, "2. Let your client make a new identity, and choose it for this capsule.\n"
			"=> /comments/link 3. Type the code there\n"
			"\n=> /comments/help How commenting works\n"
			"=> / Home page\n");
	visit_page_end(visit, &page);
}

/* ---- one's own page */

static void announce_end(struct buf *page, struct visit *visit)
{
	int64_t end = visit->request->identity.not_after;
	int64_t days = (end - visit->request->now) / SECONDS_PER_DAY;
	char date[CLOCK_DATE_SIZE];
	if (days >= DAYS_ANNOUNCED)
		return;
	clock_format_date(end, date);
	buf_printf(page, "The certificate that your client showed ends on %s, ", date);
	if (days == 0)
		buf_text(page, "within a day");
	else
		buf_printf(page, "in %" PRId64 " %s", days, days == 1 ? "day" : "days");
	buf_text(page, ". Renew it with the same key, if your client can, and nothing changes. Or "
		       "make a new identity, and link it with a code from here:\n");
	offer_guarded(
		page, visit, "/comments/account/device", "Make a one-time code for a new identity");
	buf_byte(page, '\n');
}

static void write_answer_links(
	struct buf *page, struct visit *visit, const struct store_comments *answers)
{
	for (size_t i = 0; i < answers->count; i++) {
		const struct store_comment *answer = &answers->items[i];
		buf_printf(page, "=> /comments/%" PRId64 " ", answer->id);
		show_name(page, answer->author);
		buf_printf(page, " passed on your comment, %s\n",
			rules_when(answer->written, visit->request->now, visit->request->arena));
	}
}

static void write_answers(struct buf *page, struct visit *visit, const struct store_comments *new)
{
	if (new->more)
		buf_printf(page, "More than %zu answers since your last visit\n", new->count);
	else if (new->count == 0)
		buf_text(page, "No answers since your last visit.\n");
	else
		buf_printf(page, "%zu %s since your last visit\n", new->count,
			new->count == 1 ? "answer" : "answers");
	write_answer_links(page, visit, new);
	buf_text(page, "=> /comments/?answers=0 All answers to you\n");
}

static void write_own_comments(
	struct buf *page, struct visit *visit, const struct store_comments *own)
{
	for (size_t i = 0; i < own->count; i++) {
		const struct store_comment *comment = &own->items[i];
		buf_printf(page, "=> /comments/%" PRId64 " ", comment->id);
		if (comment->text.len > 0)
			show_excerpt(page, comment);
		else
			buf_text(page, "A comment");
		buf_printf(page, ", %s",
			rules_when(comment->written, visit->request->now, visit->request->arena));
		if (comment->state != STORE_SHOWN)
			buf_printf(page, ", %s", show_state(comment->state));
		if (comment->answers == 1)
			buf_text(page, ", passed on once");
		else if (comment->answers > 1)
			buf_printf(page, ", passed on %" PRIu64 " times", comment->answers);
		buf_byte(page, '\n');
	}
	if (own->more)
		buf_printf(page, "=> /comments/?before=%" PRId64 " Older ones\n",
			own->items[own->count - 1].id);
}

static void write_waiting(struct buf *page, struct visit *visit)
{
	uint64_t held, reports;
	buf_text(page, "\n## Moderation\n\n=> /comments/moderation/ ");
	if (store_waiting(visit->comments->store, visit_host(visit), &held, &reports) != STORE_OK)
		buf_text(page, "What waits for you\n");
	else if (held == 0 && reports == 0)
		buf_text(page, "Nothing waits\n");
	else
		buf_printf(page, "%" PRIu64 " %s held, %" PRIu64 " %s\n", held,
			held == 1 ? "comment" : "comments", reports,
			reports == 1 ? "report" : "reports");
}

static void write_own_page(struct buf *page, struct visit *visit, const struct store_comments *own,
	const struct store_comments *answers)
{
	static const char *const roles[] = {[STORE_READER] = "",
		[STORE_MODERATOR] = ", as a moderator",
		[STORE_OWNER] = ", as the capsule's owner"};
	const struct store_person *person = &visit->person;
	announce_end(page, visit);
	buf_text(page, "# ");
	gemtext_inline(page, person->name, 0);
	buf_printf(page, "\n\nYou are logged in with your identity%s.\n\n", roles[person->role]);
	write_answers(page, visit, answers);
	buf_text(page, "\n## Your comments\n\n");
	if (person->comments > 0 || person->held > 0)
		buf_printf(page, "%" PRIu64 " shown to everyone", person->comments);
	if (person->held > 0)
		buf_printf(page, ", %" PRIu64 " waiting for a moderator", person->held);
	if (person->comments > 0 || person->held > 0)
		buf_text(page, ".\n");
	if (own->count == 0)
		buf_text(page, "None yet.\n");
	write_own_comments(page, visit, own);
	if (visit_is_moderator(visit))
		write_waiting(page, visit);
	buf_text(page, "\n## Your account\n\n"
		       "=> /comments/account/ Name, certificates, recovery code, my data, leave\n"
		       "=> /comments/recent The latest comments of everybody\n"
		       "=> / Home page\n");
}

static void own_page(struct visit *visit)
{
	struct store *store = visit->comments->store;
	struct store_person *person = &visit->person;
	struct store_comments own, answers;
	int64_t before = 0;
	if (span_starts_with(visit->request->uri.query, SPAN_LIT("before=")) &&
		!visit_cursor(visit, "before", &before))
		return;
	/* Where it cannot be noted the same answers are new once more. */
	(void)store_person_look(store, person, visit->request->now);
	enum store_result result = store_answers_to(store, person->id, person->looked_before, 0,
		COMMENTS_PER_PAGE, visit->request->arena, &answers);
	if (result == STORE_OK)
		result = store_comments_own(
			store, person->id, before, COMMENTS_PER_PAGE, visit->request->arena, &own);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	write_own_page(&page, visit, &own, &answers);
	visit_page_end(visit, &page);
}

/* Those that were new once, too. */
static void answers_page(struct visit *visit)
{
	struct store_comments answers;
	int64_t before;
	if (!visit_cursor(visit, "answers", &before))
		return;
	enum store_result result = store_answers_to(visit->comments->store, visit->person.id, 0,
		before, COMMENTS_PER_PAGE, visit->request->arena, &answers);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Answers to you\n\n");
	if (answers.count == 0)
		buf_text(&page, before == 0 ? "None yet.\n" : "There are no earlier ones.\n");
	write_answer_links(&page, visit, &answers);
	if (answers.more)
		buf_printf(&page, "=> /comments/?answers=%" PRId64 " Earlier ones\n",
			answers.items[answers.count - 1].id);
	buf_text(&page, "\n=> /comments/account/feed Follow them in your client\n"
			"=> /comments/ Your page\n");
	visit_page_end(visit, &page);
}

void account_home(struct visit *visit)
{
	struct span query = visit->request->uri.query, text;
	struct comments_way way = {.id = 0};
	struct destination destination;
	if (uri_decode_query(query, visit->request->arena, &text))
		(void)comments_way_read(text, &way);
	destination_find(visit, &way, &destination);
	if (visit->reader == READER_EXPIRED)
		readmit(visit);
	else if (visit->reader == READER_UNKNOWN)
		introduce(visit, &destination);
	else if (comments_way_is_given(&destination.way))
		visit_send_on(visit, &destination.way);
	else if (span_starts_with(query, SPAN_LIT("answers=")))
		answers_page(visit);
	else
		own_page(visit);
}

void account_page(struct visit *visit)
{
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Your account\n\nYou are ");
	gemtext_inline(&page, visit->person.name, 0);
	buf_text(&page, " here.\n\n");
	offer_guarded(&page, visit, "/comments/account/rename", "Change your name");
	buf_printf(&page, "=> /comments/people/%" PRId64 " What others see of you\n",
		visit->person.id);
	buf_text(&page, "=> /comments/account/feed Follow answers to you in your client\n"
			"\n## Certificates\n\n"
			"=> /comments/account/certificates Your certificates: see them, remove "
			"one\n");
	offer_guarded(
		&page, visit, "/comments/account/device", "Link another device by a one-time code");
	offer_guarded(&page, visit, "/comments/account/recovery",
		"Make a new recovery code; the one before it ends");
	buf_text(&page, "\n## Your data\n\n");
	offer_guarded(&page, visit, "/comments/account/data.gmi",
		"Your name, certificates and comments, to read");
	offer_guarded(&page, visit, "/comments/account/data.json",
		"All that is kept of you, for programs, as JSON");
	buf_text(&page, "=> /comments/account/leave Leave, with your comments or without\n");
	buf_text(&page, "\n=> /comments/ Your page\n=> /comments/help How commenting works\n");
	if (visit->person.role != STORE_OWNER)
		offer_guarded(&page, visit, "/comments/account/owner", "I have an owner code");
	visit_page_end(visit, &page);
}
