/*
 * Client certificates of every kind.
 */
#include "person.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

static EVP_PKEY *make_key(enum person_key kind)
{
	switch (kind) {
	case PERSON_P256:
		return EVP_EC_gen("P-256");
	case PERSON_RSA:
		return EVP_RSA_gen(2048);
	case PERSON_ED25519:
		return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	}
	return NULL;
}

static bool set_serial(X509 *certificate)
{
	unsigned char bytes[8];
	uint64_t serial;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return false;
	memcpy(&serial, bytes, sizeof(serial));
	return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

static X509 *make_certificate(
	EVP_PKEY *key, const struct person *issuer, const char *name, int from, int to)
{
	X509 *certificate = X509_new();
	EVP_PKEY *signer = issuer != NULL ? issuer->key : key;
	const EVP_MD *digest = EVP_PKEY_is_a(signer, "ED25519") ? NULL : EVP_sha256();
	X509_NAME *subject;

	if (certificate == NULL || !set_serial(certificate))
		goto fail;
	X509_set_version(certificate, X509_VERSION_3);
	X509_time_adj_ex(X509_getm_notBefore(certificate), from, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(certificate), to, 0, NULL);
	subject = X509_get_subject_name(certificate);
	if (X509_NAME_add_entry_by_txt(
		    subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) != 1)
		goto fail;
	X509_set_issuer_name(
		certificate, issuer != NULL ? X509_get_subject_name(issuer->certificate) : subject);
	if (X509_set_pubkey(certificate, key) != 1 || X509_sign(certificate, signer, digest) <= 0)
		goto fail;
	return certificate;
fail:
	X509_free(certificate);
	return NULL;
}

static bool complete(
	struct person *person, const struct person *issuer, const char *name, int from, int to)
{
	person->certificate = NULL;
	if (person->key != NULL)
		person->certificate = make_certificate(person->key, issuer, name, from, to);
	if (person->certificate != NULL)
		return true;
	person_end(person);
	return false;
}

bool person_make(struct person *person, enum person_key kind, const char *name, int from, int to)
{
	person->key = make_key(kind);
	return complete(person, NULL, name, from, to);
}

bool person_make_ordinary(struct person *person, const char *name)
{
	return person_make(person, PERSON_P256, name, -1, 3650);
}

bool person_renew_for(struct person *renewed, const struct person *person, int from, int to)
{
	renewed->key = EVP_PKEY_up_ref(person->key) == 1 ? person->key : NULL;
	return complete(renewed, NULL, "renewed", from, to);
}

bool person_renew(struct person *renewed, const struct person *person)
{
	return person_renew_for(renewed, person, -1, 30);
}

bool person_make_issued(struct person *person, const struct person *issuer, const char *name)
{
	person->key = make_key(PERSON_P256);
	return complete(person, issuer, name, -1, 30);
}

void person_end(struct person *person)
{
	X509_free(person->certificate);
	EVP_PKEY_free(person->key);
	*person = (struct person){NULL, NULL};
}

bool person_write(const struct person *person, const struct person *issuer,
	const char *certificate_path, const char *key_path)
{
	FILE *file;
	bool written = true;

	if (certificate_path != NULL) {
		file = fopen(certificate_path, "w");
		if (file == NULL)
			return false;
		written = PEM_write_X509(file, person->certificate) == 1 &&
			  (issuer == NULL || PEM_write_X509(file, issuer->certificate) == 1);
		written = fclose(file) == 0 && written;
	}
	if (written && key_path != NULL) {
		file = fopen(key_path, "w");
		if (file == NULL)
			return false;
		written = fchmod(fileno(file), 0600) == 0 &&
			  PEM_write_PrivateKey(file, person->key, NULL, NULL, 0, NULL, NULL) == 1;
		written = fclose(file) == 0 && written;
	}
	return written;
}

bool certificate_fingerprint(X509 *certificate, bool colons, char out[FINGERPRINT_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length;
	size_t used = 0;

	if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
		return false;
	for (unsigned i = 0; i < length; i++)
		used += (size_t)snprintf(out + used, FINGERPRINT_SIZE - used, "%s%02x",
			colons && i > 0 ? ":" : "", digest[i]);
	return true;
}
