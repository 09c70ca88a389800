/*
 * Fuzzes reading a page as a feed: each entry is one dated link line of the page.
 */
#include <string.h>

#include "base/check.h"
#include "proto/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void check_entry(const struct feed_entry *entry, struct span page)
{
	CHECK(entry->url.len > 0 && entry->title.len > 0 && entry->date.len == 10);
	CHECK(!is_digit(entry->title.ptr[0]) && !is_digit(entry->date.ptr[10]));
	for (size_t i = 0; i < entry->date.len; i++)
		CHECK(is_digit(entry->date.ptr[i]) ||
			((i == 4 || i == 7) && entry->date.ptr[i] == '-'));
	CHECK(memchr(entry->url.ptr, ' ', entry->url.len) == NULL);
	const char *end = entry->title.ptr + entry->title.len;
	CHECK(entry->url.ptr >= page.ptr + 2 && end <= page.ptr + page.len);
	CHECK(entry->url.ptr + entry->url.len < entry->date.ptr);
	CHECK(entry->date.ptr + entry->date.len < end);
	CHECK(memchr(entry->url.ptr, '\n', (size_t)(end - entry->url.ptr)) == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span page = {(const char *)data, size}, rest = page;
	struct feed_entry entry;
	bool preformatted = false;
	for (size_t left = rest.len; feed_next_entry(&rest, &preformatted, &entry);
		left = rest.len) {
		CHECK(rest.len < left && !preformatted);
		check_entry(&entry, page);
	}
	CHECK(rest.len == 0);
	return 0;
}
