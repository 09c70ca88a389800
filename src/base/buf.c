/*
 * The growing buffer.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CAPACITY_FIRST 512

void buf_init(struct buf *buf, struct arena *arena, size_t max)
{
	*buf = (struct buf){.arena = arena, .max = max};
}

/* Makes room for `len` more bytes; what was outgrown stays in the arena until that ends. */
static bool reserve(struct buf *buf, size_t len)
{
	if (buf->failed)
		return false;
	if (len <= buf->capacity - buf->len)
		return true;
	if (len > buf->max - buf->len) {
		buf->failed = true;
		return false;
	}
	size_t capacity = buf->capacity == 0 ? CAPACITY_FIRST : buf->capacity * 2;
	while (capacity - buf->len < len)
		capacity *= 2;
	if (capacity > buf->max)
		capacity = buf->max;
	char *data = arena_alloc(buf->arena, capacity);
	if (data == NULL) {
		buf->failed = true;
		return false;
	}
	if (buf->len > 0)
		memcpy(data, buf->data, buf->len);
	buf->data = data;
	buf->capacity = capacity;
	return true;
}

void buf_bytes(struct buf *buf, const void *bytes, size_t len)
{
	if (len == 0 || !reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
}

void buf_byte(struct buf *buf, char byte)
{
	buf_bytes(buf, &byte, 1);
}

void buf_span(struct buf *buf, struct span text)
{
	buf_bytes(buf, text.ptr, text.len);
}

void buf_text(struct buf *buf, const char *text)
{
	buf_bytes(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int len = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	/* One byte more than is kept: vsnprintf ends its work with a NUL. */
	if (len < 0 || !reserve(buf, (size_t)len + 1)) {
		buf->failed = true;
		return;
	}
	va_start(arguments, format);
	(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, format, arguments);
	va_end(arguments);
	buf->len += (size_t)len;
}

bool buf_failed(const struct buf *buf)
{
	return buf->failed;
}

struct span buf_view(const struct buf *buf)
{
	return (struct span){buf->data, buf->len};
}
