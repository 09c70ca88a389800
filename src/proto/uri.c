/*
 * URIs: one pass over each part, and no copy of a part that is plain ASCII and in order already.
 */
#include "proto/uri.h"

#include <string.h>

#include "base/check.h"
#include "proto/host.h"
#include "proto/percent.h"
#include "text/unicode.h"

static const char not_whole[] = "This server wants a whole URL, like gemini://localhost/";
static const char no_host[] = "A Gemini URL names its host, like gemini://localhost/";
static const char bad_host[] =
	"The host in a URL is a name like example.org, or an address; IPv6 stands in brackets";
static const char bad_port[] = "The port in a URL is a number from 1 to 65535";
static const char userinfo[] = "A Gemini URL holds no user name; leave out all up to the @";
static const char fragment[] = "A request holds no fragment; leave out the # and all after it";
static const char bare_space[] = "A space in a URL is written %20";
static const char bad_percent[] =
	"In a URL two hexadecimal digits follow each percent sign; the sign itself is written %25";
static const char control[] = "A URL holds no control characters; leave them out of the path";
static const char encoded_slash[] = "A name cannot hold a slash; write / instead of %2F";
static const char climbs[] = "This path leads above the root; the home page is at /";
static const char not_utf8[] = "A path is UTF-8; this one is in another encoding";
static const char too_much[] = "This URL is more than the server can take; try a shorter one";

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* For the C0 controls and DEL. Those of C1 are two bytes, and harmless in a path. */
static bool is_control(unsigned char c)
{
	return c < ' ' || c == 0x7f;
}

/* URI = scheme ":" rest; scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ) */
static bool cut_scheme(struct span text, struct span *scheme, struct span *rest)
{
	if (text.len == 0 || !is_letter(text.ptr[0]))
		return false;
	size_t len = 1;
	while (len < text.len &&
		(is_letter(text.ptr[len]) || is_digit(text.ptr[len]) || text.ptr[len] == '+' ||
			text.ptr[len] == '-' || text.ptr[len] == '.'))
		len++;
	*scheme = span_take(text, len);
	*rest = span_skip(text, len + 1);
	return len < text.len && text.ptr[len] == ':';
}

static enum uri_scheme scheme_of(struct span scheme)
{
	if (span_equal_nocase(scheme, SPAN_LIT("gemini")))
		return URI_GEMINI;
	return span_equal_nocase(scheme, SPAN_LIT("titan")) ? URI_TITAN : URI_OTHER;
}

static bool ends_authority(char c)
{
	return c == '/' || c == '?' || c == '#';
}

/* authority = host [ ":" port ]; port = *DIGIT, where none means the default. */
static const char *parse_authority(struct span authority, struct arena *arena, struct uri *out)
{
	struct span host, port;
	if (authority.len > 0 && memchr(authority.ptr, '@', authority.len) != NULL)
		return userinfo;
	if (span_starts_with(authority, SPAN_LIT("["))) {
		span_cut(authority, ']', &host, &port);
		host = span_take(authority, host.len + 1);
		if (port.len > 0 && port.ptr[0] != ':')
			return bad_host;
		port = span_skip(port, 1);
	} else {
		span_cut(authority, ':', &host, &port);
	}
	if (host.len == 0)
		return no_host;
	if (!host_parse(host, arena, &out->host, &out->host_is_address))
		return bad_host;
	uint64_t number = URI_DEFAULT_PORT;
	if (port.len > 0 && (!span_to_u64(port, 65535, &number) || number == 0))
		return bad_port;
	out->port = (unsigned)number;
	return NULL;
}

struct path {
	char *bytes;
	size_t len;
	size_t segment; /* where the one that is being written begins */
};

/* Resolves what the last segment asks for (RFC 3986, 5.2.4), on its decoded form, so that %2e
 * hides nothing. False: it leads above the root. */
static bool end_segment(struct path *path, bool more)
{
	struct span segment = {path->bytes + path->segment, path->len - path->segment};
	if (span_equal(segment, SPAN_LIT("."))) {
		path->len = path->segment;
	} else if (span_equal(segment, SPAN_LIT(".."))) {
		if (path->segment == 1)
			return false;
		path->len = path->segment - 1;
		while (path->bytes[path->len - 1] != '/')
			path->len--;
	} else if (segment.len > 0 && more) {
		path->bytes[path->len++] = '/';
	}
	path->segment = path->len;
	return true;
}

/* Follows `raw`, still encoded and without a slash at its front, from the decoded directory
 * `base`, which begins and ends with one. */
static const char *resolve(struct span base, struct span raw, struct arena *arena, struct span *out)
{
	struct path path = {.bytes = arena_alloc(arena, base.len + raw.len)};
	if (path.bytes == NULL)
		return too_much;
	memcpy(path.bytes, base.ptr, base.len);
	path.len = path.segment = base.len;
	while (raw.len > 0) {
		unsigned char byte;
		char first = raw.ptr[0];
		if (!percent_next(&raw, &byte))
			return bad_percent;
		if (first == '/') {
			if (!end_segment(&path, true))
				return climbs;
			continue;
		}
		if (byte == '/')
			return encoded_slash;
		if (first == ' ')
			return bare_space;
		if (is_control(byte))
			return control;
		path.bytes[path.len++] = (char)byte;
	}
	if (!end_segment(&path, false))
		return climbs;
	*out = (struct span){path.bytes, path.len};
	return unicode_is_valid(*out) ? NULL : not_utf8;
}

