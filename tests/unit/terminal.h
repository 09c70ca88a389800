/*
 * A terminal to write to, with its other side in the test's hands.
 */
#ifndef KINDLING_TESTS_UNIT_TERMINAL_H
#define KINDLING_TESTS_UNIT_TERMINAL_H

#include <fcntl.h>
#include <unistd.h>

#include "testing.h"

/* Both are to be closed. Skips the test where the system has no pseudo terminals, as in a bare
 * container. */
static inline void terminal_open(int *reader, int *screen)
{
	*reader = posix_openpt(O_RDWR | O_NOCTTY);
	*screen = -1;
	if (*reader >= 0 && grantpt(*reader) == 0 && unlockpt(*reader) == 0)
		*screen = open(ptsname(*reader), O_RDWR | O_NOCTTY);
	if (*screen >= 0)
		return;
	if (*reader >= 0)
		close(*reader);
	print_message("there are no pseudo terminals here: skipped\n");
	skip();
}

#endif
