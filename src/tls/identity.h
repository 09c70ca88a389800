/*
 * Who a client showed itself to be, as plain bytes.
 *
 * An identity is the SHA-256 of the certificate's SubjectPublicKeyInfo (DER): a certificate
 * renewed with the same key is the same person.
 */
#ifndef KINDLING_TLS_IDENTITY_H
#define KINDLING_TLS_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#define IDENTITY_KEY_SIZE  32
#define IDENTITY_TEXT_SIZE (IDENTITY_KEY_SIZE * 3)

struct identity {
	bool present;
	unsigned char key[IDENTITY_KEY_SIZE];         /* SHA-256 of the SubjectPublicKeyInfo */
	unsigned char certificate[IDENTITY_KEY_SIZE]; /* SHA-256 of the whole certificate */
	int64_t not_before, not_after;                /* seconds since 1970, UTC */
};

/* True where `now` lies within the certificate's dates. */
bool identity_is_current(const struct identity *identity, int64_t now);

/* "9f:2c:…", NUL-terminated. */
void identity_format(const unsigned char key[IDENTITY_KEY_SIZE], char text[IDENTITY_TEXT_SIZE]);

#endif
