/*
 * Spans: comparing and cutting bytes that somebody else owns.
 */
#include "base/span.h"

#include <string.h>

struct span span_of(const char *text)
{
	return (struct span){text, text == NULL ? 0 : strlen(text)};
}

bool span_equal(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static char lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool span_equal_nocase(struct span a, struct span b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

bool span_starts_with(struct span text, struct span prefix)
{
	return text.len >= prefix.len && span_equal(span_take(text, prefix.len), prefix);
}

bool span_ends_with(struct span text, struct span suffix)
{
	return text.len >= suffix.len && span_equal(span_skip(text, text.len - suffix.len), suffix);
}

struct span span_skip(struct span text, size_t count)
{
	if (count >= text.len)
		return (struct span){text.ptr, 0};
	return (struct span){text.ptr + count, text.len - count};
}

struct span span_take(struct span text, size_t count)
{
	return (struct span){text.ptr, count < text.len ? count : text.len};
}

struct span span_trim(struct span text)
{
	while (text.len > 0 && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
		text = span_skip(text, 1);
	while (text.len > 0 && (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
		text.len--;
	return text;
}

bool span_cut(struct span text, char separator, struct span *before, struct span *after)
{
	const char *at = text.len > 0 ? memchr(text.ptr, separator, text.len) : NULL;
	if (at == NULL) {
		*before = text;
		*after = (struct span){NULL, 0};
		return false;
	}
	size_t place = (size_t)(at - text.ptr);
	*before = span_take(text, place);
	*after = span_skip(text, place + 1);
	return true;
}

bool span_next_line(struct span *rest, struct span *line)
{
	if (rest->len == 0)
		return false;
	span_cut(*rest, '\n', line, rest);
	if (line->len > 0 && line->ptr[line->len - 1] == '\r')
		line->len--;
	return true;
}

bool span_to_u64(struct span text, uint64_t max, uint64_t *value)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		unsigned digit = (unsigned)(text.ptr[i] - '0');
		if (digit > max || sum > (max - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	*value = sum;
	return text.len > 0;
}
