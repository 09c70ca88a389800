/*
 * Fuzzes uri_parse and its kin: whatever is accepted is safe to open, and has one spelling.
 */
#include "base/check.h"
#include "proto/host.h"
#include "proto/uri.h"
#include "text/unicode.h"

#define LIMIT (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_path(struct span path)
{
	CHECK(path.len > 0 && path.ptr[0] == '/');
	CHECK(unicode_is_valid(path));
	for (size_t i = 0; i < path.len; i++)
		CHECK((unsigned char)path.ptr[i] >= ' ' && path.ptr[i] != 0x7f);
	struct span segment, rest = span_skip(path, 1);
	for (bool more = true; more;) {
		more = span_cut(rest, '/', &segment, &rest);
		CHECK(segment.len > 0 || !more);
		CHECK(!span_equal(segment, SPAN_LIT(".")) && !span_equal(segment, SPAN_LIT("..")));
	}
}

static void check_host(const struct uri *uri, struct arena *arena)
{
	struct span again;
	bool is_address;
	CHECK(uri->host.len > 0);
	CHECK(host_normalise(uri->host, arena, &again, &is_address));
	CHECK(span_equal(again, uri->host) && is_address == uri->host_is_address);
	CHECK(host_matches(again, uri->host));
}

/* Written anew, it is the same place. */
static void check_spelling(const struct uri *uri, struct arena *arena)
{
	struct buf buf;
	struct uri again;
	bool brackets =
		uri->host.len > 0 && span_cut(uri->host, ':', &(struct span){0}, &(struct span){0});
	buf_init(&buf, arena, LIMIT);
	buf_printf(&buf, brackets ? "gemini://[%.*s]:%u" : "gemini://%.*s:%u", SPAN_ARG(uri->host),
		uri->port);
	uri_append_path(&buf, uri->path);
	CHECK(!buf_failed(&buf));
	CHECK(uri_parse(buf_view(&buf), arena, &again) == NULL);
	CHECK(span_equal(again.host, uri->host) && again.port == uri->port);
	CHECK(span_equal(again.path, uri->path) && !again.has_query);

	struct span path;
	bool local = uri_resolve_local(buf_view(&buf), uri->host, SPAN_LIT("/"), arena, &path);
	CHECK(local == (uri->port == URI_DEFAULT_PORT));
	CHECK(!local || span_equal(path, uri->path));
}

static void check_query(struct span query, struct arena *arena)
{
	struct span text;
	if (!uri_decode_query(query, arena, &text))
		return;
	CHECK(text.len <= query.len && unicode_is_valid(text));
	for (size_t i = 0; i < text.len; i++)
		CHECK(text.ptr[i] != '\r' && text.ptr[i] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct uri uri;
	struct span path, text = {(const char *)data, size};
	arena_init(&arena, LIMIT);
	if (uri_parse(text, &arena, &uri) == NULL && uri.scheme != URI_OTHER) {
		CHECK(uri.port >= 1 && uri.port <= 65535);
		check_path(uri.path);
		check_host(&uri, &arena);
		check_spelling(&uri, &arena);
		check_query(uri.query, &arena);
	}
	if (uri_resolve_local(text, SPAN_LIT("localhost"), SPAN_LIT("/posts/a.gmi"), &arena, &path))
		check_path(path);
	check_query(text, &arena);
	arena_end(&arena);
	return 0;
}
