/*
 * The URLs under /comments/.
 */
#include "comments/paths.h"

#include <string.h>

#include "proto/uri.h"

static const struct {
	const char *path;
	unsigned flags;
} rows[] = {
#define ROUTE_ROW(name, path, page, who, flags) {(path), (flags)},
	COMMENTS_ROUTES(ROUTE_ROW)
#undef ROUTE_ROW
};

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

/* The segment that `rest` begins with; false for an empty one. */
static bool take_segment(struct span *rest, struct span *segment)
{
	struct span after;
	(void)span_cut(*rest, '/', segment, &after);
	*rest = span_skip(*rest, segment->len);
	return segment->len > 0;
}

bool comments_way_read(struct span text, struct comments_way *way)
{
	const struct span new_comment = SPAN_LIT("/new"), reply = SPAN_LIT("/reply");
	*way = (struct comments_way){.id = 0};
	if (!take(&text, SPAN_LIT("on/")))
		return span_ends_with(text, reply) &&
		       read_id(span_take(text, text.len - reply.len), &way->id);
	if (text.len <= new_comment.len || !span_ends_with(text, new_comment))
		return false;
	way->slug = span_take(text, text.len - new_comment.len);
	return true;
}

bool comments_way_is_given(const struct comments_way *way)
{
	return way->slug.len > 0 || way->id != 0;
}

/* Everything up to the fixed text that the row ends with. */
static bool take_slug(struct span *rest, const char *tail, struct span *slug)
{
	struct span end = span_of(tail);
	if (rest->len <= end.len || !span_ends_with(*rest, end))
		return false;
	*slug = span_take(*rest, rest->len - end.len);
	*rest = end;
	return true;
}

static bool take_way(struct span *rest, struct comments_way *way)
{
	if (rest->len == 0)
		return true;
	if (!take(rest, SPAN_LIT("/")) || !comments_way_read(*rest, way))
		return false;
	rest->len = 0;
	return true;
}

static bool fits(const char *row, struct span rest, struct comments_path *out)
{
	for (; *row != '\0'; row++) {
		struct span segment;
		bool well;
		if (*row == '#')
			well = take_segment(&rest, &segment) && read_id(segment, &out->id);
		else if (*row == '?')
			well = take_segment(&rest, &out->word);
		else if (*row == '*')
			well = take_slug(&rest, row + 1, &out->slug);
		else if (*row == '+')
			well = take_way(&rest, &out->way);
		else
			well = take(&rest, (struct span){row, 1});
		if (!well)
			return false;
	}
	return rest.len == 0;
}

static struct comments_path read_plain(struct span path)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct comments_path out = {.route = (enum comments_route)i, .plain = path};
		if (fits(rows[i].path, path, &out))
			return out;
	}
	return (struct comments_path){.route = ROUTE_NONE, .plain = path};
}

/* Behind the last "/~", where nothing but the guard's own letters follows. */
static bool cut_guard(struct span path, struct span *plain, struct span *guard)
{
	size_t at = path.len;
	while (at > 0 && path.ptr[at - 1] != '/')
		at--;
	if (at < 2 || at + 1 >= path.len || path.ptr[at] != '~')
		return false;
	*plain = span_take(path, at - 1);
	*guard = span_skip(path, at + 1);
	return true;
}

struct comments_path comments_path_read(struct span path)
{
	struct span plain, guard;
	if (cut_guard(path, &plain, &guard)) {
		struct comments_path out = read_plain(plain);
		out.guard = guard;
		/* The slug of a post may end like a guard. */
		if (out.route != ROUTE_NONE && (rows[out.route].flags & GUARDED) != 0)
			return out;
	}
	return read_plain(path);
}

void comments_write_on(struct buf *buf, const char *front, struct span slug, const char *tail)
{
	buf_text(buf, front);
	buf_text(buf, "on/");
	uri_append_path(buf, slug);
	buf_text(buf, tail);
}

void comments_write_way(struct buf *buf, const struct comments_way *way)
{
	if (way->slug.len > 0)
		comments_write_on(buf, "", way->slug, "/new");
	else if (way->id != 0)
		buf_printf(buf, "%lld/reply", (long long)way->id);
}
