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

#define SCRATCH_MAX (16 * LINK_BYTES_MAX) /* more than the reading of one link takes */

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

/* Writes a line without what its stacks do not take, and takes off *room what it wrote. False: room
 * for some of the line alone. */
static bool write_line(struct buf *buf, struct span line, size_t *room)
{
	struct stack stack = {0};
	uint32_t code_point;
	for (struct span bytes; unicode_next_bytes(&line, &code_point, &bytes);) {
		if (!stack_takes(&stack, code_point))
			continue;
		if (*room == 0)
			return false;
		buf_span(buf, bytes);
		--*room;
	}
	*room -= *room < GEMTEXT_LINE_WEIGHT ? *room : GEMTEXT_LINE_WEIGHT;
	return true;
}

bool gemtext_quote_some(struct buf *buf, struct span untrusted, size_t max)
{
	struct span text, line;
	size_t room = max;
	if (!clean(buf, untrusted, &text))
		return false;
	bool any = false, gap = false;
	while (span_next_line(&text, &line)) {
		if (is_blank(line)) {
			gap = any;
			continue;
		}
		buf_text(buf, gap ? ">\n> " : "> ");
		any = true;
		gap = false;
		if (!write_line(buf, line, &room)) {
			buf_text(buf, ELLIPSIS "\n");
			return true;
		}
		buf_byte(buf, '\n');
	}
	return false;
}

void gemtext_quote(struct buf *buf, struct span untrusted)
{
	(void)gemtext_quote_some(buf, untrusted, SIZE_MAX);
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

/* Takes the next word off `rest`; between words stands what a client shows as a blank or as the
 * end of a line. */
static bool next_word(struct span *rest, struct span *word)
{
	uint32_t code_point;
	*word = span_take(*rest, 0);
	for (struct span before = *rest; unicode_next(rest, &code_point); before = *rest) {
		bool blank = is_line_break(code_point) || unicode_is_space(code_point);
		if (blank && word->len > 0)
			return true;
		if (blank)
			*word = span_take(*rest, 0);
		else
			word->len += before.len - rest->len;
	}
	return word->len > 0;
}

/* Without what people put around a URL: quotes, brackets, the end of a sentence. A closing bracket
 * stays where its opening one stands in the word: "https://example.org/Fire_(element)". */
static struct span bare_word(struct span word)
{
	static const char opening[] = "([{<", closing[] = ")]}>", around[] = "(<[\"'",
			  behind[] = ".,;:!?\"'";
	const size_t kinds = sizeof closing - 1;
	long unopened[sizeof closing - 1] = {0};
	if (span_starts_with(word, SPAN_LIT("=>")))
		word = span_skip(word, 2);
	while (word.len > 0 && memchr(around, word.ptr[0], sizeof around - 1) != NULL)
		word = span_skip(word, 1);
	for (size_t i = 0; i < word.len; i++)
		for (size_t kind = 0; kind < kinds; kind++)
			unopened[kind] +=
				(word.ptr[i] == closing[kind]) - (word.ptr[i] == opening[kind]);
	for (; word.len > 0; word.len--) {
		char last = word.ptr[word.len - 1];
		const char *bracket = memchr(closing, last, kinds);
		if (bracket != NULL ? unopened[bracket - closing]-- <= 0
				    : memchr(behind, last, sizeof behind - 1) == NULL)
			break;
	}
	return word;
}

static bool is_among(const struct span *links, size_t count, struct span link)
{
	for (size_t i = 0; i < count; i++)
		if (span_equal(links[i], link))
			return true;
	return false;
}

size_t gemtext_links_of(
	struct buf *buf, struct span untrusted, struct host_names own, const char *intro)
{
	struct span links[GEMTEXT_LINKS_MAX], word, link;
	size_t count = 0;
	while (count < GEMTEXT_LINKS_MAX && next_word(&untrusted, &word)) {
		/* Of its own, as a text may be full of what is no link in the end. */
		struct arena scratch;
		arena_init(&scratch, SCRATCH_MAX);
		if (link_read(bare_word(word), own, &scratch, &link) &&
			!is_among(links, count, link)) {
			if (count == 0)
				buf_printf(buf, "%s\n", intro);
			buf_printf(buf, "=> %.*s %.*s\n", SPAN_ARG(link), SPAN_ARG(link));
			links[count] = (struct span){arena_copy(buf->arena, link), link.len};
			if (links[count++].ptr == NULL)
				buf->failed = true;
		}
		arena_end(&scratch);
		if (buf_failed(buf))
			return 0;
	}
	return count;
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
