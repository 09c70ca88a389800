/*
 * What clients refuse, or stumble over, in a certificate that is otherwise the right one.
 */
#ifndef KINDLING_TLS_FLAWS_H
#define KINDLING_TLS_FLAWS_H

#include "tls/certificate.h"

enum flaw_weight {
	FLAW_NOTE,    /* a few clients */
	FLAW_WARNING, /* some */
	FLAW_ERROR    /* most, or OpenSSL in this server */
};

typedef void flaw_found(void *context, enum flaw_weight weight, const char *words);

/* Calls `found` for each flaw of the host's own certificate and of the chain behind it. False with
 * a fault: they cannot be read. */
bool flaws_find(const struct certificate_files *files, flaw_found *found, void *context,
	struct fault *fault);

#endif
