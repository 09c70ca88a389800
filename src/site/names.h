/*
 * Names that are never shown to anybody.
 */
#ifndef KINDLING_SITE_NAMES_H
#define KINDLING_SITE_NAMES_H

#include "base/span.h"

/* True where a segment of the path begins with a dot. */
static inline bool names_hold_hidden(struct span path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (path.ptr[i] == '.' && (i == 0 || path.ptr[i - 1] == '/'))
			return true;
	}
	return false;
}

#endif
