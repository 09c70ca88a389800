/*
 * Client certificates of every kind, and the server's where a test brings its own.
 */
#ifndef KINDLING_TESTS_WIRE_PERSON_H
#define KINDLING_TESTS_WIRE_PERSON_H

#include <stdbool.h>

#include <openssl/x509.h>

enum person_key { PERSON_P256, PERSON_RSA, PERSON_ED25519 };

struct person {
	EVP_PKEY *key;
	X509 *certificate;
};

/* A self-signed certificate whose validity runs from `from` to `to`, in days from now. False
 * where OpenSSL fails, which is no matter of the server's. */
bool person_make(struct person *person, enum person_key kind, const char *name, int from, int to);

/* Valid now, P-256. */
bool person_make_ordinary(struct person *person, const char *name);

/* Another certificate for the same key. */
bool person_renew(struct person *renewed, const struct person *person);
bool person_renew_for(struct person *renewed, const struct person *person, int from, int to);

/* The same, but signed by `issuer` instead of by itself. */
bool person_make_issued(struct person *person, const struct person *issuer, const char *name);

void person_end(struct person *person);

/* PEM files; NULL paths are left out. `issuer` follows the certificate where it is not NULL. */
bool person_write(const struct person *person, const struct person *issuer,
	const char *certificate_path, const char *key_path);

/* SHA-256 of the DER certificate as lower-case hexadecimal digits with or without colons. */
#define FINGERPRINT_SIZE 96
bool certificate_fingerprint(X509 *certificate, bool colons, char out[FINGERPRINT_SIZE]);

#endif
