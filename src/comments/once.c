/*
 * Codes that are shown once. A code is made of two halves: the token, which travels in the address
 * of the page that shows it, and a salt, which the store gives back once. So it is neither in the
 * store nor in any address, and a page that is asked for again does not show it again.
 */
#include "comments/account.h"

#include "comments/limits.h"
#include "store/codes.h"

static enum code_strength strength_of(enum once kind)
{
	return kind == ONCE_LINK ? CODE_SHORT : CODE_LONG;
}

static bool hash_token(struct span token, unsigned char hash[SECRET_SIZE])
{
	return secret_hash((struct span){NULL, 0}, token, hash);
}

static bool fail(struct visit *visit)
{
	reply_status(visit->request, visit->reply, STATUS_TEMPORARY_FAILURE, "%s",
		status_sentence(STATUS_TEMPORARY_FAILURE));
	return false;
}

bool once_make(struct visit *visit, enum once kind, int64_t person, char token[CODE_TOKEN_SIZE],
	struct code *code)
{
	struct store_reveal reveal = {.person = person,
		.expires = visit->request->now + CODE_REVEAL_SECONDS,
		.kind = (int)kind};
	if (!code_make_halves(token, reveal.salt) || !hash_token(span_of(token), reveal.token) ||
		!code_from_halves(strength_of(kind), span_of(token), reveal.salt, code))
		return fail(visit);
	enum store_result result = store_reveal_set(visit->comments->store, &reveal);
	if (result != STORE_OK)
		visit_failed(visit, result);
	return result == STORE_OK;
}

bool once_stretch(const struct code *code, const unsigned char salt[STORE_KEY_SIZE],
	unsigned char stretched[STORE_KEY_SIZE])
{
	struct span hash = {(const char *)code->hash, sizeof(code->hash)};
	return secret_stretch(hash, salt, stretched);
}

/* What is to be shown comes first: a code that nobody will see must not replace one that somebody
 * has written down. */
bool once_make_recovery(struct visit *visit, int64_t person, char token[CODE_TOKEN_SIZE])
{
	struct code code;
	unsigned char salt[STORE_KEY_SIZE], stretched[STORE_KEY_SIZE];
	if (!once_make(visit, ONCE_RECOVERY, person, token, &code))
		return false;
	if (!secret_random(salt, sizeof(salt)) || !once_stretch(&code, salt, stretched))
		return fail(visit);
	enum store_result result =
		store_recovery_set(visit->comments->store, person, salt, stretched);
	if (result != STORE_OK)
		visit_failed(visit, result);
	return result == STORE_OK;
}

enum store_result once_take(
	struct visit *visit, struct span token, enum once *kind, struct code *code)
{
	struct store_reveal reveal = {.person = visit->person.id};
	if (!hash_token(token, reveal.token))
		return STORE_RESTING;
	enum store_result result =
		store_reveal_take(visit->comments->store, &reveal, visit->request->now);
	if (result != STORE_OK)
		return result;
	*kind = reveal.kind == ONCE_RECOVERY     ? ONCE_RECOVERY
		: reveal.kind == ONCE_INVITATION ? ONCE_INVITATION
						 : ONCE_LINK;
	return code_from_halves(strength_of(*kind), token, reveal.salt, code) ? STORE_OK
									      : STORE_RESTING;
}

bool once_typed(struct visit *visit, const char *sentence, struct code *code)
{
	struct span query = visit->request->uri.query, typed;
	if (query.len == 0)
		visit_ask_secret(visit, sentence);
	else if (!uri_decode_query(query, visit->request->arena, &typed) || !code_read(typed, code))
		visit_ask_secret(visit, "That is no code: it is some words and four digits, like "
					"heron-maple-violin-otter-9271. Please type it again");
	else
		return true;
	return false;
}

bool once_may_guess(struct visit *visit)
{
	return limit_by_address(visit, LIMIT_GUESSES_OF_ADDRESS) &&
	       limit_by_bytes(visit, LIMIT_GUESSES_OF_KEY, visit->request->identity.key,
		       IDENTITY_KEY_SIZE);
}
