/*
 * Gemtext: what strangers typed is cleaned first, then laid out, so that no rule of the layout
 * ever sees a character that acts.
 */
#include "proto/gemtext.h"

#include <string.h>

#include "proto/link.h"
#include "text/unicode.h"

#define MARKS_MAX 8 /* no script needs more on one character */
#define ELLIPSIS  "\xe2\x80\xa6"

#define FENCE_LEN (sizeof GEMTEXT_FENCE - 1)

/* Every character that some client or terminal may take for the end of a line (UAX #14). */
static bool is_line_break(uint32_t code_point)
{
	return (code_point >= '\n' && code_point <= '\r') || code_point == 0x85 ||
	       code_point == 0x2028 || code_point == 0x2029;
}

/* Valid UTF-8 in normal form C whose only controls are LF and joiners. Controls go first: a hidden
 * one between a letter and its accent must not keep them apart. */
static bool clean(struct buf *buf, struct span untrusted, struct span *out)
{
	struct buf kept;
	/* A wrong byte becomes the three of U+FFFD. */
	buf_init(&kept, buf->arena, 3 * untrusted.len);
	uint32_t code_point, before = 0;
	for (struct span bytes; unicode_next_bytes(&untrusted, &code_point, &bytes);
		before = code_point) {
		if (is_line_break(code_point)) {
			if (code_point != '\n' || before != '\r')
				buf_byte(&kept, '\n');
		} else if (code_point == '\t') {
			buf_byte(&kept, ' ');
		} else if (!unicode_is_invisible_control(code_point) ||
			   unicode_is_joiner(code_point)) {
			buf_span(&kept, bytes);
		}
	}
	if (buf_failed(&kept) || !unicode_to_nfc(buf_view(&kept), buf->arena, out))
		buf->failed = true;
	return !buf->failed;
}

/* What the characters of a line so far allow to follow. Zeroed: at its start. */
struct stack {
	size_t marks;
	bool joinable; /* the last one was neither a space nor a joiner */
};

/* Dropping here keeps the normal form: between what then become neighbours still stand eight
 * marks, a space or a joiner, and nothing composes with these or changes places across them. */
static bool stack_takes(struct stack *stack, uint32_t code_point)
{
	bool taken = true;
	if (unicode_is_joiner(code_point)) {
		taken = stack->joinable;
		stack->joinable = false;
	} else if (unicode_is_mark(code_point)) {
		taken = ++stack->marks <= MARKS_MAX;
		stack->joinable |= taken;
	} else {
		stack->marks = 0;
		stack->joinable = !unicode_is_space(code_point);
	}
	return taken;
}

static bool is_blank(struct span line)
{
	uint32_t code_point;
	while (unicode_next(&line, &code_point))
		if (!unicode_is_space(code_point) && !unicode_is_joiner(code_point))
			return false;
	return true;
}

void gemtext_quote(struct buf *buf, struct span untrusted)
{
	struct span text, line;
	if (!clean(buf, untrusted, &text))
		return;
	bool any = false, gap = false;
	while (span_next_line(&text, &line)) {
		if (is_blank(line)) {
			gap = any;
			continue;
		}
		buf_text(buf, gap ? ">\n> " : "> ");
		any = true;
		gap = false;
		struct stack stack = {0};
		uint32_t code_point;
		for (struct span bytes; unicode_next_bytes(&line, &code_point, &bytes);)
			if (stack_takes(&stack, code_point))
				buf_span(buf, bytes);
		buf_byte(buf, '\n');
	}
}

void gemtext_inline(struct buf *buf, struct span untrusted, size_t max)
{
	struct span text;
	if (!clean(buf, untrusted, &text))
		return;
	size_t written = 0;
	size_t blank = 0; /* 1 where a space waits for something to stand before */
	struct stack stack = {0};
	uint32_t code_point;
	for (struct span bytes; unicode_next_bytes(&text, &code_point, &bytes);) {
		if (!stack_takes(&stack, code_point))
			continue;
		if (unicode_is_space(code_point)) {
			blank = written > 0;
			continue;
		}
		if (written == 0 && (unicode_is_mark(code_point) || unicode_is_joiner(code_point)))
			continue;
		if (max > 0 && written + blank >= max) {
			buf_text(buf, ELLIPSIS);
			return;
		}
		if (blank > 0)
			buf_byte(buf, ' ');
		buf_span(buf, bytes);
		written += blank + 1;
		blank = 0;
	}
}

void gemtext_link(struct buf *buf, const char *url, const char *label)
{
	buf_text(buf, "=> ");
	buf_text(buf, url);
	buf_byte(buf, ' ');
	gemtext_inline(buf, span_of(label), 0);
	buf_byte(buf, '\n');
}

/* link = "=>" *WSP URI-reference [ 1*WSP 1*text ] */
bool gemtext_read_link(struct span line, struct span *url, struct span *label)
{
	if (!span_starts_with(line, SPAN_LIT("=>")))
		return false;
	struct span rest = span_trim(span_skip(line, 2));
	size_t len = 0;
	while (len < rest.len && rest.ptr[len] != ' ' && rest.ptr[len] != '\t')
		len++;
	*url = span_take(rest, len);
	*label = span_trim(span_skip(rest, len));
	return len > 0;
}

bool gemtext_is_fence(struct span line)
{
	return span_starts_with(line, SPAN_LIT(GEMTEXT_FENCE));
}

size_t gemtext_links_of(struct buf *buf, struct span untrusted, struct host_names own,
	const char *intro, size_t most)
{
	size_t written = 0;
	bool preformatted = false;
	struct span line, url, label, link;
	while (written < most && span_next_line(&untrusted, &line)) {
		if (gemtext_is_fence(line))
			preformatted = !preformatted;
		if (preformatted || !gemtext_read_link(line, &url, &label) ||
			!link_read(url, own, buf->arena, &link))
			continue;
		if (written++ == 0)
			buf_printf(buf, "%s\n", intro);
		buf_printf(buf, "=> %.*s %.*s\n", SPAN_ARG(link), SPAN_ARG(link));
	}
	return written;
}

void gemtext_follow(struct gemtext_position *position, struct span bytes)
{
	while (bytes.len > 0) {
		if (position->seen == FENCE_LEN) {
			const char *end = memchr(bytes.ptr, '\n', bytes.len);
			if (end == NULL)
				return;
			bytes = span_skip(bytes, (size_t)(end - bytes.ptr));
		}
		char c = bytes.ptr[0];
		bytes = span_skip(bytes, 1);
		if (c == '\n') {
			position->seen = 0;
		} else if (c != GEMTEXT_FENCE[0]) {
			position->seen = FENCE_LEN;
		} else if (++position->seen == FENCE_LEN) {
			position->preformatted = !position->preformatted;
		}
	}
}

const char *gemtext_closing(const struct gemtext_position *position)
{
	if (position->preformatted)
		return position->seen > 0 ? "\n" GEMTEXT_FENCE "\n" : GEMTEXT_FENCE "\n";
	return position->seen > 0 ? "\n" : "";
}
