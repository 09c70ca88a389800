/*
 * Looking a certificate over with the eyes of clients.
 */
#include "tls/flaws.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <stdarg.h>
#include <stdio.h>

#include "tls/x509.h"

#define RSA_BITS_MIN      2048
#define SECURITY_BITS_MIN 112 /* SHA-1 has 80 at most, MD5 fewer */

struct search {
	X509 *leaf;
	STACK_OF(X509) * chain;
	flaw_found *found;
	void *context;
};

__attribute__((format(printf, 3, 4))) static void tell(
	const struct search *search, enum flaw_weight weight, const char *format, ...)
{
	char words[256];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	search->found(search->context, weight, words);
}

static void look_at_key(const struct search *search)
{
	EVP_PKEY *key = X509_get0_pubkey(search->leaf);
	char curve[64] = "";

	if (key == NULL || EVP_PKEY_is_a(key, "DSA") == 1)
		tell(search, FLAW_ERROR, "it has a kind of key that no client takes");
	else if (EVP_PKEY_is_a(key, "RSA") == 1 && EVP_PKEY_get_bits(key) < RSA_BITS_MIN)
		tell(search, FLAW_ERROR,
			"its RSA key has %d bits, and clients refuse fewer than %d",
			EVP_PKEY_get_bits(key), RSA_BITS_MIN);
	else if (EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1)
		tell(search, FLAW_NOTE,
			"it has an Edwards key (Ed25519, Ed448), which some clients cannot check; "
			"all "
			"take P-256");
	else if (EVP_PKEY_is_a(key, "EC") == 1 &&
		 EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) == 1 &&
		 EC_curve_nist2nid("P-256") != OBJ_txt2nid(curve) &&
		 EC_curve_nist2nid("P-384") != OBJ_txt2nid(curve))
		tell(search, FLAW_WARNING,
			"its key is on the curve %s, which some clients do not know; all know "
			"P-256",
			curve);
}

static void look_at_signature(const struct search *search, X509 *certificate, int number)
{
	int bits = 0;
	bool self_signed = X509_self_signed(certificate, 0) == 1;

	if (X509_get_signature_info(certificate, NULL, NULL, &bits, NULL) == 1 &&
		bits >= SECURITY_BITS_MIN)
		return;
	/* Nobody has a reason to check a signature by the key itself, but some do. */
	tell(search, self_signed ? FLAW_WARNING : FLAW_ERROR,
		"certificate %d in it is signed with a hash that is broken (SHA-1, MD5)", number);
}

static void look_at_uses(const struct search *search)
{
	uint32_t flags = X509_get_extension_flags(search->leaf);

	if (X509_get_version(search->leaf) != X509_VERSION_3)
		tell(search, FLAW_ERROR, "it is X.509 version %ld, and clients want version 3",
			X509_get_version(search->leaf) + 1);
	if ((flags & EXFLAG_CA) != 0 && (flags & EXFLAG_BCONS) != 0)
		tell(search, FLAW_WARNING,
			"it is made out as an authority's (CA:TRUE), which some clients refuse");
	/* Both are all ones where the extension is not there. */
	if ((X509_get_key_usage(search->leaf) & KU_DIGITAL_SIGNATURE) == 0)
		tell(search, FLAW_ERROR, "its key usage does not allow signatures, as TLS wants");
	if ((X509_get_extended_key_usage(search->leaf) & (XKU_SSL_SERVER | XKU_ANYEKU)) == 0)
		tell(search, FLAW_ERROR, "its extended key usage is not that of a server");
}

/* Each certificate certifies the one before it (RFC 8446, 4.4.2). */
static void look_at_chain(const struct search *search)
{
	X509 *before = search->leaf;

	for (int i = 0; i < sk_X509_num(search->chain); i++) {
		X509 *next = sk_X509_value(search->chain, i);

		if (X509_check_issued(next, before) != X509_V_OK ||
			X509_verify(before, X509_get0_pubkey(next)) != 1) {
			tell(search, FLAW_ERROR,
				"certificate %d in it does not belong to certificate %d: the "
				"host's "
				"own comes first, then each one's issuer",
				i + 2, i + 1);
			return;
		}
		look_at_signature(search, next, i + 2);
		before = next;
	}
}

bool flaws_find(const struct certificate_files *files, flaw_found *found, void *context,
	struct fault *fault)
{
	struct credentials credentials;

	if (!credentials_read(files, &credentials, fault))
		return false;

	struct search search = {credentials.leaf, credentials.chain, found, context};

	look_at_uses(&search);
	look_at_key(&search);
	look_at_signature(&search, search.leaf, 1);
	look_at_chain(&search);
	ERR_clear_error();
	credentials_free(&credentials);
	return true;
}
