/*
 * An OpenSSL provider (provider(7)) whose keys are at the keyholder: for this folder alone.
 *
 * It lives in a library context of its own, so that nothing but the keys made here ever meets it:
 * whatever else looks for an algorithm, clients' certificates above all, looks in the default
 * context and finds what it always found. A key brings its provider with it.
 */
#ifndef KINDLING_TLS_PROVIDER_H
#define KINDLING_TLS_PROVIDER_H

#include <openssl/evp.h>

#include "tls/channel.h"

struct provider;

/* NULL: OpenSSL's queue has the reason. */
struct provider *provider_new(void);
void provider_free(struct provider *provider); /* after its keys */

/* A private key as far as OpenSSL can see: what the public one says of it is true of it, and it
 * signs by asking for the key at `place`. `channel` stays the caller's. NULL as above. */
EVP_PKEY *provider_key(
	struct provider *provider, EVP_PKEY *public, struct channel *channel, uint32_t place);

#endif
