/*
 * Secrets: random bytes, and the hashes that stand in for them.
 */
#ifndef KINDLING_TLS_SECRET_H
#define KINDLING_TLS_SECRET_H

#include "base/span.h"

#define SECRET_SIZE 32

/* Random bytes; false: the system gives none. */
bool secret_random(unsigned char *bytes, size_t count);

/* HMAC-SHA256 of `text` with `key` (any bytes; empty: plain SHA-256 of the text). False: OpenSSL
 * failed. */
bool secret_hash(struct span key, struct span text, unsigned char hash[SECRET_SIZE]);

/* PBKDF2-HMAC-SHA256 for codes that a person can write down. Some 60 bits of chance times 5,000
 * rounds (RFC 8018) are out of reach for who has stolen the store, and cost us 2 ms, which nobody
 * can turn against the server. */
bool secret_stretch(struct span text, const unsigned char salt[SECRET_SIZE],
	unsigned char stretched[SECRET_SIZE]);

/* SHA-256 of a whole file as lower-case hexadecimal digits; false with errno. */
#define SECRET_HEX_SIZE (2 * SECRET_SIZE + 1)
bool secret_hash_file(const char *path, char hex[SECRET_HEX_SIZE]);
void secret_hex(const unsigned char hash[SECRET_SIZE], char hex[SECRET_HEX_SIZE]);

#endif
