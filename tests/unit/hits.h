/*
 * Searching the comments of HERE, and what is found.
 */
#ifndef KINDLING_TESTS_UNIT_HITS_H
#define KINDLING_TESTS_UNIT_HITS_H

#include "store/search.h"
#include "stores.h"

static struct store_hits hits;

static inline void search_comments(struct span capsule, const char *typed)
{
	enum store_result result =
		store_search_comments(w.store, capsule, span_of(typed), 0, 20, &w.arena, &hits);
	if (result != STORE_OK)
		fail_msg("%s: %d", typed, (int)result);
}

/* The ids, best first. */
static inline const char *found(const char *typed)
{
	struct buf ids;
	search_comments(HERE, typed);
	buf_init(&ids, &w.arena, 4096);
	for (size_t i = 0; i < hits.count; i++)
		buf_printf(&ids, "%s%lld", i > 0 ? " " : "", (long long)hits.items[i].id);
	buf_byte(&ids, '\0');
	return buf_view(&ids).ptr;
}

static inline void assert_found(const char *typed, const char *expected)
{
	const char *ids = found(typed);
	if (strcmp(ids, expected) != 0)
		fail_msg("\"%s\" finds \"%s\", not \"%s\"", typed, ids, expected);
}

#endif
