/*
 * Certificates and keys in OpenSSL's form: for this folder alone.
 */
#ifndef KINDLING_TLS_X509_H
#define KINDLING_TLS_X509_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tls/keyholder.h"

/* What the two files of a host hold. */
struct credentials {
	X509 *leaf;
	STACK_OF(X509) * chain; /* without the leaf; may be empty */
	EVP_PKEY *key;          /* NULL where it was not asked for */
};

/* Reads both files and checks that the key is the certificate's. Never asks for a passphrase. */
bool credentials_read(const struct certificate_files *files, struct credentials *credentials,
	struct fault *fault);
/* The certificates alone: no byte of the key comes into this process's memory. */
bool credentials_read_public(const struct certificate_files *files, struct credentials *credentials,
	struct fault *fault);
void credentials_free(struct credentials *credentials);

bool key_read(const char *path, EVP_PKEY **key, struct fault *fault);

/* In the log, where others than its owner can read it. */
void key_warn_of_readers(const char *path);

/* Which keys the certificates are for, one after the other: see struct keys_held. `digest` is all
 * zero before the first. False: OpenSSL's queue has the reason. */
bool keys_held_add(struct keys_held *held, const X509 *certificate);

/* Fills all of `identity`. False: the certificate has no key that can be hashed, or no memory. */
bool identity_read(X509 *certificate, const EVP_MD *sha256, struct identity *identity);

/* OpenSSL's reason for the last failure, a static string; empties its error queue. */
const char *openssl_reason(void);

#endif
