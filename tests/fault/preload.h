/*
 * What the two halves of the library share.
 */
#ifndef KINDLING_TESTS_FAULT_PRELOAD_H
#define KINDLING_TESTS_FAULT_PRELOAD_H

#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>

#include "faults.h"

/* The functions defined here are the C library's own, which its headers declare in many ways. */
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wnonnull"

/* What the tests say; nothing fails before it is mapped. */
extern struct faults *shared __attribute__((visibility("hidden")));

/* A function pointer out of an object pointer, which C itself cannot say. */
#define REAL(name, ...)                                                                            \
	static __typeof__(&(name)) real;                                                           \
	if (real == NULL) {                                                                        \
		void *found = dlsym(RTLD_NEXT, #name);                                             \
		memcpy(&real, &found, sizeof(real));                                               \
	}                                                                                          \
	return real(__VA_ARGS__)

#endif
