/*
 * What a configuration needs of the machine: looked at, and made where it is missing, before any
 * process lives by it.
 */
#ifndef KINDLING_PROC_GROUNDWORK_H
#define KINDLING_PROC_GROUNDWORK_H

#include "conf/conf.h"

/* Opens the log that is configured. `as_root`: a file would be root's for good, so until the user
 * has been changed standard error stands in for it. */
bool groundwork_log(const struct conf *conf, bool as_root, struct fault *fault);

/* The capsules' folders can be opened. */
bool groundwork_roots(const struct conf *conf, struct fault *fault);

/* The store is there, made if need be, and of this version. */
bool groundwork_store(const struct conf *conf, struct fault *fault);

/* A certificate that was served is never replaced by one that is newly made: false where its files
 * are gone. `old` may be NULL. */
bool groundwork_certificates(const struct conf *conf, const struct conf *old, struct fault *fault);

/* Whether every capsule has its files. */
bool groundwork_has_certificates(const struct conf *conf);

/* Raises the limit of open files, or warns. */
void groundwork_descriptors(const struct conf *conf);

/* Warns of keys that this process could not read, now that it is no longer root. */
void groundwork_warn_of_keys(const struct conf *conf);

/* A number that changes with any of the certificates' files (which they are, how long, and when
 * they were last written), and with the folder that stands at a capsule's root: workers are bound
 * to the one that stood there when they started (fence.h). */
uint64_t groundwork_look_at_files(const struct conf *conf);

#endif
