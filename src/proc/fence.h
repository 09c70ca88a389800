/*
 * What a process of this server may still reach, once it has all that it needs.
 *
 * A worker: every capsule's root, to be read, and the store's folder, to be read and written; this
 * is where its temporary files go from here on (TMPDIR). The kernel binds it to the very folders
 * that stand there now: another one that takes a root's place is read by workers that start later.
 * The keyholder: no file at all.
 */
#ifndef KINDLING_PROC_FENCE_H
#define KINDLING_PROC_FENCE_H

#include "conf/conf.h"

/* Both to be called before the process has other threads. False with a fault: it must not serve. */
bool fence_worker(const struct conf *conf, struct fault *fault);
bool fence_keyholder(const struct conf *conf, struct fault *fault);

/* False where the store's folder is also that of a capsule or of certificates, or holds one: a
 * worker that was taken over could write, or read, what is not its own. `fault` says what to do. */
bool fence_is_close(const struct conf *conf, struct fault *fault);

/* Once, in the master: a line in the log for each thing that keeps the fence from being whole. */
void fence_announce(const struct conf *conf);

#endif
