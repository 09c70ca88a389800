/*
 * The response header: whatever META is, one line leaves here and nothing else.
 */
#include "proto/header.h"

#include <string.h>

#include "base/check.h"
#include "text/unicode.h"

static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

/* From the first byte that is not printable ASCII on. */
static size_t write_foreign(struct span rest, char *out, size_t room)
{
	size_t len = 0;
	uint32_t code_point;
	struct span bytes;
	while (unicode_next_bytes(&rest, &code_point, &bytes)) {
		if (unicode_is_invisible_control(code_point) && !unicode_is_joiner(code_point))
			bytes = SPAN_LIT(" ");
		if (bytes.len > room - len)
			break;
		memcpy(out + len, bytes.ptr, bytes.len);
		len += bytes.len;
	}
	return len;
}

size_t header_write(enum status status, struct span meta, char out[HEADER_SIZE_MAX])
{
	CHECK(status_is_known((int)status));
	if (span_starts_with(meta, SPAN_LIT(UNICODE_BOM)))
		meta = span_skip(meta, sizeof UNICODE_BOM - 1);
	if (meta.len == 0)
		meta = span_of(status_sentence(status));
	out[0] = (char)('0' + (int)status / 10);
	out[1] = (char)('0' + (int)status % 10);
	out[2] = ' ';
	size_t len = 3;
	size_t plain = 0;
	while (plain < meta.len && plain < HEADER_META_MAX && is_plain(meta.ptr[plain])) {
		out[len++] = meta.ptr[plain];
		plain++;
	}
	if (plain < meta.len && plain < HEADER_META_MAX)
		len += write_foreign(span_skip(meta, plain), out + len, HEADER_META_MAX - plain);
	out[len++] = '\r';
	out[len++] = '\n';
	return len;
}
