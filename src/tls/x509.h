/*
 * Certificates and keys in OpenSSL's form: for this folder alone.
 */
#ifndef KINDLING_TLS_X509_H
#define KINDLING_TLS_X509_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "tls/certificate.h"

/* What the two files of a host hold. */
struct credentials {
	X509 *leaf;
	STACK_OF(X509) * chain; /* without the leaf; may be empty */
	EVP_PKEY *key;
};

/* Reads both files and checks that the key is the certificate's. Never asks for a passphrase. */
bool credentials_read(const struct certificate_files *files, struct credentials *credentials,
	struct fault *fault);
void credentials_free(struct credentials *credentials);

bool key_read(const char *path, EVP_PKEY **key, struct fault *fault);

/* Fills all of `identity`. False: the certificate has no key that can be hashed, or no memory. */
bool identity_read(X509 *certificate, const EVP_MD *sha256, struct identity *identity);

/* OpenSSL's reason for the last failure, a static string; empties its error queue. */
const char *openssl_reason(void);

#endif
