/*
 * The table's own tokenizer counts the words, and stops at the last one that is wanted.
 */
#include "store/context.h"

#include <string.h>

#include "base/span.h"

#define ELLIPSIS       "\xe2\x80\xa6"
#define MARKS_IN_FRONT 16 /* bytes before the first word that are part of its sentence */

struct look {
	int wanted;
	int seen;                         /* words */
	int starts[CONTEXT_WORDS_BEFORE]; /* of the latest ones; the n-th at n % their number */
	bool found, full;
	int first;      /* the number of the context's first word */
	int begin, end; /* from there to behind its last word, in bytes */
};

static void begin_context(struct look *look, int start)
{
	look->found = true;
	look->first = look->seen;
	look->begin = start;
	for (int i = look->seen - 1; i >= 0 && i >= look->seen - CONTEXT_WORDS_BEFORE; i--) {
		int before = look->starts[i % CONTEXT_WORDS_BEFORE];
		if (start - before > CONTEXT_BYTES_BEFORE)
			break;
		look->first = i;
		look->begin = before;
	}
}

static int see_word(void *context, int flags, const char *word, int len, int start, int end)
{
	struct look *look = context;
	(void)flags, (void)word, (void)len;
	if (look->seen == look->wanted)
		begin_context(look, start);
	if (look->found) {
		look->full = look->seen >= look->first + CONTEXT_WORDS ||
			     start - look->begin >= CONTEXT_BYTES;
		if (look->full)
			return SQLITE_DONE;
		look->end = end;
	}
	look->starts[look->seen % CONTEXT_WORDS_BEFORE] = start;
	look->seen++;
	return SQLITE_OK;
}

/* At most so many bytes, in whole characters. */
static struct span clip(struct span text, size_t most)
{
	if (text.len <= most)
		return text;
	while (most > 0 && ((unsigned char)text.ptr[most] & 0xc0) == 0x80)
		most--;
	return span_take(text, most);
}

static size_t put(char *bytes, size_t at, struct span text)
{
	memcpy(bytes + at, text.ptr, text.len);
	return at + text.len;
}

static void give(sqlite3_context *answer, struct span text, const struct look *look)
{
	char bytes[CONTEXT_BYTES + 2 * sizeof ELLIPSIS];
	size_t len = 0, end = look->full ? (size_t)look->end : text.len;
	bool from_start = !look->found || (look->first == 0 && look->begin <= MARKS_IN_FRONT);
	struct span rest = span_skip(text, from_start ? 0 : (size_t)look->begin);
	struct span context = clip(span_take(rest, end - (text.len - rest.len)), CONTEXT_BYTES);
	if (!from_start)
		len = put(bytes, len, SPAN_LIT(ELLIPSIS));
	len = put(bytes, len, context);
	if (context.len < rest.len)
		len = put(bytes, len, SPAN_LIT(ELLIPSIS));
	sqlite3_result_text(answer, bytes, (int)len, SQLITE_TRANSIENT);
}

void context_function(const Fts5ExtensionApi *api, Fts5Context *row, sqlite3_context *answer,
	int count, sqlite3_value **values)
{
	const char *bytes;
	int len, wanted = count == 2 ? sqlite3_value_int(values[1]) : 0;
	int code = api->xColumnText(row, sqlite3_value_int(values[0]), &bytes, &len);
	struct span text =
		code == SQLITE_OK && len > 0 ? (struct span){bytes, (size_t)len} : SPAN_LIT("");
	struct span looked_at = clip(text, CONTEXT_LOOK_BYTES);
	struct look look = {.wanted = wanted > 0 ? wanted : 0};
	if (code == SQLITE_OK)
		code = api->xTokenize(row, looked_at.ptr, (int)looked_at.len, &look, see_word);
	if (code == SQLITE_OK && !look.found) {
		look = (struct look){.wanted = 0};
		code = api->xTokenize(row, looked_at.ptr, (int)looked_at.len, &look, see_word);
	}
	if (code == SQLITE_OK)
		give(answer, text, &look);
	else
		sqlite3_result_error_code(answer, code);
}
