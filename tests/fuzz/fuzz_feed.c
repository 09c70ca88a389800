/*
 * Fuzzes reading a page as a feed: each entry is one dated link line of the page. And looking it
 * over: what is found stands on a line that is there.
 */
#include <string.h>

#include "base/check.h"
#include "proto/feed.h"
#include "proto/review.h"

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

static void check_review(struct span page, bool gemtext)
{
	struct review review;
	struct span line, rest = page;
	size_t lines = 0;

	while (span_next_line(&rest, &line))
		lines++;
	review_text(page, gemtext, &review);
	CHECK(review.not_utf8 <= lines && review.control <= lines && review.lone_return <= lines);
	CHECK(review.unclosed <= lines && review.bare_arrow <= lines);
	CHECK(gemtext || (review.unclosed == 0 && review.bare_arrow == 0));
	CHECK(review.control > 0 || review.control_code == 0);
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
	struct span title = feed_title(page);
	CHECK(title.len == 0 ||
		(title.ptr > page.ptr && title.ptr + title.len <= page.ptr + page.len));
	check_review(page, true);
	check_review(page, false);
	return 0;
}
