/*
 * The server's own certificates: made, renewed, read and checked.
 *
 * Clients pin what they see first, so a certificate is made to last and a key is never replaced
 * unless asked. One certificate per host: P-256, X.509 v3, self-signed, every name in its SAN.
 */
#ifndef KINDLING_TLS_CERTIFICATE_H
#define KINDLING_TLS_CERTIFICATE_H

#include "base/fault.h"
#include "base/span.h"
#include "tls/identity.h"

/* Where a host's certificate lies: "<folder>/<host>.crt" and ".key"; both PEM. */
struct certificate_files {
	char certificate[4096];
	char key[4096];
};
bool certificate_files_for(
	const char *folder, const char *host, struct certificate_files *files, struct fault *fault);

/* The names of a certificate: host first, then aliases; an IPv4 or IPv6 literal goes into the SAN
 * as an address. */
struct certificate_names {
	const char *const *names;
	size_t count;
};

/* Makes a new key (0600) and a certificate valid from now to 9999-12-31. Existing files are never
 * overwritten: where there is a certificate already that is a fault, and a key that is there
 * without one gets one. The folder is made where it is missing. */
bool certificate_make(
	const struct certificate_files *files, struct certificate_names names, struct fault *fault);

/* A new certificate for the key that is there. */
bool certificate_renew(
	const struct certificate_files *files, struct certificate_names names, struct fault *fault);

enum certificate_presence { CERTIFICATE_PRESENT, CERTIFICATE_ABSENT, CERTIFICATE_HALF };
/* HALF: one of the two files is there without the other, and `fault` says which. */
enum certificate_presence certificate_look(
	const struct certificate_files *files, struct fault *fault);

/* What a person wants to know of a certificate. */
struct certificate_summary {
	struct identity identity; /* fingerprints and dates */
	char not_after[64];       /* for reading */
	unsigned chain_length;    /* certificates in the file */
	bool self_signed;
};

/* Reads certificate and key and checks that they fit. */
bool certificate_read(const struct certificate_files *files, struct certificate_summary *summary,
	struct fault *fault);

/* The same without the key: no byte of it comes into this process's memory. */
bool certificate_read_public(const struct certificate_files *files,
	struct certificate_summary *summary, struct fault *fault);

/* Which of `names` the certificate does not cover: the index of the first, or `names.count`. */
bool certificate_first_uncovered(const struct certificate_files *files,
	struct certificate_names names, size_t *index, struct fault *fault);

#endif
