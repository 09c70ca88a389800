/*
 * What one changes about oneself: name, certificates, codes, the feed of answers.
 */
#include <string.h>

#include "base/clock.h"
#include "comments/account.h"
#include "comments/limits.h"
#include "comments/offer.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "proto/gemtext.h"
#include "store/codes.h"

#define CERTIFICATES "/comments/account/certificates"

/* ---- name */

static void keep_new_name(struct visit *visit, struct span name, struct span folded)
{
	enum store_result result = store_person_rename(
		visit->comments->store, visit->person.id, name, folded, visit->request->now);
	if (result == STORE_OK)
		visit_redirect(visit, STATUS_REDIRECT, "/comments/account/", NULL);
	else if (result == STORE_TAKEN)
		visit_ask(visit, "That name is taken. Please type another name");
	else
		visit_failed(visit, result);
}

void settings_rename(struct visit *visit)
{
	struct conf_texts names = visit->comments->capsule->names;
	struct span typed, name, folded;
	if (visit->request->uri.query.len == 0) {
		account_ask_named(visit, STATUS_INPUT, "What name would you like instead of ",
			visit->person.name,
			"? 1 to 32 characters. The old one is kept from others for 90 days");
		return;
	}
	if (!visit_typed(visit, "", &typed))
		return;
	const char *wrong = rules_check_name(typed, (struct host_names){names.items, names.count},
		visit->request->arena, &name, &folded);
	if (wrong != NULL)
		visit_ask(visit, wrong);
	else if (span_equal(name, visit->person.name))
		visit_redirect(visit, STATUS_REDIRECT, "/comments/account/", NULL);
	else if (account_name_is_taken(visit, folded))
		visit_ask(visit, "That name is taken. Please type another name");
	else if (limit_by_person(visit, LIMIT_RENAMES_OF_PERSON))
		keep_new_name(visit, name, folded);
}

/* ---- certificates */

static bool is_in_use(const struct visit *visit, const unsigned char key[STORE_KEY_SIZE])
{
	return memcmp(visit->request->identity.key, key, STORE_KEY_SIZE) == 0;
}

static void write_certificate(struct buf *page, struct visit *visit,
	const struct store_certificate *certificate, bool is_removable)
{
	char added[CLOCK_DATE_SIZE], used[CLOCK_DATE_SIZE], ends[CLOCK_DATE_SIZE];
	char hex[SECRET_HEX_SIZE];
	clock_format_date(certificate->added, added);
	clock_format_date(certificate->used, used);
	clock_format_date(certificate->ends, ends);
	buf_printf(page, "\n### %s\n",
		is_in_use(visit, certificate->key) ? "The one that you showed now" : "Another one");
	account_write_fingerprint(page, "Fingerprint of the key", certificate->key, "");
	buf_printf(page, "* first shown on %s\n* last shown on %s\n", added, used);
	if (certificate->ends != 0)
		buf_printf(page, "* %s on %s\n",
			certificate->ends < visit->request->now ? "ended" : "ends", ends);
	if (!is_removable)
		return;
	secret_hex(certificate->key, hex);
	const char *path = arena_printf(visit->request->arena, CERTIFICATES "/%s/remove", hex);
	offer_guarded(page, visit, path, "Remove it");
}

void settings_certificates(struct visit *visit)
{
	struct store_certificate *items;
	size_t count;
	enum store_result result = store_certificates(
		visit->comments->store, visit->person.id, visit->request->arena, &items, &count);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	buf_printf(&page,
		"# Your certificates\n\n"
		"Each of them is you here; %d at most. They are known by their keys: a "
		"certificate renewed with the same key stays the same one.\n",
		STORE_CERTIFICATES_MAX);
	for (size_t i = 0; i < count; i++)
		write_certificate(&page, visit, &items[i], !is_in_use(visit, items[i].key));
	buf_byte(&page, '\n');
	offer_guarded(
		&page, visit, "/comments/account/device", "Link another device by a one-time code");
	buf_text(&page, "=> /comments/account/ Your account\n");
	visit_page_end(visit, &page);
}

static bool hex_digit(char c, unsigned *value)
{
	if (c >= '0' && c <= '9')
		*value = (unsigned)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*value = (unsigned)(c - 'a') + 10;
	else
		return false;
	return true;
}

