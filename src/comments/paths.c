/*
 * The URLs under /comments/.
 */
#include "comments/paths.h"

#include <string.h>

#include "proto/uri.h"

/* Takes `prefix` off the front of `text`. */
static bool take(struct span *text, struct span prefix)
{
	if (!span_starts_with(*text, prefix))
		return false;
	*text = span_skip(*text, prefix.len);
	return true;
}

/* An id as we write it: no zero in front, so that a comment has one URL. */
static bool read_id(struct span text, int64_t *id)
{
	uint64_t number;
	if (text.len == 0 || text.ptr[0] == '0' || !span_to_u64(text, INT64_MAX, &number))
		return false;
	*id = (int64_t)number;
	return true;
}

/* "on/SLUG" and `tail`: the slug. */
static bool read_on(struct span text, struct span tail, struct span *slug)
{
	if (!take(&text, SPAN_LIT("on/")) || text.len <= tail.len || !span_ends_with(text, tail))
		return false;
	*slug = span_take(text, text.len - tail.len);
	return true;
}

bool comments_way_read(struct span text, struct span *slug)
{
	return read_on(text, SPAN_LIT("/new"), slug);
}

/* `rest` follows the name of a page that may be asked for with a way. */
static enum comments_route read_with_way(
	struct span rest, enum comments_route route, struct span *slug)
{
	if (rest.len == 0)
		return route;
	return take(&rest, SPAN_LIT("/")) && comments_way_read(rest, slug) ? route : ROUTE_NONE;
}

struct comments_path comments_path_read(struct span path)
{
	struct comments_path out = {.route = ROUTE_NONE};
	struct span rest = path;
	if (span_equal(path, SPAN_LIT("/comments")))
		out.route = ROUTE_TOP;
	else if (!take(&rest, SPAN_LIT("/comments/")))
		out.route = ROUTE_NONE;
	else if (rest.len == 0)
		out.route = ROUTE_HOME;
	else if (span_equal(rest, SPAN_LIT("help")))
		out.route = ROUTE_HELP;
	else if (span_equal(rest, SPAN_LIT("recent")))
		out.route = ROUTE_RECENT;
	else if (read_id(rest, &out.id))
		out.route = ROUTE_COMMENT;
	else if (read_on(rest, SPAN_LIT("/new"), &out.slug))
		out.route = ROUTE_NEW;
	else if (read_on(rest, SPAN_LIT("/"), &out.slug))
		out.route = ROUTE_THREAD;
	else if (read_on(rest, SPAN_LIT(""), &out.slug))
		out.route = ROUTE_THREAD_SHORT;
	else if (take(&rest, SPAN_LIT("register")))
		out.route = read_with_way(rest, ROUTE_REGISTER, &out.slug);
	else if (take(&rest, SPAN_LIT("welcome")))
		out.route = read_with_way(rest, ROUTE_WELCOME, &out.slug);
	return out;
}

void comments_write_on(struct buf *buf, const char *front, struct span slug, const char *tail)
{
	buf_text(buf, front);
	buf_text(buf, "on/");
	uri_append_path(buf, slug);
	buf_text(buf, tail);
}
