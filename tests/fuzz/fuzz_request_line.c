/*
 * Fuzzes the two lines of a transaction: the request is read the same however it is cut into
 * packets, and the response header is one valid line whatever META is.
 */
#include "base/check.h"
#include "proto/header.h"
#include "proto/request_line.h"
#include "text/unicode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One line of text: what both directions promise. */
static void check_line(struct span line)
{
	CHECK(unicode_is_valid(line));
	CHECK(!span_starts_with(line, SPAN_LIT(UNICODE_BOM)));
	for (size_t i = 0; i < line.len; i++)
		CHECK((unsigned char)line.ptr[i] >= ' ' && line.ptr[i] != 0x7f);
}

static void check_header(enum status status, struct span meta)
{
	char bytes[HEADER_SIZE_MAX];
	struct span header = {bytes, header_write(status, meta, bytes)};
	CHECK(header.len >= 6 && header.len <= HEADER_SIZE_MAX);
	CHECK((bytes[0] - '0') * 10 + (bytes[1] - '0') == (int)status && bytes[2] == ' ');
	CHECK(span_ends_with(header, SPAN_LIT("\r\n")));
	check_line(span_take(header, header.len - 2));
	check_line(span_take(span_skip(header, 3), header.len - 5));
}

static enum request_line_state check_scan(struct span received, struct span *uri)
{
	size_t used = 0;
	const char *why = NULL;
	enum request_line_state state = request_line_scan(received, uri, &used, &why);
	switch (state) {
	case REQUEST_LINE_MORE:
		CHECK(received.len < REQUEST_LINE_MAX);
		break;
	case REQUEST_LINE_COMPLETE:
		CHECK(uri->len <= REQUEST_URI_MAX && used == uri->len + 2);
		CHECK(used <= received.len && uri->ptr == received.ptr);
		CHECK(span_starts_with(span_skip(received, uri->len), SPAN_LIT("\r\n")));
		check_line(*uri);
		break;
	case REQUEST_LINE_BAD:
		check_header(STATUS_BAD_REQUEST, span_of(why));
		break;
	}
	return state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = {(const char *)data, size}, uri = {NULL, 0}, earlier = {NULL, 0};
	check_header(STATUS_INPUT, text);
	enum request_line_state whole = check_scan(text, &uri);
	for (size_t len = 0; len < size && len <= REQUEST_LINE_MAX; len += 1 + len / 16) {
		enum request_line_state part = check_scan(span_take(text, len), &earlier);
		CHECK(part == REQUEST_LINE_MORE || (part == whole && earlier.len == uri.len));
	}
	return 0;
}
