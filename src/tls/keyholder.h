/*
 * Private keys in a process of their own, which signs for the others.
 *
 * Both sides of it: the holder, which alone reads the keys, and the server, whose OpenSSL signs
 * through a provider (provider-signature(7), provider-keymgmt(7)) that asks the holder over a
 * socket.
 */
#ifndef KINDLING_TLS_KEYHOLDER_H
#define KINDLING_TLS_KEYHOLDER_H

#include "tls/certificate.h"

struct keys;

/* In the holder. Reads the key of every host, in their order, and checks that it is its
 * certificate's. NULL with a fault. The memory is not swapped out where the system allows that. */
struct keys *keys_read(const struct certificate_files *hosts, size_t count, struct fault *fault);
void keys_free(struct keys *keys); /* wipes them */

/* Answers what comes on each of these sockets (made by keyholder_pair), each in a thread of its
 * own, until the other ends of all are closed. False with a fault: it could not begin. What is
 * asked is hostile: a wrong question is refused, and nothing but signatures of what TLS signs
 * leaves. */
bool keys_serve(const struct keys *keys, const int *sockets, size_t count, struct fault *fault);

/* The two ends of a channel: [0] for the holder, [1] for one server process. Close-on-exec. */
bool keyholder_pair(int ends[2], struct fault *fault);

#define KEYHOLDER_TIMEOUT_MS 5000 /* then a handshake fails rather than wait for a signature */

#endif
