/*
 * Links that strangers wrote. Checked in the form in which they are written, which is the one that
 * clients read.
 */
#include "proto/link.h"

#include <string.h>

#include "proto/percent.h"
#include "proto/uri.h"

static bool is_shown_scheme(struct span scheme)
{
	static const char *const shown[] = {
		"gemini", "https", "http", "gopher", "spartan", "finger", "nex", "mailto"};
	for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++)
		if (span_equal_nocase(scheme, span_of(shown[i])))
			return true;
	return false;
}

/* "//" and a host, without userinfo: what stands before the @ is easily taken for the host. */
static bool has_plain_host(struct span rest)
{
	if (!span_starts_with(rest, SPAN_LIT("//")))
		return false;
	rest = span_skip(rest, 2);
	size_t len = 0;
	while (len < rest.len && strchr("/?#", rest.ptr[len]) == NULL)
		len++;
	return len > 0 && memchr(rest.ptr, '@', len) == NULL;
}

/* The fragment never leaves the client. What this server cannot read as a URL is not safe to
 * offer either: a client may mend it first. */
static bool may_act(struct span link, struct host_names own, struct arena *arena)
{
	struct uri uri;
	struct span whole, part;
	span_cut(link, '#', &whole, &part);
	return uri_parse(whole, arena, &uri) != NULL ||
	       (uri.has_query && host_is_among(own, uri.host));
}

static bool is_safe(struct span link, struct host_names own, struct arena *arena)
{
	struct span scheme, rest;
	span_cut(link, ':', &scheme, &rest);
	if (span_equal_nocase(scheme, SPAN_LIT("mailto")))
		return rest.len > 0;
	if (!has_plain_host(rest))
		return false;
	return !span_equal_nocase(scheme, SPAN_LIT("gemini")) || !may_act(link, own, arena);
}

bool link_read(struct span untrusted, struct host_names own, struct arena *arena, struct span *link)
{
	struct buf buf;
	struct span scheme, rest;
	/* The scheme first: of most words in a comment nothing more has to be known. */
	if (untrusted.len > LINK_BYTES_MAX || !span_cut(untrusted, ':', &scheme, &rest) ||
		!is_shown_scheme(scheme))
		return false;
	size_t longest = 3 * untrusted.len; /* no more, as a comment may be full of wrong links */
	buf_init(&buf, arena, longest < LINK_BYTES_MAX ? longest : LINK_BYTES_MAX);
	for (size_t i = 0; i < untrusted.len && !buf_failed(&buf); i++) {
		unsigned char c = (unsigned char)untrusted.ptr[i];
		if (c <= ' ' || c == 0x7f)
			return false;
		if (c < 0x80)
			buf_byte(&buf, untrusted.ptr[i]);
		else
			percent_append(&buf, c);
	}
	*link = buf_view(&buf);
	return !buf_failed(&buf) && is_safe(*link, own, arena);
}
