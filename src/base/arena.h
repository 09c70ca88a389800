/*
 * An arena: memory that is given out piece by piece and ends all at once.
 *
 * Everything that belongs to one request lives in one arena; nobody frees single pieces.
 */
#ifndef KINDLING_BASE_ARENA_H
#define KINDLING_BASE_ARENA_H

#include "base/span.h"

struct arena_block;

struct arena {
	struct arena_block *newest;
	size_t total; /* bytes taken from malloc */
	size_t limit; /* what `total` may reach */
	bool failed;  /* has given NULL, since its beginning or end */
};

/* Takes no memory yet. `limit` bounds what the arena may ever take, in bytes. */
void arena_init(struct arena *arena, size_t limit);

/* Aligned for any type, not zeroed. NULL when the limit is reached or memory is out. */
void *arena_alloc(struct arena *arena, size_t size);
void *arena_zalloc(struct arena *arena, size_t size); /* the same, zeroed */

/* A copy with a NUL behind it; NULL as above. */
char *arena_copy(struct arena *arena, struct span text);

/* Formats into the arena; NULL as above. */
__attribute__((format(printf, 2, 3))) char *arena_printf(
	struct arena *arena, const char *format, ...);

/* Frees everything; the arena can be used again. */
void arena_end(struct arena *arena);

#endif