/* As secret_hex writes it, and in no other way. */
static bool read_key(struct span hex, unsigned char key[STORE_KEY_SIZE])
{
	if (hex.len != (size_t)2 * STORE_KEY_SIZE)
		return false;
	for (size_t i = 0; i < STORE_KEY_SIZE; i++) {
		unsigned high, low;
		if (!hex_digit(hex.ptr[2 * i], &high) || !hex_digit(hex.ptr[2 * i + 1], &low))
			return false;
		key[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool is_mine(const struct store_certificate *items, size_t count,
	const unsigned char key[STORE_KEY_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		if (memcmp(items[i].key, key, STORE_KEY_SIZE) == 0)
			return true;
	}
	return false;
}

void settings_certificate_remove(struct visit *visit)
{
	unsigned char key[STORE_KEY_SIZE];
	struct store_certificate *items;
	struct store *store = visit->comments->store;
	size_t count;
	if (!read_key(visit->path.word, key)) {
		visit_not_found(visit);
		return;
	}
	enum store_result result =
		store_certificates(store, visit->person.id, visit->request->arena, &items, &count);
	if (result == STORE_OK && !is_mine(items, count, key))
		result = STORE_NONE;
	if (result == STORE_OK && is_in_use(visit, key))
		result = STORE_BARRED;
	if (result == STORE_OK) {
		if (!visit_confirmed(visit, "Remove this certificate? Whoever shows it is then a "
					    "stranger here. Type yes"))
			return;
		result = store_certificate_remove(
			store, visit->person.id, key, visit->request->identity.key);
	}
	if (result == STORE_OK)
		visit_redirect(visit, STATUS_REDIRECT, CERTIFICATES, NULL);
	else if (result == STORE_BARRED)
		reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE,
			"The certificate that you show, and the last one, cannot be removed; show "
			"another one of yours to remove this one");
	else
		visit_failed(visit, result);
}

/* ---- codes */

static void send_to_code(struct visit *visit, const char *token)
{
	visit_redirect(visit, STATUS_REDIRECT,
		arena_printf(visit->request->arena, "/comments/account/code/%s", token), NULL);
}

void settings_device(struct visit *visit)
{
	char token[CODE_TOKEN_SIZE];
	struct code code;
	if (!visit_confirmed(visit, "Make a code that links one more certificate to your name? It "
				    "is good for 15 minutes, and once. Type yes") ||
		!limit_by_person(visit, LIMIT_CODES_OF_PERSON) ||
		!once_make(visit, ONCE_LINK, visit->person.id, token, &code))
		return;
	int64_t now = visit->request->now;
	const struct store_code_new made = {.capsule = visit_host(visit),
		.kind = STORE_CODE_LINK,
		.person = visit->person.id,
		.now = now,
		.expires = now + CODE_LINK_SECONDS,
		.hash = code.hash};
	enum store_result result = store_code_make(visit->comments->store, &made);
	if (result == STORE_OK)
		send_to_code(visit, token);
	else if (result == STORE_TOO_MANY)
		reply_status(
			visit->request, visit->reply, STATUS_SLOW_DOWN, "%d", CODE_LINK_SECONDS);
	else
		visit_failed(visit, result);
}

void settings_recovery(struct visit *visit)
{
	char token[CODE_TOKEN_SIZE];
	if (visit_confirmed(visit, "Make a new recovery code? The one that you have, if any, is "
				   "then good for nothing. Type yes") &&
		limit_by_person(visit, LIMIT_CODES_OF_PERSON) &&
		once_make_recovery(visit, visit->person.id, token))
		send_to_code(visit, token);
}

static void write_invitation(struct buf *page, const struct code *code)
{
	buf_printf(page,
		"# An invitation\n\n" GEMTEXT_FENCE " Invitation code\n%s\n" GEMTEXT_FENCE "\n"
		"It is shown once. Give it to whom it is for: they go to /comments/ of this "
		"capsule with an identity of their own, and are asked for it there. It is good "
		"for one person, for two weeks.\n"
		"=> /comments/moderation/ Moderation\n",
		code->text);
}

static void write_code(struct buf *page, enum once kind, const struct code *code)
{
	if (kind == ONCE_INVITATION) {
		write_invitation(page, code);
		return;
	}
	bool lasting = kind == ONCE_RECOVERY;
	buf_printf(page,
		"# %s\n\n" GEMTEXT_FENCE " %s\n%s\n" GEMTEXT_FENCE "\n"
		"It is shown once.\n\n",
		lasting ? "Your recovery code" : "A code for another certificate",
		lasting ? "Recovery code" : "One-time code", code->text);
	if (lasting)
		buf_text(page, "Keep it where you keep such things. With it and your name you can "
			       "link a new certificate if you lose this one.\n");
	else
		buf_text(page, "1. On your other device, or with your new identity, go to "
			       "/comments/ of this capsule.\n"
			       "2. Choose: I am registered already, on another device.\n"
			       "3. Type the code within 15 minutes.\n"
			       "=> /comments/link Type it in this client, with another identity\n");
}

void settings_code(struct visit *visit)
{
	enum once kind;
	struct code code;
	enum store_result result = once_take(visit, visit->path.word, &kind, &code);
	if (result != STORE_OK && result != STORE_NONE) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	if (result == STORE_OK) {
		write_code(&page, kind, &code);
	} else {
		buf_text(&page, "# A code is shown once\n\nThis one was shown already, or has run "
				"out. You can make another one.\n\n");
		offer_guarded(&page, visit, "/comments/account/device",
			"Make a one-time code for another certificate");
		if (visit->reader == READER_KNOWN)
			offer_guarded(&page, visit, "/comments/account/recovery",
				"Make a new recovery code; the one before it ends");
	}
	buf_text(&page, "\n=> /comments/ Your page\n");
	visit_page_end(visit, &page);
}

/* ---- the feed of answers */

void settings_feed(struct visit *visit)
{
	struct span secret;
	enum store_result result = store_person_feed(
		visit->comments->store, visit->person.id, visit->request->arena, &secret);
	if (result != STORE_OK && result != STORE_NONE) {
		visit_failed(visit, result);
		return;
	}
	bool made = result == STORE_OK && secret.len > 0;
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# Answers to you, as a feed\n\nA client that follows feeds shows no "
			"identity, so the address itself is the key: whoever has it can read who "
			"answered you, and nothing else. Keep it to yourself.\n\n");
	if (made)
		buf_printf(&page,
			"=> /comments/answers/%.*s.gmi Follow answers to you\n"
			"=> /comments/answers/%.*s.xml The same as Atom\n",
			SPAN_ARG(secret), SPAN_ARG(secret));
	offer_guarded(&page, visit, "/comments/account/feed/renew",
		made ? "Make a new address; this one ends" : "Make your feed's address");
	buf_text(&page, "=> /comments/account/ Your account\n");
	visit_page_end(visit, &page);
}

void settings_feed_renew(struct visit *visit)
{
	char token[CODE_TOKEN_SIZE];
	if (!visit_confirmed(visit, "Make an address for the feed of answers to you? One that "
				    "you have ends. Type yes") ||
		!limit_by_person(visit, LIMIT_CODES_OF_PERSON))
		return;
	enum store_result result = STORE_RESTING;
	if (code_make_token(token))
		result = store_person_set_feed(
			visit->comments->store, visit->person.id, span_of(token));
	if (result == STORE_OK)
		visit_redirect(visit, STATUS_REDIRECT, "/comments/account/feed", NULL);
	else
		visit_failed(visit, result);
}

/* ---- owning the capsule */

void settings_own(struct visit *visit)
{
	struct code code;
	const struct request *request = visit->request;
	if (visit->person.role == STORE_OWNER) {
		visit_redirect(visit, STATUS_REDIRECT, "/comments/moderation/", NULL);
		return;
	}
	if (!once_typed(
		    visit, "Please type the owner code that the server's shell printed", &code) ||
		!once_may_guess(visit))
		return;
	const struct store_redeemed redeemed = {.capsule = visit_host(visit),
		.hash = code.hash,
		.key = request->identity.key,
		.now = request->now,
		.ends = request->identity.not_after};
	enum store_result result = store_code_own(visit->comments->store, &redeemed);
	if (result == STORE_OK)
		visit_redirect(visit, STATUS_REDIRECT, "/comments/moderation/", NULL);
	else if (result == STORE_NONE)
		visit_ask_secret(visit, "That is no owner code, or it was used, or its day is "
					"over. Please type it again");
	else
		visit_failed(visit, result);
}
