/*
 * Absolute URLs of this server's capsules.
 */
#include "page/url.h"

#include <string.h>

void url_write_origin(struct buf *buf, struct span host, unsigned port)
{
	/* Of all names only an IPv6 literal holds a colon. */
	bool bracketed = host.len > 0 && memchr(host.ptr, ':', host.len) != NULL;
	buf_printf(buf, bracketed ? "gemini://[%.*s]" : "gemini://%.*s", SPAN_ARG(host));
	if (port != URI_DEFAULT_PORT)
		buf_printf(buf, ":%u", port);
}

void url_write(struct buf *buf, const struct request *request, struct span path)
{
	url_write_origin(buf, span_of(request->capsule->host), request->uri.port);
	uri_append_path(buf, path);
}
