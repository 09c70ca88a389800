/*
 * The sections that are remembered: one per post, as a reader without a certificate gets it.
 * Private to comments/.
 */
#ifndef KINDLING_COMMENTS_SECTIONS_H
#define KINDLING_COMMENTS_SECTIONS_H

#include <pthread.h>

#include "base/arena.h"

#define SECTIONS_MAX          64
#define SECTIONS_TEXT_MAX     16384 /* longer ones are not remembered */
#define SECTIONS_MILLISECONDS 1000  /* then another program's changes, or a new day, show */

struct section_slot {
	char *slug, *text; /* NULL: free */
	size_t slug_len, text_len;
	uint64_t generation;
	int64_t made;  /* clock_monotonic_ms */
	uint64_t used; /* the greater, the later */
};

struct sections {
	pthread_mutex_t lock;
	struct section_slot slots[SECTIONS_MAX];
	uint64_t uses;
};

bool sections_init(struct sections *sections);
void sections_end(struct sections *sections);

/* True when the section made for this slug is from this generation and young enough; *text is a
 * copy in the arena. */
bool sections_find(struct sections *sections, struct span slug, uint64_t generation, int64_t now_ms,
	struct arena *arena, struct span *text);

/* Remembers, in place of what was not asked for longest. `generation` and `now_ms` are from before
 * the store was asked. Memory being out is no failure: nothing is remembered then. */
void sections_remember(struct sections *sections, struct span slug, uint64_t generation,
	int64_t now_ms, struct span text);

#endif
