/*
 * The request line, looked at anew whenever bytes arrive: it is short, and so keeps no state.
 */
#include "proto/request_line.h"

#include "text/unicode.h"

static enum request_line_state bad(const char **why, const char *sentence)
{
	*why = sentence;
	return REQUEST_LINE_BAD;
}

/* request = absolute-URI CRLF */
static enum request_line_state complete(
	struct span line, bool foreign, struct span *uri, size_t *used, const char **why)
{
	if (foreign && span_starts_with(line, SPAN_LIT(UNICODE_BOM)))
		return bad(why, "A request begins with its URL, not with a byte-order mark");
	if (foreign && !unicode_is_valid(line))
		return bad(why, "A request is UTF-8; percent-encode other bytes");
	*uri = line;
	*used = line.len + 2;
	return REQUEST_LINE_COMPLETE;
}

enum request_line_state request_line_scan(
	struct span received, struct span *uri, size_t *used, const char **why)
{
	struct span seen = span_take(received, REQUEST_LINE_MAX);
	bool foreign = false;
	bool line_feed = false; /* a bare one ends nothing, so the peer may still go on */
	for (size_t i = 0; i < seen.len; i++) {
		unsigned char c = (unsigned char)seen.ptr[i];
		foreign |= c >= 0x80;
		if (c >= ' ' && c != 0x7f)
			continue;
		if (c == '\n') {
			line_feed = true;
		} else if (c == '\r' && i + 1 < seen.len && seen.ptr[i + 1] == '\n') {
			if (line_feed)
				return bad(why, "A request is one line, ended by CR and LF");
			return complete(span_take(seen, i), foreign, uri, used, why);
		} else if (c != '\r' || i + 1 < seen.len) {
			return bad(why, "A URL holds no control characters; percent-encode them");
		}
	}
	if (seen.len < REQUEST_LINE_MAX)
		return REQUEST_LINE_MORE;
	return bad(why, "This URL is too long; 1024 bytes are the most that Gemini allows");
}
