/*
 * What moderators see: what waits for them, what is hidden, who is here, and what was done.
 *
 * A link that changes something asks for a reason first, and ends with the guard of whoever reads
 * the page.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "comments/offer.h"
#include "comments/orders.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "comments/show.h"
#include "proto/gemtext.h"
#include "store/moderation.h"

#define PER_LIST 10 /* of each of the two lists on one page */

static void write_where(struct buf *page, struct visit *visit, const struct store_comment *comment)
{
	struct post post;
	buf_printf(page, "=> /comments/%" PRId64 " The comment on its own page\n", comment->id);
	if (visit_find_post(visit, comment->slug, &post))
		show_post_link(page, &post);
}

static void write_held(struct buf *page, struct visit *visit, const struct store_comments *held)
{
	for (size_t i = 0; i < held->count; i++) {
		const struct store_comment *comment = &held->items[i];
		show_comment(page, visit->request, comment, SHOW_LISTED, true);
		orders_on_comment(page, visit, comment->id, comment->state);
		if (comment->person != visit->person.id)
			show_person_link(page, comment->person, comment->author);
		write_where(page, visit, comment);
	}
	if (held->more)
		buf_printf(page, "\n=> /comments/moderation/?held=%" PRId64 " More that wait\n",
			held->items[held->count - 1].id);
}

static void write_report(struct buf *page, struct visit *visit, const struct store_report *report)
{
	buf_text(page, "\n### Reported by ");
	show_name(page, report->reporter);
	buf_printf(page, ", %s\n",
		rules_when(report->made, visit->request->now, visit->request->arena));
	gemtext_quote(page, report->reason);
	buf_text(page, "The comment is by ");
	show_name(page, report->author);
	buf_printf(page, ", and is %s:\n", show_state(report->state));
	bool cut = gemtext_quote_some(page, report->text, SHOW_LISTED_MAX);
	buf_printf(page, "=> /comments/%" PRId64 " %s\n", report->comment,
		cut ? "All of the comment, on its own page" : "The comment on its own page");
	const char *settle = arena_printf(
		visit->request->arena, "/comments/moderation/%" PRId64 "/settle", report->comment);
	offer_guarded(page, visit, settle, "Leave it as it is");
	orders_on_comment(page, visit, report->comment, report->state);
}

static void write_reports(
	struct buf *page, struct visit *visit, const struct store_reports *reports)
{
	for (size_t i = 0; i < reports->count; i++)
		write_report(page, visit, &reports->items[i]);
	if (reports->more)
		buf_printf(page, "\n=> /comments/moderation/?reports=%" PRId64 " More reports\n",
			reports->items[reports->count - 1].id);
}

static void write_further(struct buf *page, struct visit *visit)
{
	buf_text(page, "\n## Further\n\n"
		       "=> /comments/moderation/hidden Hidden comments\n"
		       "=> /comments/moderation/people People\n");
	if (visit->person.role == STORE_OWNER)
		buf_text(page, "=> /comments/moderation/log What moderators did, and why\n");
	if (visit->comments->capsule->registration == REGISTRATION_INVITATION)
		offer_guarded(page, visit, "/comments/moderation/invite",
			"Invite somebody: a code to register with");
	buf_text(page, "=> /comments/ Your own page\n");
}

/* Which of the two lists goes on where, as the query says. */
static bool read_cursors(struct visit *visit, int64_t *held, int64_t *reports)
{
	*held = *reports = 0;
	if (span_starts_with(visit->request->uri.query, SPAN_LIT("reports=")))
		return visit_cursor(visit, "reports", reports);
	return visit_cursor(visit, "held", held);
}

void moderation_page(struct visit *visit)
{
	struct arena *arena = visit->request->arena;
	struct store *store = visit->comments->store;
	struct store_comments held = {0};
	struct store_reports reports = {0};
	uint64_t held_count, report_count;
	int64_t after_held, after_report;
	if (!read_cursors(visit, &after_held, &after_report))
		return;
	enum store_result result =
		store_waiting(store, visit_host(visit), &held_count, &report_count);
	if (result == STORE_OK && after_report == 0)
		result = store_comments_in_state(
			store, visit_host(visit), STORE_HELD, after_held, PER_LIST, arena, &held);
	if (result == STORE_OK && after_held == 0)
		result = store_reports(
			store, visit_host(visit), after_report, PER_LIST, arena, &reports);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Moderation\n");
	if (held_count == 0 && report_count == 0)
		buf_text(&page, "\nNothing waits for you.\n");
	else
		buf_text(&page, "\nEach link asks for a reason first; nothing happens before you "
				"have given it.\n");
	if (held_count > 0 && after_report == 0)
		buf_printf(&page, "\n## Waiting to be shown (%" PRIu64 ")\n", held_count);
	write_held(&page, visit, &held);
	if (report_count > 0 && after_held == 0)
		buf_printf(&page, "\n## Reports (%" PRIu64 ")\n", report_count);
	write_reports(&page, visit, &reports);
	if (after_held > 0 || after_report > 0)
		buf_text(&page, "\n=> /comments/moderation/ All that waits\n");
	write_further(&page, visit);
	visit_page_end(visit, &page);
}

static void write_back(struct buf *page)
{
	buf_text(page, "=> /comments/moderation/ Moderation\n");
}

