/*
 * Codes: made from 32 random bytes, and read back word by word.
 */
#include "comments/codes.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "comments/words.h"

#define SHORT_WORDS 4
#define LONG_WORDS  6
#define DIGITS      4
#define NUMBERS     10000 /* of so many digits */

static bool is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The one spelling of a code, of which it is the hash. */
struct spelling {
	char *text; /* CODE_SIZE */
	size_t len;
};

static void spell(struct spelling *spelling, const char *part, size_t len)
{
	CHECK(spelling->len + len + 2 <= CODE_SIZE);
	if (spelling->len > 0)
		spelling->text[spelling->len++] = '-';
	memcpy(spelling->text + spelling->len, part, len);
	spelling->len += len;
	spelling->text[spelling->len] = '\0';
}

static bool hash_code(struct code *code)
{
	return secret_hash((struct span){NULL, 0}, span_of(code->text), code->hash);
}

static bool code_of_bytes(
	enum code_strength strength, const unsigned char bytes[SECRET_SIZE], struct code *code)
{
	unsigned words = strength == CODE_LONG ? LONG_WORDS : SHORT_WORDS;
	struct spelling spelling = {code->text, 0};
	for (unsigned i = 0; i < words; i++) {
		const char *word = words_of_codes[bytes[i]];
		spell(&spelling, word, strlen(word));
	}
	/* Of 64 bits, so that no number is likelier than another by anything that counts. */
	uint64_t number;
	memcpy(&number, bytes + LONG_WORDS, sizeof number);
	char digits[DIGITS + 1];
	(void)snprintf(digits, sizeof digits, "%0*u", DIGITS, (unsigned)(number % NUMBERS));
	spell(&spelling, digits, DIGITS);
	return hash_code(code);
}

bool code_make(enum code_strength strength, struct code *code)
{
	unsigned char bytes[SECRET_SIZE];
	return secret_random(bytes, sizeof bytes) && code_of_bytes(strength, bytes, code);
}

bool code_make_token(char token[CODE_TOKEN_SIZE])
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567"; /* RFC 4648, 6 */
	unsigned char bytes[CODE_TOKEN_SIZE - 1];
	if (!secret_random(bytes, sizeof bytes))
		return false;
	for (size_t i = 0; i < sizeof bytes; i++)
		token[i] = alphabet[bytes[i] & 31];
	token[CODE_TOKEN_SIZE - 1] = '\0';
	return true;
}

bool code_make_halves(char token[CODE_TOKEN_SIZE], unsigned char salt[SECRET_SIZE])
{
	return code_make_token(token) && secret_random(salt, SECRET_SIZE);
}

bool code_from_halves(enum code_strength strength, struct span token,
	const unsigned char salt[SECRET_SIZE], struct code *code)
{
	unsigned char bytes[SECRET_SIZE];
	struct span key = {(const char *)salt, SECRET_SIZE};
	return secret_hash(key, token, bytes) && code_of_bytes(strength, bytes, code);
}

static bool is_word(struct span part)
{
	size_t low = 0, high = WORDS_COUNT;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		struct span word = span_of(words_of_codes[middle]);
		size_t shorter = part.len < word.len ? part.len : word.len;
		int order = memcmp(part.ptr, word.ptr, shorter);
		if (order == 0 && part.len == word.len)
			return true;
		if (order < 0 || (order == 0 && part.len < word.len))
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

/* Takes the next run of letters, in lower case, or of digits; what stands before it separates.
 * False at the end, or where it is longer than any part of a code: *len is then not 0. */
static bool next_part(struct span *rest, char *part, size_t size, size_t *len)
{
	*len = 0;
	while (rest->len > 0) {
		char c = rest->ptr[0];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		bool fits = *len == 0 || is_letter(part[0]) == is_letter(c);
		if (!is_letter(c) && !is_digit(c)) {
			if (*len > 0)
				return true;
		} else if (!fits) {
			return true;
		} else if (*len == size) {
			return false;
		} else {
			part[(*len)++] = c;
		}
		*rest = span_skip(*rest, 1);
	}
	return *len > 0;
}

bool code_read(struct span typed, struct code *code)
{
	struct spelling spelling = {code->text, 0};
	char part[12];
	size_t len;
	for (unsigned words = 0; next_part(&typed, part, sizeof part, &len); words++) {
		if (is_digit(part[0])) {
			if (len != DIGITS || (words != SHORT_WORDS && words != LONG_WORDS))
				return false;
			spell(&spelling, part, len);
			/* And nothing after it. */
			return !next_part(&typed, part, sizeof part, &len) && len == 0 &&
			       hash_code(code);
		}
		if (words == LONG_WORDS || !is_word((struct span){part, len}))
			return false;
		spell(&spelling, part, len);
	}
	return false;
}
