/*
 * The store: people, their certificates, and comments. The only folder that knows SQL.
 *
 * Every call may block and belongs in a job. A store may be used by several threads at once; it
 * keeps a few connections and lends one to each call. Never carry one across a fork.
 * What a write acknowledged with STORE_OK survives kill -9 and loss of power.
 *
 * The calls stand in people.h, codes.h, comments.h, moderation.h, search.h and transfer.h. Where
 * one takes `capsule` (a host), nothing of another capsule is ever found or changed. What a call
 * gives lives in the arena that it was given.
 */
#ifndef KINDLING_STORE_STORE_H
#define KINDLING_STORE_STORE_H

#include <stdatomic.h>

#include "base/fault.h"
#include "store/types.h"

struct store;

enum store_result {
	STORE_OK,
	STORE_NONE,     /* no such row */
	STORE_TAKEN,    /* the name, or the key, belongs to somebody already */
	STORE_REPEATED, /* the same again: the first one counts */
	STORE_TOO_MANY, /* over the limit */
	STORE_GONE,     /* it was there, and its state does not allow this any more */
	STORE_BARRED,   /* this person may not do that, or not any more */
	STORE_RESTING   /* busy, full, damaged or out of memory; already logged */
};

/* `generation`, where not NULL, is counted up after each committed change: memory shared by all
 * workers, so that each can tell whether what it remembers is still true. */
struct store *store_open(const char *file, _Atomic uint64_t *generation, struct fault *fault);
void store_close(struct store *store);

#endif
