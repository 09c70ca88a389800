/*
 * How a certificate becomes somebody's: by a name, or by the code of somebody who has one.
 */
#include "comments/account.h"
#include "comments/limits.h"
#include "comments/offer.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "proto/gemtext.h"
#include "store/codes.h"

/* In place of a token, for who was linked by another device's code: nothing is shown to them. */
#define LINKED "linked"

/* Drawn like a slash and a dot, and folded to them: a segment of a path cannot hold these. */
#define WIDE_SLASH "\xef\xbc\x8f"
#define WIDE_DOT   "\xef\xbc\x8e"

static struct store_redeemed redeemed_by(const struct visit *visit, const unsigned char *hash)
{
	const struct request *request = visit->request;
	return (struct store_redeemed){.capsule = visit_host(visit),
		.hash = hash,
		.key = request->identity.key,
		.now = request->now,
		.ends = request->identity.not_after};
}

static void send_to_welcome(struct visit *visit, const char *token)
{
	struct destination destination;
	const char *front = arena_printf(visit->request->arena, "/comments/welcome/%s", token);
	destination_find(visit, &visit->path.way, &destination);
	visit_redirect(
		visit, STATUS_REDIRECT, visit_path_along(visit, front, &destination.way), NULL);
}

/* With a recovery code to be shown there. Where it cannot be made the name is theirs all the same,
 * and that page offers to make one. */
static void welcome_with_code(struct visit *visit, int64_t person)
{
	char token[CODE_TOKEN_SIZE];
	send_to_welcome(visit, once_make_recovery(visit, person, token) ? token : "later");
}

/* The key is somebody's by now: this very reader was quicker elsewhere. */
static bool is_somebodys(struct visit *visit)
{
	visit_meet(visit);
	return visit->reader != READER_UNKNOWN;
}

static void refuse_somebodys(struct visit *visit)
{
	reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
		"This identity belongs to a name here already; /comments/ tells to which");
}

/* ---- a name */

static bool needs_invitation(const struct visit *visit)
{
	return visit->comments->capsule->registration == REGISTRATION_INVITATION && !visit->trusted;
}

static bool is_closed(const struct visit *visit)
{
	return visit->comments->capsule->registration == REGISTRATION_CLOSED && !visit->trusted;
}

/* To another page that asks, and then on along the way. */
static void send_to(struct visit *visit, const char *front)
{
	struct destination destination;
	destination_find(visit, &visit->path.way, &destination);
	visit_redirect(visit, STATUS_REDIRECT,
		visit_guarded(visit, visit_path_along(visit, front, &destination.way)), NULL);
}

static void keep_name(struct visit *visit, struct span name, struct span folded)
{
	const struct identity *identity = &visit->request->identity;
	const struct store_person_new person = {.capsule = visit_host(visit),
		.name = name,
		.folded = folded,
		.key = identity->key,
		.now = visit->request->now,
		.ends = identity->not_after,
		.invited = needs_invitation(visit)};
	int64_t id;
	enum store_result result = store_person_add(visit->comments->store, &person, &id);
	if (result == STORE_OK)
		welcome_with_code(visit, id);
	else if (result == STORE_TAKEN && is_somebodys(visit))
		visit_send_on(visit, &visit->path.way);
	else if (result == STORE_TAKEN)
		visit_ask(visit, "That name is taken. Please type another name");
	else if (result == STORE_BARRED)
		send_to(visit, "/comments/invitation");
	else
		visit_failed(visit, result);
}

/* STORE_OK: this key may register. Asked before the name, so that nobody types one in vain. */
static enum store_result is_invited(struct visit *visit)
{
	return needs_invitation(visit)
		       ? store_key_is_invited(visit->comments->store, visit_host(visit),
				 visit->request->identity.key, visit->request->now)
		       : STORE_OK;
}

