/*
 * How often who may do what. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_LIMITS_H
#define KINDLING_COMMENTS_LIMITS_H

#include "comments/visit.h"

/* name, uses, within so many seconds */
#define LIMITS(X)                                                                                  \
	X(COMMENTS_OF_ADDRESS, 60, 3600)                                                           \
	X(EDITS_OF_PERSON, 30, 3600)                                                               \
	X(REGISTRATIONS_OF_ADDRESS, 10, 3600)                                                      \
	X(RENAMES_OF_PERSON, 5, 86400)                                                             \
	X(REPORTS_OF_PERSON, 20, 3600)                                                             \
	X(REPORTS_OF_ADDRESS, 40, 3600)                                                            \
	X(SEARCHES_OF_ADDRESS, 60, 60)                                                             \
	X(GUESSES_OF_ADDRESS, 20, 3600) /* at codes of any kind */                                 \
	X(GUESSES_OF_KEY, 10, 3600)                                                                \
	X(GUESSES_AT_NAME, 100, 3600) /* at a recovery code, by whomever: few would lock it */     \
	X(CODES_OF_PERSON, 20, 3600)  /* made */                                                   \
	X(EXPORTS_OF_PERSON, 10, 3600)

enum limit {
#define LIMIT_ENUM(name, uses, seconds) LIMIT_##name,
	LIMITS(LIMIT_ENUM)
#undef LIMIT_ENUM
		LIMIT_COUNT
};

/* Counts one use: by the request's network, a person, a certificate's key, a name. False, and
 * answered 44 with the seconds, where that is too often. */
bool limit_by_address(struct visit *visit, enum limit limit);
bool limit_by_person(struct visit *visit, enum limit limit);
bool limit_by_bytes(struct visit *visit, enum limit limit, const void *bytes, size_t count);

#endif
