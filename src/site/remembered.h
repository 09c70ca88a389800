/*
 * The types found out so far, by the file's stamp and what its name said.
 */
#ifndef KINDLING_SITE_REMEMBERED_H
#define KINDLING_SITE_REMEMBERED_H

#include <pthread.h>

#include "base/arena.h"
#include "site/content.h"
#include "site/stamp.h"

#define REMEMBERED_SETS 1024
#define REMEMBERED_WAYS 4 /* so 4096 files */

struct remembered {
	pthread_mutex_t lock;
	struct remembered_set *sets[REMEMBERED_SETS]; /* made when first wanted */
};

void remembered_begin(struct remembered *remembered);
void remembered_end(struct remembered *remembered);

/* The type, in `arena`; NULL where it is not remembered. Safe on any thread, as is the next. */
const char *remembered_type(struct remembered *remembered, const struct stamp *stamp,
	const char *by_name, struct arena *arena);

/* Replaces what was known of the same file, or the oldest of those in its set. */
void remembered_add(struct remembered *remembered, const struct stamp *stamp, const char *by_name,
	const char *type);

#endif
