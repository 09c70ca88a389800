/*
 * What every unit test starts with: cmocka and a few words for spans.
 */
#ifndef KINDLING_TESTS_UNIT_TESTING_H
#define KINDLING_TESTS_UNIT_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"

#define S(literal) SPAN_LIT(literal)

/* Compares a span with a C string and prints both where they differ. */
#define assert_span_equal(value, expected)                                                         \
	do {                                                                                       \
		struct span assert_span_ = (value);                                                \
		char *assert_text_ = calloc(1, assert_span_.len + 1);                              \
		assert_non_null(assert_text_);                                                     \
		if (assert_span_.len > 0)                                                          \
			memcpy(assert_text_, assert_span_.ptr, assert_span_.len);                  \
		assert_string_equal(assert_text_, expected);                                       \
		free(assert_text_);                                                                \
	} while (0)

#endif
