/*
 * FTS5's own syntax is not for readers: an odd quote or a minus sign is an error there. So nothing
 * but letters passes, and the strings that they stand in are ours.
 */
#include "store/expression.h"

#include "store/search.h"
#include "text/unicode.h"

struct expression {
	struct buf *buf;
	size_t words, stars;
	size_t letters; /* of the word that is being written; 0: none is */
	bool open;      /* within a string */
	bool phrase;    /* within what the reader quoted */
};

static void end_word(struct expression *out)
{
	out->letters = 0;
	if (out->open && !out->phrase) {
		buf_text(out->buf, "\" ");
		out->open = false;
	}
}

static void end_string(struct expression *out, const char *end)
{
	if (out->open)
		buf_text(out->buf, end);
	out->open = false;
	out->letters = 0;
}

/* False: enough words. */
static bool add_letter(struct expression *out, struct span bytes)
{
	if (out->letters == 0) {
		if (++out->words > STORE_SEARCH_WORDS)
			return false;
		/* A blank within a string, so that FTS5 sees two words as we do. */
		buf_byte(out->buf, out->open ? ' ' : '"');
		out->open = true;
	}
	out->letters++;
	buf_span(out->buf, bytes);
	return true;
}

/* The quotes that keyboards and their helpers make. */
static bool is_quote(uint32_t code_point)
{
	return code_point == '"' || (code_point >= 0x201c && code_point <= 0x201f);
}

static bool continues_word(struct span rest)
{
	uint32_t code_point;
	return unicode_next(&rest, &code_point) && unicode_is_letter(code_point);
}

bool expression_write(struct buf *buf, struct span typed)
{
	struct expression out = {.buf = buf};
	uint32_t code_point;
	typed = span_take(typed, EXPRESSION_TYPED_MAX);
	for (struct span bytes; unicode_next_bytes(&typed, &code_point, &bytes);) {
		bool marks = unicode_is_mark(code_point) && out.letters > 0;
		if (marks) {
			buf_span(buf, bytes);
		} else if (unicode_is_letter(code_point)) {
			if (!add_letter(&out, bytes))
				break;
		} else if (is_quote(code_point)) {
			end_string(&out, "\" ");
			out.phrase = !out.phrase;
		} else if (code_point == '*' && out.letters > 1 && !continues_word(typed) &&
			   out.stars < STORE_SEARCH_STARS) {
			out.stars++;
			/* FTS5 takes the star for the last word of a string. */
			end_string(&out, "\" * ");
		} else if (unicode_is_space(code_point) || code_point < ' ') {
			end_word(&out);
		} else {
			out.letters = 0; /* "don't" is found as "don" right before "t" */
		}
	}
	end_string(&out, "\" ");
	return out.words > 0;
}
