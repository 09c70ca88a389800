/*
 * Absolute URLs of this capsule.
 */
#include "page/url.h"

#include <string.h>

void url_write(struct buf *buf, const struct request *request, struct span path)
{
	const char *host = request->capsule->host;
	/* Of all names only an IPv6 literal holds a colon. */
	buf_printf(buf, strchr(host, ':') != NULL ? "gemini://[%s]" : "gemini://%s", host);
	if (request->uri.port != URI_DEFAULT_PORT)
		buf_printf(buf, ":%u", request->uri.port);
	uri_append_path(buf, path);
}
