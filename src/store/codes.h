/*
 * One-time codes: to link another device, to own the capsule, to register where that needs an
 * invitation; and the recovery code of each person. The store sees hashes alone.
 */
#ifndef KINDLING_STORE_CODES_H
#define KINDLING_STORE_CODES_H

#include "store/store.h"

#define STORE_INVITATION_HELD_SECONDS 86400 /* between redeeming one and registering with it */

/* A link code replaces the person's former one; an owner code every former one. `person` is 0 for
 * none. At most 1000 live codes of a kind a capsule: STORE_TOO_MANY. The expired ones are swept.
 * STORE_NONE: the person is none of this capsule, or left. */
struct store_code_new {
	struct span capsule;
	enum store_code kind;
	int64_t person, now, expires;
	const unsigned char *hash;
};
enum store_result store_code_make(struct store *store, const struct store_code_new *code);

/* Whoever shows a code, each in one transaction: of two at once only one gets it. STORE_NONE: no
 * such code, used, expired, or its person is banned or gone. */
struct store_redeemed {
	struct span capsule;
	const unsigned char *hash;
	const unsigned char *key; /* of the certificate that was shown */
	int64_t now, ends;
};
/* The key becomes one of the code's person: *person. STORE_TAKEN: it is somebody's already;
 * STORE_TOO_MANY: they have STORE_CERTIFICATES_MAX. The code stays good in both cases. */
enum store_result store_code_link(
	struct store *store, const struct store_redeemed *redeemed, int64_t *person);
/* The key's person becomes an owner; noted in the log of actions. STORE_BARRED: nobody's key, or
 * that of somebody who is banned. The code stays good then. */
enum store_result store_code_own(struct store *store, const struct store_redeemed *redeemed);
/* The key may register from now on. */
enum store_result store_code_invite(struct store *store, const struct store_redeemed *redeemed);
enum store_result store_key_is_invited(struct store *store, struct span capsule,
	const unsigned char key[STORE_KEY_SIZE], int64_t now); /* STORE_OK or STORE_NONE */

/* Recovery: the salt with which the code of the person of this name was stretched; STORE_NONE where
 * there is no such person or no code, or they are banned. Then the stretched code; it is used up
 * when it is right. */
enum store_result store_recovery_salt(struct store *store, struct span capsule, struct span folded,
	unsigned char salt[STORE_KEY_SIZE]);
enum store_result store_recovery_set(struct store *store, int64_t person,
	const unsigned char salt[STORE_KEY_SIZE], const unsigned char stretched[STORE_KEY_SIZE]);
/* redeemed->hash is the stretched code. Results as for store_code_link. */
enum store_result store_recovery_link(struct store *store, struct span folded,
	const struct store_redeemed *redeemed, int64_t *person);

/* A code that is to be shown to its person once, by a token that only they have. */
struct store_reveal {
	int64_t person, expires;
	int kind;                            /* the caller's */
	unsigned char token[STORE_KEY_SIZE]; /* the token's hash */
	unsigned char salt[STORE_KEY_SIZE];
};
enum store_result store_reveal_set(struct store *store, const struct store_reveal *reveal);
/* Takes person and token, gives the rest, and forgets it. */
enum store_result store_reveal_take(struct store *store, struct store_reveal *reveal, int64_t now);

#endif
