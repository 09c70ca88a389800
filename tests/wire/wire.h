/*
 * What every wire test starts with: cmocka, and what starts the program and talks to it.
 *
 * These tests know the program by its command line and its sockets alone; none of its code is
 * linked into them.
 */
#ifndef KINDLING_TESTS_WIRE_WIRE_H
#define KINDLING_TESTS_WIRE_WIRE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ask.h"
#include "client.h"
#include "daemon.h"
#include "person.h"
#include "program.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A test whose name is a sentence; after it the daemon, which is the state, must be alive. */
#define TEST(words, function)                                                                      \
	{                                                                                          \
		words, function, NULL, daemon_is_alive, NULL                                       \
	}

#endif
