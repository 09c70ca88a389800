/*
 * A few people who talk to each other, for tests that read what they said.
 */
#ifndef KINDLING_TESTS_UNIT_COMPANY_H
#define KINDLING_TESTS_UNIT_COMPANY_H

#include "answers.h"

static int64_t rosa, ibrahim, luz;

/* Three readers: 1, 2 and 3; and 4, a moderator. */
static inline void let_people_in(void)
{
	rosa = person_of(1, "Rosa");
	ibrahim = person_of(2, "Ibrahim");
	luz = person_of(3, "Luz");
	moderate(STORE_ACT_APPOINT, person_of(4, "Vera"));
}

/* Under the essay, below `parent`. */
static inline int64_t say_text(int64_t person, int64_t parent, const char *text)
{
	return say(person, SPREADS, parent, span_of(text));
}

#endif
