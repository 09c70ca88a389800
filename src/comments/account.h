/*
 * What the pages share by which one logs in, and looks after oneself. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_ACCOUNT_H
#define KINDLING_COMMENTS_ACCOUNT_H

#include "comments/codes.h"
#include "comments/visit.h"

/* ---- account.c */

/* Two lines in a preformatted block, the second one of which `more` may follow. */
void account_write_fingerprint(struct buf *page, const char *alt,
	const unsigned char bytes[IDENTITY_KEY_SIZE], const char *more);
/* The question, with a name in it, at a status 10 or 11. */
void account_ask_named(struct visit *visit, enum status status, const char *before,
	struct span name, const char *after);
/* Whether somebody else goes by this name: asked before a limit counts, as the good names go
 * first and the third try is nobody's fault. Some that are kept from everybody are not found. */
bool account_name_is_taken(struct visit *visit, struct span folded);

/* ---- ways.c: where a reader was going before logging in */

struct destination {
	struct comments_way way; /* zeroed: nowhere, or to what is no longer there */
	struct post post;
	struct store_comment comment;
};
void destination_find(
	struct visit *visit, const struct comments_way *way, struct destination *destination);
/* "leave a comment on "Kindness Spreads"" or "pass on Rosa's comment". */
void destination_describe(struct buf *page, const struct destination *destination);

/* ---- once.c: codes that are shown once, and codes that were typed */

/* What is shown to its person once: the store's kind of it. */
enum once { ONCE_LINK, ONCE_RECOVERY, ONCE_INVITATION };

/* Makes a code that only the token shows again, once, to this person. Otherwise the answer is
 * made. Nothing is redeemed by it yet: the caller stores code->hash. */
bool once_make(struct visit *visit, enum once kind, int64_t person, char token[CODE_TOKEN_SIZE],
	struct code *code);
/* The same for a new recovery code, which is stored. */
bool once_make_recovery(struct visit *visit, int64_t person, char token[CODE_TOKEN_SIZE]);
/* Shows it: STORE_NONE where it was shown already, or was never there. */
enum store_result once_take(
	struct visit *visit, struct span token, enum once *kind, struct code *code);

/* The hash of a recovery code as the store keeps it. */
bool once_stretch(const struct code *code, const unsigned char salt[STORE_KEY_SIZE],
	unsigned char stretched[STORE_KEY_SIZE]);

/* A code that was typed; else asked for at an 11, or told why it cannot be one. */
bool once_typed(struct visit *visit, const char *sentence, struct code *code);
/* One more guess by this address and by this key; false, and answered 44, for too many. */
bool once_may_guess(struct visit *visit);

#endif
