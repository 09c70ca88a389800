/*
 * Whether a post takes comments.
 */
#include "comments/closing.h"

#define SECONDS_PER_DAY 86400

bool post_is_open(
	const struct conf_capsule *capsule, const struct post *post, int64_t now, int64_t *since)
{
	*since = 0;
	int64_t end = post->published + (int64_t)capsule->close_after * SECONDS_PER_DAY;
	/* Before the switch for everything, as that has no date. */
	if (capsule->close_after > 0 && now >= end)
		*since = end;
	return *since == 0 && capsule->commenting != COMMENTING_CLOSED;
}
