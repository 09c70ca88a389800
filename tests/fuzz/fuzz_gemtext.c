/*
 * Fuzzes what shows a stranger's text: it never starts a line, never hides, never turns the text
 * around it, and whatever page stands above the comments can be closed.
 */
#include "base/check.h"
#include "proto/gemtext.h"
#include "proto/link.h"
#include "proto/uri.h"
#include "text/unicode.h"

#define LIMIT     (1 << 22)
#define MARKS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Text as it may stand on one line. */
static void check_line(struct span line)
{
	uint32_t code_point;
	size_t marks = 0;
	while (unicode_next(&line, &code_point)) {
		CHECK(!unicode_is_invisible_control(code_point) || unicode_is_joiner(code_point));
		if (unicode_is_mark(code_point))
			CHECK(++marks <= MARKS_MAX);
		else if (!unicode_is_joiner(code_point))
			marks = 0;
	}
}

static void check_text(struct span text, struct arena *arena)
{
	struct span normal;
	CHECK(unicode_is_valid(text));
	CHECK(unicode_to_nfc(text, arena, &normal) && span_equal(normal, text));
}

static void check_quote(struct span text, struct arena *arena)
{
	struct buf buf;
	buf_init(&buf, arena, LIMIT);
	gemtext_quote(&buf, text);
	CHECK(!buf_failed(&buf));
	struct span line, rest = buf_view(&buf);
	check_text(rest, arena);
	CHECK(rest.len == 0 || span_ends_with(rest, SPAN_LIT("\n")));
	bool empty_before = true;
	while (span_cut(rest, '\n', &line, &rest)) {
		bool empty = span_equal(line, SPAN_LIT(">"));
		CHECK(empty || (span_starts_with(line, SPAN_LIT("> ")) && line.len > 2));
		CHECK(!empty || !empty_before);
		empty_before = empty;
		check_line(line);
	}
	CHECK(rest.len == 0);
}

static void check_inline(struct span text, size_t max, struct arena *arena)
{
	struct buf buf, again;
	buf_init(&buf, arena, LIMIT);
	gemtext_inline(&buf, text, max);
	CHECK(!buf_failed(&buf));
	struct span line = buf_view(&buf);
	check_text(line, arena);
	check_line(line);
	CHECK(!span_starts_with(line, SPAN_LIT(" ")) && !span_ends_with(line, SPAN_LIT(" ")));
	size_t count = 0;
	uint32_t code_point;
	for (struct span rest = line; unicode_next(&rest, &code_point);)
		count++;
	CHECK(max == 0 || count <= max + 1);
	buf_init(&again, arena, LIMIT);
	gemtext_inline(&again, line, 0);
	CHECK(span_equal(buf_view(&again), line));
}

/* Plain to see, and the same when read again. */
static void check_link(struct span link, struct host_names own, struct arena *arena)
{
	struct span again;
	struct uri uri;
	CHECK(link.len <= LINK_BYTES_MAX);
	for (size_t i = 0; i < link.len; i++)
		CHECK(link.ptr[i] > ' ' && link.ptr[i] <= '~');
	CHECK(link_read(link, own, arena, &again) && span_equal(link, again));
	if (uri_parse(link, arena, &uri) == NULL && uri.scheme != URI_OTHER)
		CHECK(uri.scheme == URI_GEMINI &&
			!(uri.has_query && span_equal(uri.host, SPAN_LIT("localhost"))));
}

static void check_links(struct span text, struct arena *arena)
{
	static const char *const items[] = {"localhost"};
	const struct host_names own = {items, 1};
	struct buf buf;
	buf_init(&buf, arena, LIMIT);
	size_t count = gemtext_links_of(&buf, text, own, "Links:");
	CHECK(!buf_failed(&buf) && count <= GEMTEXT_LINKS_MAX);
	struct span line, rest = buf_view(&buf), url, label, seen[GEMTEXT_LINKS_MAX];
	CHECK((count == 0) == (rest.len == 0));
	for (size_t lines = 0; span_cut(rest, '\n', &line, &rest); lines++) {
		if (lines == 0) {
			CHECK(span_equal(line, SPAN_LIT("Links:")));
			continue;
		}
		CHECK(lines <= count && gemtext_read_link(line, &url, &label));
		CHECK(span_equal(url, label));
		check_link(url, own, arena);
		for (size_t i = 0; i + 1 < lines; i++)
			CHECK(!span_equal(seen[i], url));
		seen[lines - 1] = url;
	}
	CHECK(rest.len == 0);
}

/* Lines counted the simple way. */
static bool is_preformatted_after(struct span page)
{
	bool preformatted = false;
	struct span line;
	while (page.len > 0) {
		span_cut(page, '\n', &line, &page);
		preformatted ^= gemtext_is_fence(line);
	}
	return preformatted;
}

static void check_closing(struct span page)
{
	struct gemtext_position position = {0};
	size_t half = page.len / 2;
	gemtext_follow(&position, span_take(page, half));
	gemtext_follow(&position, span_skip(page, half));
	CHECK(position.preformatted == is_preformatted_after(page));
	CHECK((position.seen > 0) == (page.len > 0 && page.ptr[page.len - 1] != '\n'));
	gemtext_follow(&position, span_of(gemtext_closing(&position)));
	CHECK(!position.preformatted && position.seen == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct span text = {(const char *)data, size};
	arena_init(&arena, LIMIT);
	check_quote(text, &arena);
	check_inline(text, 0, &arena);
	check_inline(text, 32, &arena);
	check_links(text, &arena);
	check_closing(text);
	arena_end(&arena);
	return 0;
}
