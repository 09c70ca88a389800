/*
 * The server's own certificates: making and renewing them.
 */
#include "tls/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "os/fd.h"
#include "tls/x509.h"

#define SERIAL_BITS     127               /* unpredictable, and positive within 16 bytes */
#define COMMON_NAME_MAX 64                /* ub-common-name, RFC 5280 appendix A */
#define BACKDATED       (24 * 3600)       /* for clients whose clock is behind */
#define NO_END          "99991231235959Z" /* RFC 5280, 4.1.2.5 */

static bool set_serial(X509 *certificate)
{
	BIGNUM *number = BN_new();
	bool done = number != NULL &&
		    BN_rand(number, SERIAL_BITS, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
		    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != NULL;

	BN_free(number);
	return done;
}

/* Clients look for names in the SAN; this one is for people. */
static bool set_name(X509 *certificate, const char *host)
{
	size_t len = strnlen(host, COMMON_NAME_MAX);
	X509_NAME *name = X509_get_subject_name(certificate);

	return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
		       (const unsigned char *)host, (int)len, -1, 0) == 1 &&
	       X509_set_issuer_name(certificate, name) == 1;
}

static bool add_name(GENERAL_NAMES *names, const char *text)
{
	unsigned char address[sizeof(struct in6_addr)];
	int size = inet_pton(AF_INET, text, address) == 1    ? 4
		   : inet_pton(AF_INET6, text, address) == 1 ? 16
							     : 0;
	ASN1_STRING *value =
		ASN1_STRING_type_new(size > 0 ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
	GENERAL_NAME *name = GENERAL_NAME_new();

	if (value == NULL || name == NULL ||
		ASN1_STRING_set(value, size > 0 ? (const void *)address : text,
			size > 0 ? size : (int)strlen(text)) != 1) {
		ASN1_STRING_free(value);
		GENERAL_NAME_free(name);
		return false;
	}
	GENERAL_NAME_set0_value(name, size > 0 ? GEN_IPADD : GEN_DNS, value);
	if (sk_GENERAL_NAME_push(names, name) == 0) {
		GENERAL_NAME_free(name);
		return false;
	}
	return true;
}

static bool set_names(X509 *certificate, struct certificate_names names)
{
	GENERAL_NAMES *list = sk_GENERAL_NAME_new_null();
	bool done = list != NULL;

	for (size_t i = 0; done && i < names.count; i++)
		done = add_name(list, names.names[i]);
	done = done && X509_add1_ext_i2d(certificate, NID_subject_alt_name, list, 0, 0) == 1;
	GENERAL_NAMES_free(list);
	return done;
}

static bool set_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX context;

	X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);

	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
	bool done = extension != NULL && X509_add_ext(certificate, extension, -1) == 1;

	X509_EXTENSION_free(extension);
	return done;
}

static bool fill(X509 *certificate, EVP_PKEY *key, struct certificate_names names)
{
	/* Ed25519 and Ed448 bring their own digest; naming another is an error. */
	bool edwards = EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1;

	return X509_set_version(certificate, X509_VERSION_3) == 1 && set_serial(certificate) &&
	       set_name(certificate, names.names[0]) &&
	       X509_gmtime_adj(X509_getm_notBefore(certificate), -BACKDATED) != NULL &&
	       ASN1_TIME_set_string_X509(X509_getm_notAfter(certificate), NO_END) == 1 &&
	       X509_set_pubkey(certificate, key) == 1 && set_names(certificate, names) &&
	       set_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
	       set_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
	       set_extension(certificate, NID_ext_key_usage, "serverAuth") &&
	       set_extension(certificate, NID_subject_key_identifier, "hash") &&
	       X509_sign(certificate, key, edwards ? NULL : EVP_sha256()) > 0;
}

static struct span written(BIO *pem)
{
	char *text;
	long len = BIO_get_mem_data(pem, &text);

	return (struct span){text, (size_t)len};
}

static bool write_certificate(
	const char *path, EVP_PKEY *key, struct certificate_names names, struct fault *fault)
{
	X509 *certificate = X509_new();
	BIO *pem = BIO_new(BIO_s_mem());
	bool done;

	if (certificate == NULL || pem == NULL || !fill(certificate, key, names) ||
		PEM_write_bio_X509(pem, certificate) != 1)
		done = fault_set(fault, "cannot make the certificate %s for %s: %s", path,
			names.names[0], openssl_reason());
	else
		done = file_write(path, written(pem), 0644, fault);
	BIO_free(pem);
	X509_free(certificate);
	return done;
}

/* The key gets its name once it is whole, and only where nobody was quicker: two servers that start
 * at once in one folder must not end with the certificate of one and the key of the other. */
static bool publish(const char *draft, const char *path, struct fault *fault)
{
	bool done = link(draft, path) == 0 || errno == EEXIST;

	if (!done && (errno == EPERM || errno == EOPNOTSUPP)) /* no hard links there */
		done = rename(draft, path) == 0;
	if (!done)
		fault_set(fault, "cannot make the key %s: %s", path, strerror(errno));
	(void)unlink(draft);
	return done;
}

static bool write_key(const char *path, EVP_PKEY *key, struct fault *fault)
{
	char draft[sizeof((struct certificate_files *)0)->key + 32];
	BIO *pem = BIO_new(BIO_s_secmem());
	bool done;

	(void)snprintf(draft, sizeof draft, "%s.%ld", path, (long)getpid());
	if (pem == NULL || PEM_write_bio_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL) != 1)
		done = fault_set(fault, "cannot make the key %s: %s", path, openssl_reason());
	else
		done = file_write(draft, written(pem), 0600, fault) && publish(draft, path, fault);
	BIO_free(pem);
	return done;
}

static bool make_folder_of(const char *path, struct fault *fault)
{
	char folder[sizeof((struct certificate_files *)0)->key];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return true;

	size_t len = (size_t)(slash - path);

	memcpy(folder, path, len);
	folder[len] = '\0';
	return directory_make(folder, 0755, fault);
}

static bool make_key(const char *path, struct fault *fault)
{
	if (!make_folder_of(path, fault))
		return false;

	EVP_PKEY *key = EVP_EC_gen("P-256");
	bool done = key != NULL ? write_key(path, key, fault)
				: fault_set(fault, "cannot make a key: %s", openssl_reason());

	EVP_PKEY_free(key);
	return done;
}

bool certificate_make(
	const struct certificate_files *files, struct certificate_names names, struct fault *fault)
{
	switch (certificate_look(files, fault)) {
	case CERTIFICATE_PRESENT:
		return fault_set(
			fault, "%s is there already; nothing was made", files->certificate);
	case CERTIFICATE_HALF:
		/* A key alone is what a crash in here leaves, or what somebody has kept. */
		return access(files->key, F_OK) == 0 && certificate_renew(files, names, fault);
	case CERTIFICATE_ABSENT:
		break;
	}
	return make_key(files->key, fault) && certificate_renew(files, names, fault);
}

bool certificate_renew(
	const struct certificate_files *files, struct certificate_names names, struct fault *fault)
{
	EVP_PKEY *key;

	if (!key_read(files->key, &key, fault))
		return false;

	bool done = write_certificate(files->certificate, key, names, fault);

	EVP_PKEY_free(key);
	return done;
}
