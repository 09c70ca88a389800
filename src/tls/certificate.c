/*
 * The server's own certificates: where they lie, whether they are there, what they say.
 */
#include "tls/certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "tls/x509.h"

bool certificate_files_for(
	const char *folder, const char *host, struct certificate_files *files, struct fault *fault)
{
	const size_t size = sizeof files->certificate;

	if (host[0] == '\0' || host[0] == '.' || strchr(host, '/') != NULL)
		return fault_set(fault, "\"%s\" is not a host name", host);

	int certificate = snprintf(files->certificate, size, "%s/%s.crt", folder, host);
	int key = snprintf(files->key, size, "%s/%s.key", folder, host);

	if (certificate < 0 || key < 0 || (size_t)certificate >= size || (size_t)key >= size)
		return fault_set(fault, "the folder's name is too long: %s", folder);
	return true;
}

/* What is there but cannot be looked at counts: reading it gives the better message. */
static bool is_there(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

enum certificate_presence certificate_look(
	const struct certificate_files *files, struct fault *fault)
{
	bool certificate = is_there(files->certificate), key = is_there(files->key);

	if (certificate && key)
		return CERTIFICATE_PRESENT;
	if (!certificate && !key)
		return CERTIFICATE_ABSENT;
	if (key)
		fault_set(fault,
			"%s is there without %s; kindling cert make makes one for that key",
			files->key, files->certificate);
	else
		fault_set(fault, "%s is there without %s; put the key back, or move both away",
			files->certificate, files->key);
	return CERTIFICATE_HALF;
}

/* Ends the credentials. */
static bool summarise(const struct certificate_files *files, struct credentials *credentials,
	struct certificate_summary *summary, struct fault *fault)
{
	bool done = identity_read(credentials->leaf, EVP_sha256(), &summary->identity) ||
		    fault_set(fault, "%s cannot be hashed", files->certificate);

	clock_format_time(summary->identity.not_after, summary->not_after);
	summary->chain_length = 1 + (unsigned)sk_X509_num(credentials->chain);
	summary->self_signed = X509_self_signed(credentials->leaf, 1) == 1;
	credentials_free(credentials);
	return done;
}

bool certificate_read(const struct certificate_files *files, struct certificate_summary *summary,
	struct fault *fault)
{
	struct credentials credentials;

	*summary = (struct certificate_summary){0};
	return credentials_read(files, &credentials, fault) &&
	       summarise(files, &credentials, summary, fault);
}

bool certificate_read_public(const struct certificate_files *files,
	struct certificate_summary *summary, struct fault *fault)
{
	struct credentials credentials;

	*summary = (struct certificate_summary){0};
	return credentials_read_public(files, &credentials, fault) &&
	       summarise(files, &credentials, summary, fault);
}

/* The common name alone does not count: many clients look at the SAN and nowhere else. */
static bool covers(X509 *leaf, const char *name)
{
	unsigned char address[sizeof(struct in6_addr)];

	if (inet_pton(AF_INET, name, address) == 1)
		return X509_check_ip(leaf, address, 4, 0) == 1;
	if (inet_pton(AF_INET6, name, address) == 1)
		return X509_check_ip(leaf, address, 16, 0) == 1;
	return X509_check_host(leaf, name, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
}

bool certificate_first_uncovered(const struct certificate_files *files,
	struct certificate_names names, size_t *index, struct fault *fault)
{
	struct credentials credentials;

	if (!credentials_read_public(files, &credentials, fault))
		return false;
	for (*index = 0; *index < names.count; (*index)++) {
		if (!covers(credentials.leaf, names.names[*index]))
			break;
	}
	credentials_free(&credentials);
	return true;
}
