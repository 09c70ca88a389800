/*
 * Signature schemes: the table, and the two forms of what they are for.
 */
#include "tls/scheme.h"

#include <openssl/rsa.h>
#include <string.h>

const struct scheme schemes[SCHEME_COUNT] = {
	{"ecdsa_secp256r1_sha256", 0x0403, "EC", "SHA256", "prime256v1", false, false},
	{"ed25519", 0x0807, "ED25519", NULL, NULL, false, false},
	{"rsa_pss_rsae_sha256", 0x0804, "RSA", "SHA256", NULL, true, false},
	{"rsa_pkcs1_sha256", 0x0401, "RSA", "SHA256", NULL, false, true},
	{"rsa_pss_pss_sha256", 0x0809, "RSA-PSS", "SHA256", NULL, true, false},
	{"ecdsa_secp384r1_sha384", 0x0503, "EC", "SHA384", "secp384r1", false, false},
	{"ecdsa_secp521r1_sha512", 0x0603, "EC", "SHA512", "secp521r1", false, false},
	{"ed448", 0x0808, "ED448", NULL, NULL, false, false},
};

const struct scheme *scheme_of_code(uint16_t code)
{
	for (size_t i = 0; i < SCHEME_COUNT; i++)
		if (schemes[i].code == code)
			return &schemes[i];
	return NULL;
}

/* OpenSSL says SHA256, SHA-256 or SHA2-256, its older half the first and providers the last. */
static bool same_digest(const char *ours, const char *theirs)
{
	if (ours == NULL || theirs == NULL)
		return ours == NULL && (theirs == NULL || theirs[0] == '\0');
	if (strncmp(theirs, "SHA", 3) != 0)
		return false;
	theirs += 3;
	theirs += strncmp(theirs, "2-", 2) == 0 ? 2 : theirs[0] == '-';
	return strcmp(ours + 3, theirs) == 0;
}

const struct scheme *scheme_of_key(const EVP_PKEY *key, const char *digest, bool pss)
{
	for (size_t i = 0; i < SCHEME_COUNT; i++)
		if (EVP_PKEY_is_a(key, schemes[i].type) == 1 && schemes[i].pss == pss &&
			same_digest(schemes[i].digest, digest))
			return &schemes[i];
	return NULL;
}

/* RFC 8446, 4.4.3: 64 spaces, the context with its NUL, the hash of the handshake so far, which is
 * SHA-256 or SHA-384 with every cipher that there is. */
static bool is_certificate_verify(const unsigned char *bytes, size_t len)
{
	static const char context[] = "TLS 1.3, server CertificateVerify";
	const size_t spaces = 64, prefix = spaces + sizeof context;

	if (len != prefix + 32 && len != prefix + 48)
		return false;
	for (size_t i = 0; i < spaces; i++)
		if (bytes[i] != ' ')
			return false;
	return memcmp(bytes + spaces, context, sizeof context) == 0;
}

/* RFC 8422, 5.4: both sides' random bytes, then named_curve, the curve, and our point on it. The
 * curves are those that server.c offers. */
static bool is_key_exchange(const unsigned char *bytes, size_t len)
{
	static const struct {
		unsigned curve, size;
	} points[] = {{0x001d, 32}, {0x0017, 65}, {0x0018, 97}, {0x0019, 133}};
	const size_t random = 64, head = 4;

	if (len < random + head || bytes[random] != 3)
		return false;

	unsigned curve = (unsigned)bytes[random + 1] << 8 | bytes[random + 2];
	unsigned size = bytes[random + 3];

	for (size_t i = 0; i < sizeof points / sizeof *points; i++)
		if (points[i].curve == curve)
			return points[i].size == size && len == random + head + size;
	return false;
}

static bool has_group(const EVP_PKEY *key, const char *group)
{
	char name[64];

	return EVP_PKEY_get_group_name(key, name, sizeof name, NULL) == 1 &&
	       strcmp(name, group) == 0;
}

bool scheme_is_for(
	const struct scheme *scheme, const EVP_PKEY *key, const unsigned char *bytes, size_t len)
{
	if (is_key_exchange(bytes, len))
		return true;
	return is_certificate_verify(bytes, len) && !scheme->only_1_2 &&
	       (scheme->group == NULL || has_group(key, scheme->group));
}

EVP_MD_CTX *scheme_prepare(const struct scheme *scheme, EVP_PKEY *key)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings; /* the context's */

	if (context != NULL && EVP_PKEY_is_a(key, scheme->type) == 1 &&
		EVP_DigestSignInit_ex(context, &settings, scheme->digest, NULL, NULL, key, NULL) ==
			1 &&
		(!scheme->pss ||
			(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
				EVP_PKEY_CTX_set_rsa_pss_saltlen(
					settings, RSA_PSS_SALTLEN_DIGEST) == 1)))
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

bool scheme_sign(const EVP_MD_CTX *prepared, const unsigned char *bytes, size_t bytes_len,
	unsigned char *out, size_t *len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const size_t room = *len;
	/* Where memory is out in its last step, OpenSSL's ECDSA succeeds with a length of -1. */
	bool done = context != NULL && EVP_MD_CTX_copy_ex(context, prepared) == 1 &&
		    EVP_DigestSign(context, out, len, bytes, bytes_len) == 1 && *len <= room;

	EVP_MD_CTX_free(context);
	return done;
}
