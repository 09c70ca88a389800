/*
 * Whether AddressSanitizer is in this build: at the end of the process it looks for leaks with a
 * helper that shares its memory, traces it and reads /proc. Builds that are served from have none
 * of that; what it needs is allowed where SANDBOX_SANITIZED says so, and nowhere else.
 */
#ifndef KINDLING_OS_SANDBOX_SANITIZER_H
#define KINDLING_OS_SANDBOX_SANITIZER_H

#if defined(__SANITIZE_ADDRESS__)
enum { SANDBOX_SANITIZED = 1 };
#elif !defined(__has_feature)
enum { SANDBOX_SANITIZED = 0 };
#elif __has_feature(address_sanitizer)
enum { SANDBOX_SANITIZED = 1 };
#else
enum { SANDBOX_SANITIZED = 0 };
#endif

#endif
