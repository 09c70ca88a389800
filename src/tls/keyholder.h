/*
 * Private keys in a process of their own, which signs for the others.
 *
 * Three sides: the holder, which alone reads the keys; the servers, whose OpenSSL signs through a
 * provider that asks the holder (see tls_server_new and tls_server_ask); and whoever starts both
 * and gives each server process a channel to the holder.
 */
#ifndef KINDLING_TLS_KEYHOLDER_H
#define KINDLING_TLS_KEYHOLDER_H

#include "tls/certificate.h"

/* ---- whoever starts both */

/* The control socket's two ends: [0] for the holder, [1] to be kept. Close-on-exec. */
bool keyholder_pair(int ends[2], struct fault *fault);

/* A new channel: one end goes to the holder over `control`, the other is returned, close-on-exec,
 * for one server process alone. Each process gets a new one, its successor too: whatever a process
 * has done to its channel ends with it. -1 with a fault: the holder is gone, or no descriptors. */
int keyholder_channel(int control, struct fault *fault);

/* ---- the holder */

struct keys;

/* Places for `count` keys; NULL with a fault. keys_free wipes them. */
struct keys *keys_new(size_t count, struct fault *fault);
void keys_free(struct keys *keys);

/* Reads the key of one place, checks that it is its certificate's and can sign, and warns in the
 * log where others can read it. What is in memory then is not swapped out where the system allows
 * that: root always, others within RLIMIT_MEMLOCK. */
bool keys_read(struct keys *keys, size_t place, const struct certificate_files *files,
	struct fault *fault);

/* Which keys these are: a SHA-256 over all the public ones, in their order. */
struct keys_held {
	unsigned char digest[IDENTITY_KEY_SIZE];
};
struct keys_held keys_held(const struct keys *keys);

/* Takes channels from `control` and answers what comes on each in a thread of its own, until
 * control and all channels are closed. False with a fault: it could not go on. What comes on a
 * channel is hostile: a wrong question is refused, and nothing leaves but signatures of what TLS
 * has a server sign, with the schemes that it offers. */
bool keys_serve(const struct keys *keys, int control, struct fault *fault);

#define KEYHOLDER_TIMEOUT_MS   5000 /* then a handshake fails rather than wait for a signature */
#define KEYHOLDER_CHANNELS_MAX 1024 /* at once; more than there can be workers */

#endif
