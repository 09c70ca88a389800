/*
 * Looking a text over, line by line.
 */
#include "proto/review.h"

#include <string.h>

#include "proto/gemtext.h"
#include "text/unicode.h"

static void note(size_t *first, size_t line)
{
	if (*first == 0)
		*first = line;
}

static bool is_control(uint32_t code_point)
{
	return (code_point < ' ' && code_point != '\t' && code_point != '\r') ||
	       (code_point >= 0x7f && code_point < 0xa0);
}

static void review_characters(struct span line, size_t number, struct review *review)
{
	uint32_t code_point;
	while (review->control == 0 && unicode_next(&line, &code_point)) {
		if (is_control(code_point)) {
			review->control = number;
			review->control_code = code_point;
		}
	}
}

static void review_gemtext(
	struct span line, size_t number, bool *preformatted, struct review *review)
{
	struct span url, label;
	if (gemtext_is_fence(line)) {
		*preformatted = !*preformatted;
		review->unclosed = *preformatted ? number : 0;
	} else if (!*preformatted && span_starts_with(line, SPAN_LIT("=>")) &&
		   !gemtext_read_link(line, &url, &label)) {
		note(&review->bare_arrow, number);
	}
}

void review_text(struct span text, bool gemtext, struct review *review)
{
	bool preformatted = false;
	struct span line, mark = SPAN_LIT(UNICODE_BOM);
	*review = (struct review){.mark = span_starts_with(text, mark)};
	if (review->mark)
		text = span_skip(text, mark.len);
	for (size_t number = 1; span_next_line(&text, &line); number++) {
		if (gemtext)
			review_gemtext(line, number, &preformatted, review);
		if (!unicode_is_valid(line)) {
			note(&review->not_utf8, number);
			continue;
		}
		review_characters(line, number, review);
		if (line.len > 0 && memchr(line.ptr, '\r', line.len) != NULL)
			note(&review->lone_return, number);
	}
}
