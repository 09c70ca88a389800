/*
 * OpenSSL without memory at one place after the other, for this thread.
 */
#ifndef KINDLING_TESTS_UNIT_TIGHT_H
#define KINDLING_TESTS_UNIT_TIGHT_H

#include <limits.h>
#include <openssl/crypto.h>

#include "testing.h"

#define TIGHT_NEVER LONG_MAX

static _Thread_local long tight_left = TIGHT_NEVER; /* allocations, before one fails */
static _Thread_local bool tight_failed;

static inline bool tight_is_out(void)
{
	if (tight_left == TIGHT_NEVER || tight_left-- != 0)
		return false;
	tight_left = TIGHT_NEVER;
	tight_failed = true;
	return true;
}

static inline void tight_begin(long places)
{
	tight_failed = false;
	tight_left = places;
}

static inline void tight_end(void)
{
	tight_left = TIGHT_NEVER;
}

/* The next place to fail at: each of the first ones, and then fewer and fewer of them. */
static inline long tight_next(long place, long finely)
{
	return place + 1 + place / finely;
}

static inline void *tight_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return tight_is_out() ? NULL : malloc(size);
}

static inline void *tight_realloc(void *memory, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return tight_is_out() ? NULL : realloc(memory, size);
}

static inline void tight_free(void *memory, const char *file, int line)
{
	(void)file;
	(void)line;
	free(memory);
}

/* Before anything else is asked of OpenSSL. */
static inline bool tight_take_openssl(void)
{
	return CRYPTO_set_mem_functions(tight_malloc, tight_realloc, tight_free) == 1;
}

#endif
