/*
 * How comments, people and posts are written into pages.
 */
#include "comments/show.h"

#include <inttypes.h>
#include <string.h>

#include "comments/rules.h"
#include "proto/gemtext.h"
#include "proto/uri.h"
#include "text/unicode.h"

#define LEFT "somebody who left"

void show_name(struct buf *page, struct span name)
{
	if (name.len == 0)
		buf_text(page, LEFT);
	else
		gemtext_inline(page, name, 0);
}

static void write_heading(
	struct buf *page, struct request *request, const struct store_comment *comment)
{
	buf_text(page, "\n### ");
	show_name(page, comment->author);
	if (comment->parent != 0 && comment->parent_author.len > 0) {
		buf_text(page, ", passing on ");
		show_name(page, comment->parent_author);
		buf_text(page, "'s");
	} else if (comment->parent != 0) {
		buf_text(page, ", passing on somebody's");
	}
	buf_printf(page, ", %s", rules_when(comment->written, request->now, request->arena));
	if (comment->edited != 0)
		buf_printf(page, " (edited %s)",
			rules_how_long(comment->written, comment->edited, request->arena));
	buf_byte(page, '\n');
}

static void write_text(struct buf *page, struct request *request,
	const struct store_comment *comment, enum show_how how)
{
	struct conf_texts own = request->capsule->server_names;
	size_t max = how == SHOW_LISTED ? SHOW_LISTED_MAX : SIZE_MAX;
	if (gemtext_quote_some(page, comment->text, max))
		buf_printf(
			page, "=> /comments/%" PRId64 " The rest of this comment\n", comment->id);
	else
		gemtext_links_of(page, comment->text, (struct host_names){own.items, own.count},
			"Links in this comment:");
}

static const char *placeholder(enum store_state state)
{
	switch (state) {
	case STORE_HELD:
		return "A comment, waiting for a moderator";
	case STORE_HIDDEN:
		return "A comment, hidden by a moderator";
	case STORE_DELETED:
		return "A comment, deleted by its author";
	case STORE_REMOVED:
		return "A comment, removed by a moderator";
	case STORE_SHOWN:
		break;
	}
	return "A comment";
}

void show_comment(struct buf *page, struct request *request, const struct store_comment *comment,
	enum show_how how, bool open)
{
	bool closed = comment->state != STORE_SHOWN;
	if (closed && !(open && (comment->state == STORE_HELD || comment->state == STORE_HIDDEN))) {
		buf_printf(page, "\n### %s\n", placeholder(comment->state));
		return;
	}
	write_heading(page, request, comment);
	if (closed)
		buf_printf(page, "%s only its author and moderators see it.\n",
			comment->state == STORE_HELD ? "Until a moderator has approved this,"
						     : "A moderator has hidden this;");
	write_text(page, request, comment, how);
}

void show_permanent_link(struct buf *page, const struct store_comment *comment)
{
	buf_printf(page, "=> /comments/%" PRId64, comment->id);
	if (comment->answers == 0)
		buf_text(page, " Open it: not passed on yet\n");
	else if (comment->answers == 1)
		buf_text(page, " Open it: passed on once\n");
	else
		buf_printf(page, " Open it: passed on %" PRIu64 " times\n", comment->answers);
}

void show_person_link(struct buf *page, int64_t person, struct span name)
{
	if (name.len == 0)
		return;
	buf_printf(page, "=> /comments/people/%" PRId64 " More by ", person);
	show_name(page, name);
	buf_byte(page, '\n');
}

static bool is_double_quote(uint32_t code_point)
{
	static const uint32_t quotes[] = {'"', 0x2ba, 0x2dd, 0x2ee, 0x5f4, 0x201c, 0x201d, 0x201e,
		0x201f, 0x2033, 0x2036, 0x275d, 0x275e, 0x301d, 0x301e, 0x301f, 0xff02};
	for (size_t i = 0; i < sizeof(quotes) / sizeof(quotes[0]); i++) {
		if (code_point == quotes[i])
			return true;
	}
	return false;
}

/* Double quotes inside it become single ones: else a text could end the quotation, and go on as if
 * our own sentence did. */
static void write_quotation(struct buf *page, struct span text, size_t max)
{
	struct buf inside;
	struct span bytes;
	uint32_t code_point;
	buf_init(&inside, page->arena, COMMENTS_PAGE_BYTES);
	gemtext_inline(&inside, text, max);
	page->failed |= buf_failed(&inside);
	buf_byte(page, '"');
	for (struct span rest = buf_view(&inside); unicode_next_bytes(&rest, &code_point, &bytes);)
		buf_span(page, is_double_quote(code_point) ? SPAN_LIT("'") : bytes);
	buf_byte(page, '"');
}

void show_excerpt(struct buf *page, const struct store_comment *comment)
{
	write_quotation(page, comment->text, SHOW_EXCERPT_MAX);
}

void show_title(struct buf *page, const struct post *post)
{
	write_quotation(page, post->title, COMMENTS_TITLE_MAX);
}

void show_post_link(struct buf *page, const struct post *post)
{
	buf_text(page, "=> ");
	uri_append_path(page, post->path);
	buf_byte(page, ' ');
	gemtext_inline(page, post->title, COMMENTS_TITLE_MAX);
	buf_byte(page, '\n');
}

void show_titan(struct buf *page, const struct request *request)
{
	const struct uri *uri = &request->uri;
	bool bracketed = uri->host_is_address && memchr(uri->host.ptr, ':', uri->host.len) != NULL;
	buf_printf(page, bracketed ? "titan://[%.*s]" : "titan://%.*s", SPAN_ARG(uri->host));
	if (uri->port != URI_DEFAULT_PORT)
		buf_printf(page, ":%u", uri->port);
	buf_byte(page, '/');
}

const char *show_state(enum store_state state)
{
	switch (state) {
	case STORE_HELD:
		return "held until a moderator has read it";
	case STORE_HIDDEN:
		return "hidden by a moderator";
	case STORE_DELETED:
		return "deleted";
	case STORE_REMOVED:
		return "removed by a moderator";
	case STORE_SHOWN:
		break;
	}
	return "shown";
}
