/*
 * The rules for names and comments.
 */
#include "comments/rules.h"

#include "base/buf.h"
#include "base/clock.h"
#include "text/idn.h"
#include "text/unicode.h"

#define NAME_MARKS_MAX  4 /* on one character; living scripts need no more */
#define SECONDS_PER_DAY 86400
#define DAYS_COUNTED    30 /* older comments bear their date */

#define NO_MEMORY "This did not work just now. Please type it once more"

/* Names that would speak for the capsule. Compared by letters and digits alone. */
static const char *const reserved[] = {"admin", "administrator", "administrators", "anonymous",
	"author", "kindling", "mod", "moderator", "moderators", "nobody", "official", "owner",
	"root", "server", "staff", "system", "theauthor", "theowner", "webmaster"};

/* Seen by nobody, and not among the control and format characters. Of the variation selectors only
 * the two that choose between an emoji and a letter have a use in names. */
static bool is_blank_mark(uint32_t code_point)
{
	static const struct {
		uint32_t first, last;
	} blanks[] = {{0x034f, 0x034f}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2800, 0x2800},
		{0xfe00, 0xfe0d}, {0xe0100, 0xe01ef}};
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
		if (code_point >= blanks[i].first && code_point <= blanks[i].last)
			return true;
	}
	return false;
}

static bool is_visible(uint32_t code_point)
{
	return !unicode_is_space(code_point) && !unicode_is_invisible_control(code_point) &&
	       !unicode_is_mark(code_point) && !is_blank_mark(code_point);
}

/* Blanks of any kind and number become one space; none stay at the ends. */
static bool single_blanks(struct span typed, struct arena *arena, struct span *out)
{
	struct buf buf;
	struct span bytes;
	uint32_t code_point;
	bool blank = false;
	buf_init(&buf, arena, NAME_BYTES_MAX);
	while (unicode_next_bytes(&typed, &code_point, &bytes)) {
		if (unicode_is_space(code_point)) {
			blank = true;
			continue;
		}
		if (blank && buf.len > 0)
			buf_byte(&buf, ' ');
		blank = false;
		buf_span(&buf, bytes);
	}
	*out = buf_view(&buf);
	return !buf_failed(&buf);
}

static const char *check_characters(struct span name)
{
	uint32_t code_point;
	bool visible = false;
	unsigned marks = 0;
	for (bool first = true; unicode_next(&name, &code_point); first = false) {
		if (unicode_is_invisible_control(code_point) || is_blank_mark(code_point))
			return "That name holds characters that cannot be seen. Please type "
			       "another name";
		bool mark = unicode_is_mark(code_point);
		if (first && mark)
			return "That name begins with an accent that stands on nothing. Please "
			       "type another name";
		marks = mark ? marks + 1 : 0;
		if (marks > NAME_MARKS_MAX)
			return "That name has too many accents on one letter. Please type "
			       "another name";
		visible = visible || is_visible(code_point);
	}
	return visible ? NULL : "Please type a name of 1 to 32 characters";
}

/* True where `folded`, by its ASCII letters and digits and all that is not ASCII, is `word`. */
static bool reads_as(struct span folded, const char *word)
{
	for (size_t i = 0; i < folded.len; i++) {
		char byte = folded.ptr[i];
		bool counts = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
			      (byte & 0x80) != 0;
		if (counts && byte != *word++)
			return false; /* at the end of `word` too: its NUL is no such byte */
	}
	return *word == '\0';
}

static bool is_reserved(struct span folded, struct span capsule_host, struct arena *arena)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (reads_as(folded, reserved[i]))
			return true;
	}
	struct span host;
	return span_equal(folded, capsule_host) ||
	       (idn_to_ascii(folded, arena, &host) && span_equal(host, capsule_host));
}

const char *rules_check_name(struct span typed, struct span capsule_host, struct arena *arena,
	struct span *name, struct span *folded)
{
	static const char too_long[] = "That name is too long. Please type one of 1 to 32 "
				       "characters";
	if (!unicode_is_valid(typed))
		return "That name is not valid text (UTF-8). Please type another name";
	if (typed.len > NAME_BYTES_MAX)
		return too_long;
	struct span single;
	if (!single_blanks(typed, arena, &single) || !unicode_to_nfc(single, arena, name))
		return NO_MEMORY;
	const char *wrong = check_characters(*name);
	if (wrong != NULL)
		return wrong;
	if (name->len > NAME_BYTES_MAX || unicode_count_graphemes(*name) > NAME_GRAPHEMES_MAX)
		return too_long;
	if (!unicode_fold(*name, arena, folded))
		return NO_MEMORY;
	if (is_reserved(*folded, capsule_host, arena))
		return "That name is kept for the capsule itself. Please type another name";
	return NULL;
}

static bool is_blank_line(struct span line)
{
	uint32_t code_point;
	while (unicode_next(&line, &code_point)) {
		if (!unicode_is_space(code_point))
			return false;
	}
	return true;
}

/* Without the blank lines before the first line that says something and after the last one. */
static struct span trim_lines(struct span text)
{
	struct span rest = text, line;
	const char *begin = NULL, *end = NULL;
	while (span_next_line(&rest, &line)) {
		if (is_blank_line(line))
			continue;
		if (begin == NULL)
			begin = line.ptr;
		end = line.ptr + line.len;
	}
	while (end != begin && end[-1] == '\r')
		end--; /* a second one before the LF: the line's end takes only one */
	return begin == NULL ? (struct span){0} : (struct span){begin, (size_t)(end - begin)};
}

const char *rules_check_comment(struct span typed, struct arena *arena, struct span *text)
{
	static const char too_long[] = "That comment is too long: 4,000 characters is the most. "
				       "Please type a shorter one";
	if (!unicode_is_valid(typed))
		return "That comment is not valid text (UTF-8). Please type it again";
	if (typed.len > COMMENT_BYTES_MAX)
		return too_long;
	struct span normal;
	if (!unicode_to_nfc(typed, arena, &normal))
		return NO_MEMORY;
	*text = trim_lines(normal);
	struct span rest = *text;
	uint32_t code_point;
	bool visible = false;
	while (!visible && unicode_next(&rest, &code_point))
		visible = is_visible(code_point);
	if (!visible)
		return "There is nothing to read in that comment. Please type one";
	if (text->len > COMMENT_BYTES_MAX ||
		unicode_count_graphemes(*text) > COMMENT_CHARACTERS_MAX)
		return too_long;
	return NULL;
}

static int64_t day_of(int64_t seconds)
{
	int64_t day = seconds / SECONDS_PER_DAY;
	return seconds % SECONDS_PER_DAY < 0 ? day - 1 : day;
}

const char *rules_when(int64_t then, int64_t now, struct arena *arena)
{
	int64_t days = day_of(now) - day_of(then);
	if (days <= 0)
		return "today";
	if (days == 1)
		return "yesterday";
	const char *text = NULL;
	if (days < DAYS_COUNTED) {
		text = arena_printf(arena, "%d days ago", (int)days);
	} else {
		char date[CLOCK_DATE_SIZE];
		clock_format_date(then, date);
		text = arena_copy(arena, span_of(date));
	}
	return text != NULL ? text : "earlier";
}
