/*
 * What moderators do: each order is asked for a reason, which goes into the log with it.
 */
#include "comments/orders.h"

#include <inttypes.h>

#include "base/check.h"
#include "comments/account.h"
#include "comments/limits.h"
#include "comments/offer.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "comments/show.h"
#include "store/codes.h"
#include "store/moderation.h"

#define PROMPT_MAX 1024 /* no META is longer */

struct order {
	enum comments_route route;
	enum store_act act;
	const char *word;  /* the last segment of its path */
	const char *label; /* of the link; of a person's, what follows `before` and name */
	const char *before, *behind; /* the question, around whom or what it is about */
};

static const struct order orders[] = {
	{ROUTE_APPROVE, STORE_ACT_APPROVE, "approve", "Approve it: everyone can read it",
		"Show everyone the comment ", "?"},
	{ROUTE_HIDE, STORE_ACT_HIDE, "hide", "Hide it from readers",
		"Hide from all but its author and moderators the comment ", "?"},
	{ROUTE_UNHIDE, STORE_ACT_UNHIDE, "unhide", "Show it again",
		"Show everyone again the comment ", "?"},
	{ROUTE_REMOVE, STORE_ACT_REMOVE, "remove", "Remove it for good",
		"Remove this comment for good, its text too: ", "?"},
	{ROUTE_SETTLE, STORE_ACT_SETTLE, "settle", "Leave it as it is",
		"Leave as it is, and settle the reports of, the comment ", "?"},
	{ROUTE_BAN, STORE_ACT_BAN, "ban", "", "Ban ", " with all their certificates?"},
	{ROUTE_UNBAN, STORE_ACT_UNBAN, "unban", "", "Lift the ban on ", "?"},
	{ROUTE_APPOINT, STORE_ACT_APPOINT, "appoint", " a moderator", "Make ", " a moderator?"},
	{ROUTE_DISMISS, STORE_ACT_DISMISS, "dismiss", " a reader again", "Make ",
		" a reader again?"},
};

static const struct order *order_of(enum comments_route route)
{
	const size_t count = sizeof(orders) / sizeof(orders[0]);
	size_t i = 0;
	while (i < count && orders[i].route != route)
		i++;
	CHECK(i < count);
	return &orders[i];
}

static void link_comment(
	struct buf *page, struct visit *visit, int64_t id, enum comments_route route)
{
	const struct order *order = order_of(route);
	offer_guarded(page, visit,
		arena_printf(visit->request->arena, "/comments/moderation/%" PRId64 "/%s", id,
			order->word),
		order->label);
}

void orders_on_comment(struct buf *page, struct visit *visit, int64_t id, enum store_state state)
{
	if (!visit_is_moderator(visit) || state == STORE_DELETED || state == STORE_REMOVED)
		return;
	if (state == STORE_HELD)
		link_comment(page, visit, id, ROUTE_APPROVE);
	link_comment(page, visit, id, state == STORE_HIDDEN ? ROUTE_UNHIDE : ROUTE_HIDE);
	link_comment(page, visit, id, ROUTE_REMOVE);
}

static void link_person(struct buf *page, struct visit *visit, const struct store_person *person,
	enum comments_route route)
{
	const struct order *order = order_of(route);
	struct arena *arena = visit->request->arena;
	struct buf label;
	buf_init(&label, arena, PROMPT_MAX);
	buf_text(&label, order->before);
	show_name(&label, person->name);
	buf_text(&label, order->label);
	char *text = buf_failed(&label) ? NULL : arena_copy(arena, buf_view(&label));
	offer_guarded(page, visit,
		arena_printf(arena, "/comments/moderation/people/%" PRId64 "/%s", person->id,
			order->word),
		text != NULL ? text : order->before);
}

void orders_on_person(struct buf *page, struct visit *visit, const struct store_person *person)
{
	bool owner = visit->person.role == STORE_OWNER;
	if (!visit_is_moderator(visit) || person->standing == STORE_LEFT ||
		person->id == visit->person.id)
		return;
	if (person->standing == STORE_BANNED) {
		link_person(page, visit, person, ROUTE_UNBAN);
	} else if (person->role == STORE_READER) {
		link_person(page, visit, person, ROUTE_BAN);
		if (owner)
			link_person(page, visit, person, ROUTE_APPOINT);
	} else if (person->role == STORE_MODERATOR && owner) {
		link_person(page, visit, person, ROUTE_DISMISS);
	}
}

/* What was typed as the reason of `order` about `subject`; false: asked. */
static bool ask_reason(struct visit *visit, const struct order *order, const struct buf *subject,
	struct span *reason)
{
	struct span typed, about = buf_view(subject);
	const char *question = arena_printf(visit->request->arena,
		"%s%.*s%s Type your reason, in 1 to 500 characters; it goes into the log",
		order->before, SPAN_ARG(about), order->behind);
	if (!visit_typed(visit, question != NULL ? question : "Type your reason", &typed))
		return false;
	const char *wrong = rules_check_reason(typed, visit->request->arena, reason);
	if (wrong != NULL)
		visit_ask(visit, wrong);
	return wrong == NULL;
}

/* True where it is done; else answered. The store looks again at who may, and at what state the
 * comment or the person is in, when it does it. */