void join_register(struct visit *visit)
{
	if (is_closed(visit)) {
		/* To the page that says so, and that leads on whoever is registered already. */
		visit_send_away(visit, &visit->path.way);
		return;
	}
	enum store_result invited = is_invited(visit);
	if (invited == STORE_NONE) {
		send_to(visit, "/comments/invitation");
		return;
	}
	if (invited != STORE_OK) {
		visit_failed(visit, invited);
		return;
	}
	struct conf_texts names = visit->comments->capsule->names;
	struct span typed, name, folded;
	if (!visit_typed(visit, "What name would you like to go by? 1 to 32 characters", &typed))
		return;
	const char *wrong = rules_check_name(typed, (struct host_names){names.items, names.count},
		visit->request->arena, &name, &folded);
	if (wrong != NULL)
		visit_ask(visit, wrong);
	else if (account_name_is_taken(visit, folded))
		visit_ask(visit, "That name is taken. Please type another name");
	else if (limit_by_address(visit, LIMIT_REGISTRATIONS_OF_ADDRESS))
		keep_name(visit, name, folded);
}

void join_invitation(struct visit *visit)
{
	struct code code;
	if (is_closed(visit) || is_invited(visit) == STORE_OK) {
		send_to(visit, "/comments/register");
		return;
	}
	if (!once_typed(visit, "Please type the code of your invitation", &code) ||
		!once_may_guess(visit))
		return;
	const struct store_redeemed redeemed = redeemed_by(visit, code.hash);
	enum store_result result = store_code_invite(visit->comments->store, &redeemed);
	if (result == STORE_OK)
		send_to(visit, "/comments/register");
	else if (result == STORE_NONE)
		visit_ask_secret(visit, "No invitation has that code, or it was used, or has run "
					"out. Please type it again");
	else if (result == STORE_TAKEN)
		refuse_somebodys(visit);
	else
		visit_failed(visit, result);
}

/* ---- another device's code, or the recovery code */

static void answer_failed_link(struct visit *visit, enum store_result result, const char *none)
{
	if (result == STORE_NONE)
		visit_ask_secret(visit, none);
	else if (result == STORE_TAKEN)
		refuse_somebodys(visit);
	else if (result == STORE_TOO_MANY) /* the code is still good */
		visit_ask_secret(visit, "That name has all the certificates that it can have. "
					"Remove one on your other device, then type the code "
					"again");
	else
		visit_failed(visit, result);
}

void join_link(struct visit *visit)
{
	struct code code;
	int64_t person;
	if (!once_typed(
		    visit, "Please type the one-time code that your other device shows", &code) ||
		!once_may_guess(visit))
		return;
	const struct store_redeemed redeemed = redeemed_by(visit, code.hash);
	enum store_result result = store_code_link(visit->comments->store, &redeemed, &person);
	if (result == STORE_OK)
		send_to_welcome(visit, LINKED);
	else
		answer_failed_link(visit, result,
			"That code is not known: it was used, or its quarter of an hour is over. "
			"Please make and type another");
}

/* A name as a segment of a path: what cannot stand there becomes what folds to it. */
static const char *segment_of(struct visit *visit, struct span name)
{
	struct buf segment;
	bool dots = span_equal(name, SPAN_LIT(".")) || span_equal(name, SPAN_LIT(".."));
	buf_init(&segment, visit->request->arena, COMMENTS_PAGE_BYTES);
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '/')
			buf_text(&segment, WIDE_SLASH);
		else if (dots)
			buf_text(&segment, WIDE_DOT);
		else
			buf_byte(&segment, name.ptr[i]);
	}
	return buf_failed(&segment) ? NULL : arena_copy(segment.arena, buf_view(&segment));
}

/* The same question follows whether there is such a name or not. */
void join_recover(struct visit *visit)
{
	struct span typed, name = {NULL, 0}, folded = {NULL, 0};
	if (!visit_typed(visit, "What is your name here?", &typed))
		return;
	const char *wrong = rules_check_name(
		typed, (struct host_names){NULL, 0}, visit->request->arena, &name, &folded);
	if (folded.len == 0) {
		visit_ask(visit, wrong != NULL ? wrong : "What is your name here?");
		return;
	}
	const char *segment = segment_of(visit, name);
	const char *front = segment == NULL ? NULL
					    : arena_printf(visit->request->arena,
						      "/comments/recover/as/%s", segment);
	send_to(visit, front);
}

/* What an unknown name is answered takes the same work as what a known one is: a salt, as good as
 * random and always the same for the same name, and all the rounds. */
