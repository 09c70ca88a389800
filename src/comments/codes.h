/*
 * The codes that people type: words and a number, like heron-maple-violin-otter-9271. Made here,
 * told apart by nothing but their hashes.
 */
#ifndef KINDLING_COMMENTS_CODES_H
#define KINDLING_COMMENTS_CODES_H

#include "base/arena.h"
#include "tls/secret.h"

#define CODE_SIZE           96
#define CODE_LINK_SECONDS   900
#define CODE_OWNER_SECONDS  86400
#define CODE_INVITE_SECONDS (14 * 86400L)
#define CODE_REVEAL_SECONDS 600
#define CODE_TOKEN_SIZE     27 /* 26 letters and digits */

/* How hard a code is to guess: for some minutes, or for years. */
enum code_strength {
	CODE_SHORT /* 4 words, 4 digits: 45 bits */,
	CODE_LONG /* 6 words, 4 digits: 61 bits */
};

struct code {
	char text[CODE_SIZE];
	unsigned char hash[SECRET_SIZE]; /* what the store keeps of it */
};

/* Random. False: the system gives no random bytes. */
bool code_make(enum code_strength strength, struct code *code);

/* A code that can be made again from both halves: a token that only its person gets, and a salt
 * that only the store has. */
bool code_make_halves(char token[CODE_TOKEN_SIZE], unsigned char salt[SECRET_SIZE]);
bool code_from_halves(enum code_strength strength, struct span token,
	const unsigned char salt[SECRET_SIZE], struct code *code);

/* A code as it was typed: of any case, with blanks, hyphens or other punctuation between its
 * parts. False: it cannot be one. */
bool code_read(struct span typed, struct code *code);

/* Letters and digits that nobody guesses: 130 bits. */
bool code_make_token(char token[CODE_TOKEN_SIZE]);

#endif
