/*
 * Readers who register, link and recover, step by step.
 */
#ifndef KINDLING_TESTS_UNIT_MEMBERS_H
#define KINDLING_TESTS_UNIT_MEMBERS_H

#include "answers.h"
#include "comments/codes.h"
#include "store/codes.h"

/* The guarded form of a path, as this reader is redirected to it, with what was typed there. */
static inline const char *typed_at(const char *path, unsigned char who, const char *typed)
{
	return path_with(guard_of(path, who), typed);
}

/* The first line of the first preformatted block. */
static inline const char *code_in(struct span page)
{
	struct span line;
	while (span_next_line(&page, &line)) {
		if (gemtext_is_fence(line) && span_next_line(&page, &line))
			return arena_copy(&w.arena, line);
	}
	fail_msg("no code");
	return NULL;
}

/* Registers and gives the recovery code. */
static inline const char *join(unsigned char who, const char *name)
{
	return code_in(page_of(led_to(path_with("/comments/register", name), who), who));
}

static inline const char *device_code(unsigned char who)
{
	return code_in(page_of(led_to(typed_at("/comments/account/device", who, "yes"), who), who));
}

/* A code of the shell's or a moderator's. */
static inline const char *made_code(enum store_code kind)
{
	struct code code;
	assert_true(code_make(CODE_SHORT, &code));
	const struct store_code_new made = {
		.capsule = HERE, .kind = kind, .now = now, .expires = now + 900, .hash = code.hash};
	assert_int_equal(store_code_make(w.store, &made), STORE_OK);
	return arena_copy(&w.arena, span_of(code.text));
}

static inline void assert_is(unsigned char who, const char *name)
{
	struct store_person person;
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(who), &w.arena, &person), STORE_OK);
	if (!span_equal(person.name, span_of(name)))
		fail_msg("%.*s, not %s", SPAN_ARG(person.name), name);
}

static inline void assert_is_nobody(unsigned char who)
{
	struct store_person person;
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(who), &w.arena, &person), STORE_NONE);
}

#endif
