/*
 * Percent-encoding, a byte at a time, so that nobody decodes twice.
 */
#include "proto/percent.h"

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* pct-encoded = "%" HEXDIG HEXDIG */
bool percent_next(struct span *rest, unsigned char *byte)
{
	if (rest->len == 0)
		return false;
	if (rest->ptr[0] != '%') {
		*byte = (unsigned char)rest->ptr[0];
		*rest = span_skip(*rest, 1);
		return true;
	}
	if (rest->len < 3)
		return false;
	int high = hex_value(rest->ptr[1]);
	int low = hex_value(rest->ptr[2]);
	if (high < 0 || low < 0)
		return false;
	*byte = (unsigned char)(high << 4 | low);
	*rest = span_skip(*rest, 3);
	return true;
}

void percent_append(struct buf *buf, unsigned char byte)
{
	static const char hex[] = "0123456789ABCDEF";
	buf_bytes(buf, (char[]){'%', hex[byte >> 4], hex[byte & 15]}, 3);
}