void moderation_hidden(struct visit *visit)
{
	struct store_comments hidden;
	int64_t after;
	if (!visit_cursor(visit, "after", &after))
		return;
	enum store_result result =
		store_comments_in_state(visit->comments->store, visit_host(visit), STORE_HIDDEN,
			after, COMMENTS_PER_PAGE, visit->request->arena, &hidden);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Hidden comments\n");
	if (hidden.count == 0)
		buf_text(&page, after == 0 ? "\nNo comment is hidden.\n"
					   : "\nNo further comment is hidden.\n");
	for (size_t i = 0; i < hidden.count; i++) {
		const struct store_comment *comment = &hidden.items[i];
		show_comment(&page, visit->request, comment, SHOW_LISTED, true);
		orders_on_comment(&page, visit, comment->id, comment->state);
		write_where(&page, visit, comment);
	}
	buf_byte(&page, '\n');
	if (hidden.more)
		buf_printf(&page, "=> /comments/moderation/hidden?after=%" PRId64 " Next page\n",
			hidden.items[hidden.count - 1].id);
	write_back(&page);
	visit_page_end(visit, &page);
}

static const char *role_of(const struct store_person *person)
{
	if (person->standing == STORE_BANNED)
		return "Banned";
	switch (person->role) {
	case STORE_MODERATOR:
		return "Moderator";
	case STORE_OWNER:
		return "Owner";
	case STORE_READER:
		break;
	}
	return "Reader";
}

static void write_person(struct buf *page, struct visit *visit, const struct store_person *person)
{
	buf_text(page, "\n### ");
	show_name(page, person->name);
	buf_printf(page, "\n%s, registered %s; comments: %" PRIu64, role_of(person),
		rules_when(person->registered, visit->request->now, visit->request->arena),
		person->comments);
	if (person->held > 0)
		buf_printf(page, ", and %" PRIu64 " waiting", person->held);
	buf_byte(page, '\n');
	show_person_link(page, person->id, person->name);
	if (person->id == visit->person.id)
		buf_text(page, "This is you.\n");
	orders_on_person(page, visit, person);
}

void moderation_people(struct visit *visit)
{
	struct store_people people;
	int64_t after;
	if (!visit_cursor(visit, "after", &after))
		return;
	enum store_result result = store_people(visit->comments->store, visit_host(visit), after,
		COMMENTS_PER_PAGE, visit->request->arena, &people);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# People\n");
	for (size_t i = 0; i < people.count; i++) {
		orders_raise_owner(visit, &people.items[i]);
		write_person(&page, visit, &people.items[i]);
	}
	if (people.count == 0)
		buf_text(&page, "\nNobody else is registered.\n");
	buf_byte(&page, '\n');
	if (people.more)
		buf_printf(&page, "=> /comments/moderation/people?after=%" PRId64 " Next page\n",
			people.items[people.count - 1].id);
	write_back(&page);
	visit_page_end(visit, &page);
}

/* Before and behind whom it concerns. */
static void say_act(enum store_act act, const char **before, const char **behind)
{
	static const struct {
		const char *before, *behind;
	} words[] = {
		[STORE_ACT_APPROVE] = {"approved a comment by ", ""},
		[STORE_ACT_HIDE] = {"hid a comment by ", ""},
		[STORE_ACT_UNHIDE] = {"showed again a comment by ", ""},
		[STORE_ACT_REMOVE] = {"removed a comment by ", ""},
		[STORE_ACT_SETTLE] = {"left as it is a comment by ", ""},
		[STORE_ACT_BAN] = {"banned ", ""},
		[STORE_ACT_UNBAN] = {"lifted the ban on ", ""},
		[STORE_ACT_APPOINT] = {"made ", " a moderator"},
		[STORE_ACT_DISMISS] = {"made ", " a reader again"},
	};
	bool known = (size_t)act < sizeof(words) / sizeof(words[0]);
	*before = known ? words[act].before : "did something about ";
	*behind = known ? words[act].behind : "";
}

static void write_action(struct buf *page, const struct store_action *action)
{
	char when[CLOCK_TIME_SIZE];
	const char *before, *behind;
	clock_format_time(action->made, when);
	buf_printf(page, "\n### %.10s %.5s, ", when, when + 11);
	if (action->actor == 0)
		buf_text(page, "at the shell");
	else
		show_name(page, action->actor_name);
	if (action->act == STORE_ACT_INVITE) {
		buf_text(page, ": made an invitation\n");
	} else if (action->act == STORE_ACT_CLAIM) {
		buf_text(page, ": became an owner by a code\n");
	} else {
		say_act(action->act, &before, &behind);
		buf_printf(page, ": %s", before);
		show_name(page, action->person_name);
		buf_printf(page, "%s\n", behind);
	}
	gemtext_quote(page, action->reason);
	if (action->comment != 0)
		buf_printf(page, "=> /comments/%" PRId64 " The comment\n", action->comment);
}

void moderation_log(struct visit *visit)
{
	struct store_actions actions;
	int64_t before;
	if (!visit_cursor(visit, "before", &before))
		return;
	enum store_result result = store_actions(visit->comments->store, visit_host(visit), before,
		COMMENTS_PER_PAGE, visit->request->arena, &actions);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# What moderators did\n\nTimes are UTC; names as they were then.\n");
	for (size_t i = 0; i < actions.count; i++)
		write_action(&page, &actions.items[i]);
	if (actions.count == 0)
		buf_text(&page, "\nNothing so far.\n");
	buf_byte(&page, '\n');
	if (actions.more)
		buf_printf(&page, "=> /comments/moderation/log?before=%" PRId64 " Earlier\n",
			actions.items[actions.count - 1].id);
	write_back(&page);
	visit_page_end(visit, &page);
}
