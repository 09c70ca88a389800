/*
 * Fuzzes titan_parse: what is taken is whole, and what is left holds no parameter.
 */
#include <string.h>

#include "base/check.h"
#include "proto/titan.h"
#include "proto/uri.h"
#include "text/unicode.h"

#define LIMIT (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_value(struct span value, struct span text)
{
	CHECK(value.len <= text.len && unicode_is_valid(value));
	for (size_t i = 0; i < value.len; i++)
		CHECK((unsigned char)value.ptr[i] >= ' ' && value.ptr[i] != 0x7f);
}

static void check_rest(struct span uri, struct span text)
{
	struct span front, query, ignored, wanted;
	CHECK(uri.len > 0 && uri.len < text.len);
	CHECK(span_cut(uri, '?', &front, &query) == span_cut(text, '?', &ignored, &wanted));
	CHECK(memchr(front.ptr, ';', front.len) == NULL);
	CHECK(span_starts_with(text, front));
	CHECK(span_equal(query, wanted));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct titan titan, again;
	struct span uri, rest, text = {(const char *)data, size};
	struct uri parsed;
	arena_init(&arena, LIMIT);
	const char *wrong = titan_parse(text, &arena, &titan, &uri);
	if (!titan.present) {
		CHECK(wrong == NULL && span_equal(uri, text));
	} else if (wrong == NULL) {
		CHECK(titan.edit == (titan.size == 0));
		check_value(titan.mime, text);
		check_value(titan.token, text);
		check_rest(uri, text);
		if (uri_parse(uri, &arena, &parsed) == NULL)
			CHECK(parsed.scheme == URI_TITAN);
		CHECK(titan_parse(uri, &arena, &again, &rest) != NULL);
	} else {
		CHECK(strlen(wrong) > 10);
	}
	arena_end(&arena);
	return 0;
}
