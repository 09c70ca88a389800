/*
 * The server's side of TLS: one context per capsule, chosen by SNI.
 *
 * TLS 1.2 and 1.3; every client is asked for a certificate and any, or none, is accepted; no
 * tickets, no session cache, no renegotiation, no compression (reference: protocol 0.24.1, 4).
 */
#ifndef KINDLING_TLS_SERVER_H
#define KINDLING_TLS_SERVER_H

#include "base/fault.h"
#include "base/span.h"
#include "tls/certificate.h"
#include "tls/keyholder.h"

struct tls_server;

/* Which capsule has this SNI name: its index, or -1. */
typedef int tls_find_host(void *context, struct span name);

/* Reads the certificate of every capsule (at least one), and its key too, unless a keyholder has
 * the keys: then `held` says which they are, and it is a fault where one is not its certificate's.
 * NULL with a fault. `find` is asked, with the name in lower case, for each client that sends one;
 * 0 is taken where it sends none or an unknown one. A server and its connections belong to one
 * thread. */
struct tls_server *tls_server_new(const struct certificate_files *hosts, size_t count,
	tls_find_host *find, void *context, const struct keys_held *held, struct fault *fault);

/* In each process that serves, before its first connection: its keyholder_channel, which stays the
 * caller's. */
void tls_server_ask(struct tls_server *server, int channel);

void tls_server_free(struct tls_server *server);

#endif
