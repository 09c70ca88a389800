/*
 * What moderators do, and pages behind guards, for tests with readers.
 */
#ifndef KINDLING_TESTS_UNIT_MODERATORS_H
#define KINDLING_TESTS_UNIT_MODERATORS_H

#include "answers.h"

/* Of a guarded page, by way of the address that this reader is sent to; `query` behind it. */
static inline void assert_says_guarded(const char *path, const char *query, unsigned char who,
	enum status status, const char *words)
{
	assert_says(arena_printf(&w.arena, "%s%s", guard_of(path, who), query), who, status, words);
}

static inline struct store_comment comment_of(int64_t id)
{
	struct store_comment comment;
	assert_int_equal(store_comment_by_id(w.store, HERE, id, &w.arena, &comment), STORE_OK);
	return comment;
}

/* At the shell. */
static inline void moderate_for(enum store_act act, int64_t subject, const char *reason)
{
	const struct store_order order = {.capsule = HERE,
		.act = act,
		.subject = subject,
		.reason = span_of(reason),
		.now = now};
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
}

#endif
