/*
 * Whether a post takes comments. Pure. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_CLOSING_H
#define KINDLING_COMMENTS_CLOSING_H

#include "page/request.h"

/* Where it does not any more, *since is the day, by its first second in UTC; 0: not known. */
bool post_is_open(
	const struct conf_capsule *capsule, const struct post *post, int64_t now, int64_t *since);

#endif
