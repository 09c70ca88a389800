/*
 * The keyholder: one process for each generation of workers, which alone has the private keys in
 * its memory, and signs for them.
 *
 * The master makes two pairs, keyholder_pair (tls/keyholder.h) for control and a pipe for the first
 * word, forks, and calls keyholder_run in the new process. Once it has heard KEYHOLDER_READY it
 * makes the generation's tls_server (which fails where a certificate was replaced meanwhile), and
 * for each worker process that it is about to start a channel of its own: keyholder_channel.
 * The keyholder ends by itself when the control socket and all channels have ended; no signal of
 * those that stop a server ends it before, since connections may still be in their handshakes.
 */
#ifndef KINDLING_PROC_KEYHOLDER_H
#define KINDLING_PROC_KEYHOLDER_H

#include "conf/conf.h"
#include "tls/keyholder.h"

struct keyholder_setup {
	const struct conf *conf;
	int control; /* ends[0] of keyholder_pair; taken over */
	int ready;   /* the first word is written here; taken over */
};

/* Called in the new process, which has no other descriptors of the master left but the standard
 * ones and the log's: the other ends of these two above all. Reads the keys that are there, drops
 * privileges, makes certificates that are missing, reads those, seals and sandboxes itself, and
 * serves. Gives its exit code. */
int keyholder_run(const struct keyholder_setup *setup);

/* In the master, from the pipe's other end. Waits where that is a blocking one. */
enum keyholder_word {
	KEYHOLDER_SILENT, /* nothing yet: only where the pipe does not block */
	KEYHOLDER_READY,  /* *held says which keys it has */
	KEYHOLDER_FAILED  /* `fault`: what is to be printed; the process ends */
};
enum keyholder_word keyholder_hear(int ready, struct keys_held *held, struct fault *fault);

/* Where a capsule's certificate lies; makes it where it is missing, and says so in the log. For the
 * process that reads the keys: the keyholder, or the master where there is none. */
bool keyholder_prepare_certificate(
	const struct conf_capsule *capsule, struct certificate_files *files, struct fault *fault);

#endif
