/*
 * Atom feeds: elements one after the other, none of them without need.
 */
#include "proto/atom.h"

#include "base/clock.h"
#include "text/unicode.h"

static const char *entity_of(uint32_t code_point)
{
	switch (code_point) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;"; /* "]]>" must not stand in a text (XML 1.0, 2.4) */
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

/* Char = #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF] (XML 1.0, 2.2); all
 * that falls out of that is among the invisible controls, or is no UTF-8 in the first place. */
static bool is_kept(uint32_t code_point)
{
	return code_point == '\t' || code_point == '\n' || code_point == '\r' ||
	       unicode_is_joiner(code_point) || !unicode_is_invisible_control(code_point);
}

static void write_text(struct buf *buf, struct span text)
{
	uint32_t code_point;
	for (struct span bytes; unicode_next_bytes(&text, &code_point, &bytes);) {
		const char *entity = entity_of(code_point);
		if (entity != NULL)
			buf_text(buf, entity);
		else if (is_kept(code_point))
			buf_span(buf, bytes);
	}
}

static void write_element(struct buf *buf, const char *name, struct span text)
{
	buf_printf(buf, "<%s>", name);
	write_text(buf, text);
	buf_printf(buf, "</%s>\n", name);
}

static void write_time(struct buf *buf, const char *name, int64_t seconds)
{
	char text[CLOCK_TIME_SIZE];
	clock_format_time(seconds, text);
	write_element(buf, name, span_of(text));
}

static void write_link(struct buf *buf, const char *attributes, struct span uri)
{
	buf_printf(buf, "<link %s href=\"", attributes);
	write_text(buf, uri);
	buf_text(buf, "\"/>\n");
}

static void write_author(struct buf *buf, struct span name)
{
	if (name.len == 0)
		return;
	buf_text(buf, "<author>");
	write_element(buf, "name", name);
	buf_text(buf, "</author>\n");
}

void atom_begin(struct buf *buf, const struct atom_feed *feed)
{
	buf_text(buf, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		      "<feed xmlns=\"http://www.w3.org/2005/Atom\">\n");
	write_element(buf, "title", feed->title);
	write_element(buf, "id", feed->id);
	write_link(buf, "rel=\"self\" type=\"" ATOM_TYPE "\"", feed->id);
	write_link(buf, "rel=\"alternate\" type=\"text/gemini\"", feed->page);
	write_time(buf, "updated", feed->updated);
	write_author(buf, feed->author);
}

void atom_entry(struct buf *buf, const struct atom_entry *entry)
{
	buf_text(buf, "<entry>\n");
	write_element(buf, "title", entry->title);
	write_element(buf, "id", entry->id);
	write_link(buf, "rel=\"alternate\"", entry->id);
	write_time(buf, "published", entry->published);
	write_time(buf, "updated", entry->updated);
	write_author(buf, entry->author);
	/* Its type is "text" where none is given (RFC 4287, 4.1.3.1). */
	if (entry->text.len > 0)
		write_element(buf, "content", entry->text);
	buf_text(buf, "</entry>\n");
}

void atom_end(struct buf *buf)
{
	buf_text(buf, "</feed>\n");
}
