/*
 * What a failed CHECK does: say where, and abort, so that a core or a sanitizer shows the rest.
 */
#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *condition, const char *file, int line)
{
	(void)fprintf(stderr, "kindling: %s:%d: this must hold and does not: %s\n", file, line,
		condition);
	abort();
}
