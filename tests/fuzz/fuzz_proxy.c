/*
 * Fuzzes proxy_scan: what it takes is within what came and stays the same whatever follows, and
 * what it waits for may still come.
 */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "proto/proxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum proxy_result scan(
	const uint8_t *data, size_t size, struct proxy_header *header, size_t *used)
{
	const char *wrong = NULL;
	enum proxy_result result =
		proxy_scan((struct span){(const char *)data, size}, header, used, &wrong);
	CHECK(result != PROXY_BAD || (wrong != NULL && strlen(wrong) > 5));
	return result;
}

static void check_header(const struct proxy_header *header)
{
	static const unsigned char zero[16];
	CHECK(header->family == 0 || header->family == 4 || header->family == 6);
	CHECK(header->port <= 65535);
	if (header->family == 4)
		CHECK(memcmp(header->address + 4, zero, 12) == 0);
	if (header->family == 0)
		CHECK(memcmp(header->address, zero, 16) == 0);
}

/* As it arrives byte by byte: the answer is the same, and never comes too early or too late. */
static void check_pieces(const uint8_t *data, size_t size, enum proxy_result whole, size_t used)
{
	struct proxy_header header;
	size_t ignored, len = 0;
	while (len < size && scan(data, len, &header, &ignored) == PROXY_MORE)
		len++;
	enum proxy_result result = scan(data, len, &header, &ignored);
	CHECK(result == whole);
	CHECK(result != PROXY_COMPLETE || len == used);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct proxy_header header;
	size_t used;
	enum proxy_result result = scan(data, size, &header, &used);
	if (result == PROXY_COMPLETE) {
		CHECK(used > 0 && used <= size && used <= PROXY_HEADER_MAX);
		check_header(&header);
	}
	if (result == PROXY_MORE)
		CHECK(size < PROXY_HEADER_MAX);
	if (size <= 2 * PROXY_HEADER_MAX)
		check_pieces(data, size, result, used);
	return 0;
}
