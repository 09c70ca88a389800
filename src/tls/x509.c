/*
 * Certificates and keys in OpenSSL's form: reading PEM files, and what identifies a certificate.
 */
#include "tls/x509.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <time.h>

#include "base/log.h"
#include "os/fd.h"

/* Room for a key or a long chain, and no more: these files are read whole. */
#define PEM_FILE_MAX (1 << 20)

const char *openssl_reason(void)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	ERR_clear_error();
	return reason != NULL ? reason : "unknown reason";
}

/* OpenSSL's own way is to ask on the terminal, which a server must never do. */
static int refuse_passphrase(char *buffer, int size, int writing, void *asked)
{
	(void)buffer;
	(void)size;
	(void)writing;
	*(bool *)asked = true;
	return -1;
}

static BIO *open_pem(const char *path, struct arena *arena, struct span *text, struct fault *fault)
{
	*text = (struct span){NULL, 0};
	arena_init(arena, 2 * PEM_FILE_MAX);
	if (!file_read(path, PEM_FILE_MAX, arena, text, fault))
		return NULL;

	BIO *bio = BIO_new_mem_buf(text->ptr, (int)text->len);

	if (bio == NULL)
		fault_set(fault, "no memory left to read %s", path);
	return bio;
}

bool key_read(const char *path, EVP_PKEY **key, struct fault *fault)
{
	struct arena arena;
	struct span text;
	BIO *bio = open_pem(path, &arena, &text, fault);
	bool asked = false;

	*key = NULL;
	if (bio != NULL) {
		*key = PEM_read_bio_PrivateKey(bio, NULL, refuse_passphrase, &asked);
		if (asked)
			fault_set(fault,
				"the key %s has a passphrase, which a server cannot type; "
				"write one without: openssl pkey -in %s -out NEW.key",
				path, path);
		else if (*key == NULL)
			fault_set(fault, "%s holds no private key in PEM form", path);
	}
	BIO_free(bio);
	if (text.len > 0)
		OPENSSL_cleanse((void *)(uintptr_t)text.ptr, text.len);
	arena_end(&arena);
	ERR_clear_error();
	return *key != NULL;
}

/* The leaf comes first, then what a client needs to get to a certificate that it trusts. */
static bool read_chain(const char *path, struct credentials *credentials, struct fault *fault)
{
	struct arena arena;
	struct span text;
	BIO *bio = open_pem(path, &arena, &text, fault);
	bool asked = false, done = false;

	if (bio == NULL)
		goto end;
	ERR_clear_error();
	credentials->leaf = PEM_read_bio_X509(bio, NULL, refuse_passphrase, &asked);
	credentials->chain = sk_X509_new_null();
	if (credentials->leaf == NULL || credentials->chain == NULL) {
		fault_set(fault, "%s holds no certificate in PEM form", path);
		goto end;
	}
	for (;;) {
		X509 *next = PEM_read_bio_X509(bio, NULL, refuse_passphrase, &asked);

		if (next == NULL)
			break;
		if (sk_X509_push(credentials->chain, next) == 0) {
			X509_free(next);
			fault_set(fault, "no memory left to read %s", path);
			goto end;
		}
	}
	done = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE ||
	       fault_set(fault, "certificate %d in %s is damaged: %s",
		       sk_X509_num(credentials->chain) + 2, path, openssl_reason());
end:
	BIO_free(bio);
	arena_end(&arena);
	ERR_clear_error();
	return done;
}

void key_warn_of_readers(const char *path)
{
	struct stat info;

	if (stat(path, &info) == 0 && (info.st_mode & 077) != 0)
		log_message(
			LOG_WARNING, "the key %s can be read by others: chmod 600 %s", path, path);
}

bool credentials_read_public(
	const struct certificate_files *files, struct credentials *credentials, struct fault *fault)
{
	*credentials = (struct credentials){0};
	if (read_chain(files->certificate, credentials, fault))
		return true;
	credentials_free(credentials);
	return false;
}

bool credentials_read(
	const struct certificate_files *files, struct credentials *credentials, struct fault *fault)
{
	if (!credentials_read_public(files, credentials, fault))
		return false;
	if (key_read(files->key, &credentials->key, fault)) {
		if (X509_check_private_key(credentials->leaf, credentials->key) == 1)
			return true;
		ERR_clear_error();
		fault_set(fault,
			"the key %s does not belong to the certificate %s; put the right pair "
			"there, or move both away to have new ones made",
			files->key, files->certificate);
	}
	credentials_free(credentials);
	return false;
}

void credentials_free(struct credentials *credentials)
{
	X509_free(credentials->leaf);
	sk_X509_pop_free(credentials->chain, X509_free);
	EVP_PKEY_free(credentials->key);
	*credentials = (struct credentials){0};
}

/* A chain of hashes: each one is over the one before and the next public key. */
bool keys_held_add(struct keys_held *held, const X509 *certificate)
{
	unsigned char *der = NULL;
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool done = len > 0 && context != NULL &&
		    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
		    EVP_DigestUpdate(context, held->digest, sizeof held->digest) == 1 &&
		    EVP_DigestUpdate(context, der, (size_t)len) == 1 &&
		    EVP_DigestFinal_ex(context, held->digest, NULL) == 1;

	EVP_MD_CTX_free(context);
	OPENSSL_free(der);
	return done;
}

/* Takes over `der`, which i2d_… gave with its length. */
static bool digest(unsigned char *der, int len, const EVP_MD *sha256, unsigned char *out)
{
	bool done = len > 0 && EVP_Digest(der, (size_t)len, out, NULL, sha256, NULL) == 1;

	OPENSSL_free(der);
	return done;
}

static int64_t seconds_of(const ASN1_TIME *time, int64_t otherwise)
{
	struct tm tm = {0};

	return ASN1_TIME_to_tm(time, &tm) == 1 ? (int64_t)timegm(&tm) : otherwise;
}

bool identity_read(X509 *certificate, const EVP_MD *sha256, struct identity *identity)
{
	unsigned char *key = NULL, *whole = NULL;

	*identity = (struct identity){0};

	int key_len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &key);
	int whole_len = i2d_X509(certificate, &whole);
	bool key_done = digest(key, key_len, sha256, identity->key);
	bool whole_done = digest(whole, whole_len, sha256, identity->certificate);

	/* A date that cannot be read makes the certificate one that is never current. */
	identity->not_before = seconds_of(X509_get0_notBefore(certificate), INT64_MAX);
	identity->not_after = seconds_of(X509_get0_notAfter(certificate), INT64_MIN);
	identity->present = key_done && whole_done;
	ERR_clear_error();
	return identity->present;
}
