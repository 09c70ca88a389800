/*
 * Replies: every page ends in one of these.
 */
#include "page/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "page/url.h"
#include "proto/header.h"

#define URL_MAX 4096 /* a path of 1024 bytes, each of them percent-encoded, and a query */

/* A status whose META could not be made says the status's own sentence. */
static void reply_meta(struct reply *reply, enum status status, struct span meta)
{
	body_close(&reply->body);
	reply->status = status;
	reply->meta = meta;
}

void reply_status(
	struct request *request, struct reply *reply, enum status status, const char *format, ...)
{
	char text[HEADER_META_MAX + 1];
	va_list arguments;
	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	reply_meta(reply, status, span_of(arena_copy(request->arena, span_of(text))));
}

void reply_redirect(struct request *request, struct reply *reply, enum status status,
	struct span path, const char *query)
{
	struct buf url;
	buf_init(&url, request->arena, URL_MAX);
	if (request->titan.present) /* a relative one would lead to the next upload */
		url_write_origin(&url, request->uri.host, request->uri.port);
	uri_append_path(&url, path);
	if (query != NULL) {
		buf_byte(&url, '?');
		buf_text(&url, query);
	}
	if (buf_failed(&url) || url.len > HEADER_META_MAX) {
		/* Cut in the middle it would lead elsewhere. */
		reply_status(request, reply, STATUS_PERMANENT_FAILURE,
			"The address of this page is too long for a redirect");
		return;
	}
	reply_meta(reply, status, buf_view(&url));
}

void reply_page(struct request *request, struct reply *reply, const struct buf *page)
{
	if (buf_failed(page) || request->arena->failed) {
		reply_status(request, reply, STATUS_TEMPORARY_FAILURE,
			"This page did not fit into memory. Try again in a minute");
		return;
	}
	reply_bytes(reply, reply_gemtext_type(request), buf_view(page));
}

void reply_bytes(struct reply *reply, const char *type, struct span bytes)
{
	reply_meta(reply, STATUS_SUCCESS, span_of(type));
	body_of_memory(&reply->body, bytes);
}

const char *reply_gemtext_type(const struct request *request)
{
	const char *lang = request->capsule->lang;
	if (lang[0] == '\0')
		return "text/gemini";
	/* Several languages hold a comma, which only a quoted string may (RFC 2045, 5.1). */
	const char *quote = strchr(lang, ',') != NULL ? "\"" : "";
	const char *type =
		arena_printf(request->arena, "text/gemini; lang=%s%s%s", quote, lang, quote);
	return type != NULL ? type : "text/gemini";
}