/* Whether decoding and resolving would change nothing; `path` begins with '/'. */
static bool is_plain_path(struct span path)
{
	char before = 'x';
	for (size_t i = 0; i < path.len; i++) {
		char c = path.ptr[i];
		if (c <= ' ' || c > '~' || c == '%' || (before == '/' && (c == '/' || c == '.')))
			return false;
		before = c;
	}
	return true;
}

static const char *parse_path(struct span raw, struct arena *arena, struct span *out)
{
	if (raw.len == 0)
		raw = SPAN_LIT("/");
	if (!is_plain_path(raw))
		return resolve(SPAN_LIT("/"), span_skip(raw, 1), arena, out);
	*out = raw;
	return NULL;
}

/* The query stays as it is, so that it can be handed on; it is only read through. */
static const char *check_query(struct span query)
{
	while (query.len > 0) {
		unsigned char byte;
		char first = query.ptr[0];
		if (!percent_next(&query, &byte))
			return bad_percent;
		if (first == ' ')
			return bare_space;
		if (byte == '\0' || (first != '%' && is_control(byte)))
			return control;
	}
	return NULL;
}

/* URI = scheme "://" authority [ path ] [ "?" query ] */
const char *uri_parse(struct span text, struct arena *arena, struct uri *out)
{
	*out = (struct uri){.port = URI_DEFAULT_PORT};
	struct span scheme, rest;
	if (!cut_scheme(text, &scheme, &rest))
		return not_whole;
	out->scheme = scheme_of(scheme);
	if (out->scheme == URI_OTHER)
		return NULL;
	if (!span_starts_with(rest, SPAN_LIT("//")))
		return no_host;
	rest = span_skip(rest, 2);
	size_t end = 0;
	while (end < rest.len && !ends_authority(rest.ptr[end]))
		end++;
	const char *why = parse_authority(span_take(rest, end), arena, out);
	if (why != NULL)
		return why;
	rest = span_skip(rest, end);
	if (rest.len > 0 && memchr(rest.ptr, '#', rest.len) != NULL)
		return fragment;
	struct span path;
	out->has_query = span_cut(rest, '?', &path, &out->query);
	why = parse_path(path, arena, &out->path);
	return why != NULL ? why : check_query(out->query);
}

/* pchar without what means something to Titan (";") or ends a path; all else is encoded. */
static bool is_path_character(char c)
{
	return is_letter(c) || is_digit(c) || (c != '\0' && strchr("-._~!$&'()*+,=:@/", c) != NULL);
}

void uri_append_path(struct buf *buf, struct span path)
{
	for (size_t i = 0; i < path.len; i++) {
		if (is_path_character(path.ptr[i]))
			buf_byte(buf, path.ptr[i]);
		else
			percent_append(buf, (unsigned char)path.ptr[i]);
	}
}

bool uri_decode_query(struct span query, struct arena *arena, struct span *out)
{
	char *text = arena_alloc(arena, query.len);
	if (text == NULL)
		return false;
	size_t len = 0;
	unsigned char before = '\0';
	for (unsigned char byte; percent_next(&query, &byte); before = byte) {
		if (byte == '\0')
			return false;
		if (byte == '\n' && before == '\r')
			continue;
		text[len++] = (char)(byte == '\r' ? '\n' : byte);
	}
	*out = (struct span){text, len};
	return query.len == 0 && unicode_is_valid(*out);
}

static bool is_local(const struct uri *uri, struct span host)
{
	return uri->scheme == URI_GEMINI && uri->port == URI_DEFAULT_PORT &&
	       span_equal(uri->host, host);
}

static struct span directory_of(struct span path)
{
	while (path.ptr[path.len - 1] != '/')
		path.len--;
	return path;
}

const char *uri_resolve(
	struct span reference, struct span base_path, struct arena *arena, struct uri *out)
{
	CHECK(span_starts_with(base_path, SPAN_LIT("/")));
	*out = (struct uri){.port = URI_DEFAULT_PORT, .path = base_path};
	struct span scheme, rest;
	span_cut(reference, '#', &reference, &rest);
	if (span_starts_with(reference, SPAN_LIT("//"))) {
		const char *whole = arena_printf(arena, "gemini:%.*s", SPAN_ARG(reference));
		if (whole == NULL)
			return too_much;
		reference = span_of(whole);
	}
	if (cut_scheme(reference, &scheme, &rest))
		return uri_parse(reference, arena, out);
	span_cut(reference, '?', &reference, &rest);
	if (reference.len == 0)
		return NULL;
	struct span base = directory_of(base_path);
	if (reference.ptr[0] == '/') {
		base = SPAN_LIT("/");
		reference = span_skip(reference, 1);
	}
	return resolve(base, reference, arena, &out->path);
}

bool uri_resolve_local(struct span reference, struct span host, struct span base_path,
	struct arena *arena, struct span *path)
{
	struct uri uri;
	if (uri_resolve(reference, base_path, arena, &uri) != NULL ||
		(uri.host.len > 0 && !is_local(&uri, host)) || uri.scheme != URI_GEMINI)
		return false;
	*path = uri.path;
	return true;
}
