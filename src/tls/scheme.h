/*
 * The signature schemes that TLS offers here, and what it has a server sign with them: for this
 * folder alone.
 */
#ifndef KINDLING_TLS_SCHEME_H
#define KINDLING_TLS_SCHEME_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What TLS has a server sign is shorter; see scheme_is_for. */
#define SCHEME_INPUT_MAX 256
/* An RSA key of 16384 bits, OpenSSL's bound, makes one of this size. */
#define SCHEME_SIGNATURE_MAX 2048

struct scheme {
	const char *name;   /* RFC 8446's */
	uint16_t code;      /* the same */
	const char *type;   /* of the key, as OpenSSL calls it */
	const char *digest; /* NULL: the scheme has its own */
	const char *group;  /* of an EC key in TLS 1.3; 1.2 takes any */
	bool pss;           /* RSA's newer padding, the salt as long as the digest */
	bool only_1_2;      /* RFC 8446, 4.2.3: RSASSA-PKCS1-v1_5 */
};

/* In the order in which they are preferred. */
#define SCHEME_COUNT 8
extern const struct scheme schemes[SCHEME_COUNT];

/* NULL where there is none. A digest is looked for by OpenSSL's names for it. */
const struct scheme *scheme_of_code(uint16_t code);
const struct scheme *scheme_of_key(const EVP_PKEY *key, const char *digest, bool pss);

/* Whether the bytes are what a server signs in a handshake with this scheme and a key of its type:
 * in TLS 1.3 (RFC 8446, 4.4.3) or in 1.2 (RFC 8422, 5.4). */
bool scheme_is_for(
	const struct scheme *scheme, const EVP_PKEY *key, const unsigned char *bytes, size_t len);

/* What is the same for every signature of a key, done once; NULL where the key cannot be used with
 * the scheme. It is only read afterwards, by any number of threads. */
EVP_MD_CTX *scheme_prepare(const struct scheme *scheme, EVP_PKEY *key);

/* Signs; `len` is the room in `out` before, and the signature's length after. False: OpenSSL's
 * queue has the reason. */
bool scheme_sign(const EVP_MD_CTX *prepared, const unsigned char *bytes, size_t bytes_len,
	unsigned char *out, size_t *len);

#endif
