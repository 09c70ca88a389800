/*
 * Keys and certificates for tests: of every kind, in memory or as PEM files in a folder that goes
 * away with the test.
 */
#ifndef KINDLING_TESTS_UNIT_CREDENTIALS_H
#define KINDLING_TESTS_UNIT_CREDENTIALS_H

#include <ftw.h>
#include <openssl/dsa.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "testing.h"

/* Small enough not to take long: it is for what refuses the kind. */
static inline EVP_PKEY *make_dsa_key(void)
{
	EVP_PKEY *parameters = NULL, *key = NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "DSA", NULL);
	assert_int_equal(EVP_PKEY_paramgen_init(context), 1);
	assert_int_equal(EVP_PKEY_CTX_set_dsa_paramgen_bits(context, 1024), 1);
	assert_int_equal(EVP_PKEY_paramgen(context, &parameters), 1);
	EVP_PKEY_CTX_free(context);
	context = EVP_PKEY_CTX_new_from_pkey(NULL, parameters, NULL);
	assert_int_equal(EVP_PKEY_keygen_init(context), 1);
	assert_int_equal(EVP_PKEY_generate(context, &key), 1);
	EVP_PKEY_CTX_free(context);
	EVP_PKEY_free(parameters);
	return key;
}

/* "RSA2048", "P-256", "ED25519" … */
static inline EVP_PKEY *make_key(const char *kind)
{
	EVP_PKEY *key;
	if (strncmp(kind, "RSA", 3) == 0)
		key = EVP_RSA_gen((unsigned)strtoul(kind + 3, NULL, 10));
	else if (strncmp(kind, "P-", 2) == 0)
		key = EVP_EC_gen(kind);
	else if (strcmp(kind, "DSA") == 0)
		key = make_dsa_key();
	else
		key = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	assert_non_null(key);
	return key;
}

struct recipe {
	const char *name;       /* common name */
	long from, to;          /* seconds from now */
	const char *extensions; /* "name=value" or NULL */
};

static inline X509 *make_certificate(EVP_PKEY *key, struct recipe recipe)
{
	X509 *certificate = X509_new();
	X509_NAME *name = X509_get_subject_name(certificate);
	bool edwards = EVP_PKEY_is_a(key, "ED25519") || EVP_PKEY_is_a(key, "ED448");
	X509_set_version(certificate, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
	X509_NAME_add_entry_by_NID(
		name, NID_commonName, MBSTRING_UTF8, (const unsigned char *)recipe.name, -1, -1, 0);
	X509_set_issuer_name(certificate, name);
	X509_gmtime_adj(X509_getm_notBefore(certificate), recipe.from);
	X509_gmtime_adj(X509_getm_notAfter(certificate), recipe.to);
	X509_set_pubkey(certificate, key);
	if (recipe.extensions != NULL) {
		char text[256];
		snprintf(text, sizeof text, "%s", recipe.extensions);
		char *value = strchr(text, '=');
		assert_non_null(value);
		*value++ = '\0';
		X509_EXTENSION *extension = X509V3_EXT_conf(NULL, NULL, text, value);
		assert_non_null(extension);
		X509_add_ext(certificate, extension, -1);
		X509_EXTENSION_free(extension);
	}
	assert_true(X509_sign(certificate, key, edwards ? NULL : EVP_sha256()) > 0);
	return certificate;
}

static inline void write_certificates(const char *path, X509 *first, X509 *second)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, first), 1);
	if (second != NULL)
		assert_int_equal(PEM_write_X509(file, second), 1);
	assert_int_equal(fclose(file), 0);
}

/* With a passphrase where that is not NULL. */
static inline void write_private_key(const char *path, EVP_PKEY *key, char *passphrase)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(PEM_write_PrivateKey(file, key, passphrase ? EVP_aes_128_cbc() : NULL,
				 NULL, 0, NULL, passphrase),
		1);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0600), 0);
}

static inline void write_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* SHA-256 of the SubjectPublicKeyInfo, made apart from the code under test. */
static inline void hash_key(EVP_PKEY *key, unsigned char hash[32])
{
	unsigned char *der = NULL;
	int len = i2d_PUBKEY(key, &der);
	assert_true(len > 0);
	SHA256(der, (size_t)len, hash);
	OPENSSL_free(der);
}

static inline void make_folder(char folder[64])
{
	snprintf(folder, 64, "/tmp/kindling-test-XXXXXX");
	assert_non_null(mkdtemp(folder));
}

static inline int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
	(void)info;
	(void)type;
	(void)walk;
	return remove(path);
}

static inline void remove_folder(const char *folder)
{
	assert_int_equal(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

#endif
