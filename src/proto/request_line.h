/*
 * The request line: absolute-URI CRLF, the URI at most 1024 bytes (protocol 0.24.1, section 2).
 */
#ifndef KINDLING_PROTO_REQUEST_LINE_H
#define KINDLING_PROTO_REQUEST_LINE_H

#include "base/span.h"

#define REQUEST_URI_MAX  1024
#define REQUEST_LINE_MAX (REQUEST_URI_MAX + 2)

enum request_line_state {
	REQUEST_LINE_MORE, /* no CRLF yet and still room for one */
	REQUEST_LINE_COMPLETE,
	REQUEST_LINE_BAD
};

/*
 * Looks at all that was received so far. COMPLETE: `uri` is the text before the CRLF: valid
 * UTF-8, no control character, no BOM; `used` counts the CRLF too. BAD: `why` is a sentence
 * for the answer 59 (a static string).
 */
enum request_line_state request_line_scan(
	struct span received, struct span *uri, size_t *used, const char **why);

#endif
