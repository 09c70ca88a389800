/*
 * A buffer that grows in an arena, up to a bound.
 *
 * A write that cannot be made marks the buffer failed and changes nothing; later writes do
 * nothing. So a page is written without a test after every line, and buf_failed is asked once.
 */
#ifndef KINDLING_BASE_BUF_H
#define KINDLING_BASE_BUF_H

#include "base/arena.h"

struct buf {
	struct arena *arena;
	char *data;
	size_t len, capacity, max;
	bool failed;
};

/* Takes no memory yet; `max` is the bound in bytes. */
void buf_init(struct buf *buf, struct arena *arena, size_t max);

void buf_bytes(struct buf *buf, const void *bytes, size_t len);
void buf_byte(struct buf *buf, char byte);
void buf_span(struct buf *buf, struct span text);
void buf_text(struct buf *buf, const char *text);
__attribute__((format(printf, 2, 3))) void buf_printf(struct buf *buf, const char *format, ...);

bool buf_failed(const struct buf *buf);
struct span buf_view(const struct buf *buf); /* valid until the next write */

#endif