static enum store_result try_recovery(
	struct visit *visit, struct span folded, const struct code *code, int64_t *person)
{
	const struct comments_shared *shared = visit->comments->shared;
	struct span key = {(const char *)shared->secret, sizeof(shared->secret)};
	unsigned char salt[STORE_KEY_SIZE], none[STORE_KEY_SIZE], stretched[STORE_KEY_SIZE];
	if (!secret_hash(key, folded, none))
		return STORE_RESTING;
	enum store_result result =
		store_recovery_salt(visit->comments->store, visit_host(visit), folded, salt);
	if (result != STORE_OK && result != STORE_NONE)
		return result;
	if (!once_stretch(code, result == STORE_OK ? salt : none, stretched))
		return STORE_RESTING;
	const struct store_redeemed redeemed = redeemed_by(visit, stretched);
	return store_recovery_link(visit->comments->store, folded, &redeemed, person);
}

void join_recover_as(struct visit *visit)
{
	struct span name = visit->path.word, folded = {NULL, 0};
	struct code code;
	int64_t person;
	if (visit->request->uri.query.len == 0) {
		account_ask_named(visit, STATUS_SENSITIVE_INPUT,
			"Please type the recovery code of ", name, "");
		return;
	}
	/* Whatever rules names have by now, an old one is still somebody's. */
	(void)rules_check_name(
		name, (struct host_names){NULL, 0}, visit->request->arena, &name, &folded);
	if (folded.len == 0) {
		visit_not_found(visit);
		return;
	}
	if (!once_typed(visit, "", &code) || !once_may_guess(visit) ||
		!limit_by_bytes(visit, LIMIT_GUESSES_AT_NAME, folded.ptr, folded.len))
		return;
	enum store_result result = try_recovery(visit, folded, &code, &person);
	if (result == STORE_OK)
		welcome_with_code(visit, person);
	else
		answer_failed_link(visit, result,
			"That is not the recovery code of this name. Please type it again");
}

/* ---- in */

static void write_recovery_code(struct buf *page, struct visit *visit)
{
	enum once kind;
	struct code code;
	if (once_take(visit, visit->path.word, &kind, &code) != STORE_OK || kind != ONCE_RECOVERY) {
		buf_text(page, "\nYour recovery code is not shown here a second time. If you have "
			       "not kept it, make a new one.\n");
		offer_guarded(page, visit, "/comments/account/recovery",
			"Make a new recovery code; the one before it ends");
		return;
	}
	buf_printf(page,
		"\n## Keep this\n\n" GEMTEXT_FENCE " Recovery code\n%s\n" GEMTEXT_FENCE "\n"
		"It is shown once: write it down. With it and your name you can link a new "
		"certificate if you lose this one.\n",
		code.text);
}

/* What happened. Who has not been linked by another device, and yet has more certificates than
 * one, has recovered a name. */
static void write_whose(struct buf *page, struct visit *visit)
{
	struct store_certificate *items;
	size_t count;
	bool linked = span_equal(visit->path.word, SPAN_LIT(LINKED));
	buf_text(page, "The certificate that you showed now belongs to ");
	gemtext_inline(page, visit->person.name, 0);
	buf_text(page, ".\n");
	if (!linked &&
		store_certificates(visit->comments->store, visit->person.id, visit->request->arena,
			&items, &count) == STORE_OK &&
		count > 1)
		buf_text(page, "The one that you lost is still linked to that name: remove it, so "
			       "that nobody else can use it.\n"
			       "=> /comments/account/certificates Remove the lost certificate\n");
	buf_byte(page, '\n');
}

void join_welcome(struct visit *visit)
{
	struct buf page;
	struct destination destination;
	destination_find(visit, &visit->path.way, &destination);
	visit_page_begin(visit, &page);
	buf_text(&page, "# Hello, ");
	gemtext_inline(&page, visit->person.name, 0);
	buf_text(&page, "\n\n");
	write_whose(&page, visit);
	if (comments_way_is_given(&destination.way)) {
		offer_address(&page, visit, visit_path_along(visit, "/comments", &destination.way));
		buf_text(&page, " Go on: ");
		destination_describe(&page, &destination);
		buf_byte(&page, '\n');
	}
	buf_text(&page, "=> /comments/ Your page\n=> / Home page\n");
	if (!span_equal(visit->path.word, SPAN_LIT(LINKED)))
		write_recovery_code(&page, visit);
	buf_text(&page, "\nKeep your identity in your client, and choose it again whenever you "
			"come back.\n");
	visit_page_end(visit, &page);
}