static bool give(struct visit *visit, enum store_act act, int64_t subject, struct span reason)
{
	const struct store_order order = {.capsule = visit_host(visit),
		.act = act,
		.actor = visit->person.id,
		.trusted = visit->trusted,
		.subject = subject,
		.reason = reason,
		.now = visit->request->now};
	enum store_result result = store_moderate(visit->comments->store, &order);
	if (result == STORE_GONE)
		reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE,
			"Somebody was quicker: there is nothing left to do here; "
			"/comments/moderation/ tells what waits");
	else if (result == STORE_BARRED)
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
			"That is not yours to do: nobody acts on themselves, on owners, or on "
			"moderators who were not dismissed before, nor once dismissed or banned");
	else if (result != STORE_OK)
		visit_failed(visit, result);
	return result == STORE_OK;
}

void order_comment(struct visit *visit)
{
	const struct order *order = order_of(visit->path.route);
	struct store_comment comment;
	struct span reason;
	struct buf subject;
	enum store_result result = store_comment_by_id(visit->comments->store, visit_host(visit),
		visit->path.id, visit->request->arena, &comment);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	buf_init(&subject, visit->request->arena, PROMPT_MAX);
	show_excerpt(&subject, &comment);
	buf_text(&subject, " by ");
	show_name(&subject, comment.author);
	if (ask_reason(visit, order, &subject, &reason) &&
		give(visit, order->act, comment.id, reason))
		visit_redirect(visit, STATUS_REDIRECT, "/comments/moderation/", NULL);
}

/* The store does not know whom the configuration makes an owner. STORE_BARRED: this person. */
static enum store_result owns_by_configuration(struct visit *visit, int64_t person)
{
	struct store_certificate *items;
	size_t count;
	char hex[SECRET_HEX_SIZE];
	enum store_result result = store_certificates(
		visit->comments->store, person, visit->request->arena, &items, &count);
	if (result != STORE_OK)
		return result;
	for (size_t i = 0; i < count; i++) {
		secret_hex(items[i].key, hex);
		if (conf_makes_owner(visit->comments->capsule, hex))
			return STORE_BARRED;
	}
	return STORE_OK;
}

void orders_raise_owner(struct visit *visit, struct store_person *person)
{
	if (person->id == visit->person.id)
		person->role = visit->person.role;
	else if (visit->comments->capsule->owner.count > 0 && person->role != STORE_OWNER &&
		 owns_by_configuration(visit, person->id) == STORE_BARRED)
		person->role = STORE_OWNER;
}

void order_person(struct visit *visit)
{
	const struct order *order = order_of(visit->path.route);
	struct store_person person;
	struct span reason;
	struct buf subject;
	enum store_result result = store_person_by_id(visit->comments->store, visit_host(visit),
		visit->path.id, visit->request->arena, &person);
	if (result == STORE_OK && person.standing == STORE_LEFT)
		result = STORE_GONE;
	if (result == STORE_OK && order->act == STORE_ACT_BAN)
		result = owns_by_configuration(visit, person.id);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	buf_init(&subject, visit->request->arena, PROMPT_MAX);
	show_name(&subject, person.name);
	if (ask_reason(visit, order, &subject, &reason) &&
		give(visit, order->act, person.id, reason))
		visit_redirect(visit, STATUS_REDIRECT, "/comments/moderation/people", NULL);
}

static enum store_result store_invitation(struct visit *visit, const struct code *code)
{
	int64_t now = visit->request->now;
	const struct store_code_new invitation = {.capsule = visit_host(visit),
		.kind = STORE_CODE_INVITATION,
		.person = visit->person.id,
		.now = now,
		.expires = now + CODE_INVITE_SECONDS,
		.hash = code->hash};
	return store_code_make(visit->comments->store, &invitation);
}

/* The log has it first: an invitation that it does not know of must not be. */
void order_invite(struct visit *visit)
{
	struct span typed, reason;
	char token[CODE_TOKEN_SIZE];
	struct code code;
	if (visit->comments->capsule->registration != REGISTRATION_INVITATION) {
		reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE,
			"Nobody needs an invitation to register here, or nobody can");
		return;
	}
	if (!visit_typed(visit,
		    "Whom is the invitation for? 1 to 500 characters; it goes into the log",
		    &typed))
		return;
	const char *wrong = rules_check_reason(typed, visit->request->arena, &reason);
	if (wrong != NULL) {
		visit_ask(visit, wrong);
		return;
	}
	if (!limit_by_person(visit, LIMIT_CODES_OF_PERSON) ||
		!give(visit, STORE_ACT_INVITE, 0, reason) ||
		!once_make(visit, ONCE_INVITATION, visit->person.id, token, &code))
		return;
	enum store_result result = store_invitation(visit, &code);
	if (result == STORE_OK)
		visit_redirect(visit, STATUS_REDIRECT,
			arena_printf(visit->request->arena, "/comments/account/code/%s", token),
			NULL);
	else if (result == STORE_TOO_MANY)
		reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE,
			"There are 1,000 invitations that nobody has used yet; wait until some "
			"have, or have run out");
	else
		visit_failed(visit, result);
}
