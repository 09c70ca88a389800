/*
 * A span: bytes that somebody else owns, with their length and without a terminating NUL.
 */
#ifndef KINDLING_BASE_SPAN_H
#define KINDLING_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	const char *ptr; /* never NULL when len > 0 */
	size_t len;
};

/* For printf: "%.*s", SPAN_ARG(span) */
#define SPAN_ARG(span)   (int)(span).len, (span).ptr
#define SPAN_LIT(string) ((struct span){(string), sizeof(string) - 1})

struct span span_of(const char *text); /* of a C string; NULL gives the empty span */
bool span_equal(struct span a, struct span b);
bool span_equal_nocase(struct span a, struct span b); /* ASCII letters only */
bool span_starts_with(struct span text, struct span prefix);
bool span_ends_with(struct span text, struct span suffix);
struct span span_skip(struct span text, size_t count); /* without its first `count` bytes */
struct span span_take(struct span text, size_t count); /* its first `count` bytes, or all */
struct span span_trim(struct span text);               /* without spaces and tabs at its ends */

/* Splits at the first `separator`: true, and `before` and `after` are what stands around it;
 * false where there is none: `before` is the whole text and `after` empty. */
bool span_cut(struct span text, char separator, struct span *before, struct span *after);

/* Takes the next line off `rest`, without its LF or CRLF; false when nothing is left. */
bool span_next_line(struct span *rest, struct span *line);

/* Decimal digits only, the whole span, no sign; false when empty, foreign or over `max`. */
bool span_to_u64(struct span text, uint64_t max, uint64_t *value);

#endif
