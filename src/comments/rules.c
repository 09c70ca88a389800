/*
 * The rules for names and comments.
 */
#include "comments/rules.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "text/idn.h"
#include "text/unicode.h"

#define NAME_MARKS_MAX  4 /* on one character; living scripts need no more */
#define SECONDS_PER_DAY 86400
#define DAYS_COUNTED    30 /* older comments bear their date */

#define NO_MEMORY "This did not work just now. Please type it once more"

/* Names that would speak for the capsule. Compared by letters and digits alone. */
static const char *const reserved[] = {"acomment", "admin", "administrator", "administrators",
	"admins", "anonymous", "author", "authors", "kindling", "mod", "moderator", "moderators",
	"mods", "nobody", "official", "others", "owner", "owners", "root", "server", "somebody",
	"somebodywholeft", "staff", "sysadmin", "system", "theadmin", "theauthor", "theowner",
	"webmaster", "you"};

static bool is_visible(uint32_t code_point)
{
	return !unicode_is_space(code_point) && !unicode_is_invisible_control(code_point) &&
	       !unicode_is_mark(code_point) && !unicode_is_blank(code_point);
}

/* Blanks of any kind and number become one space; none stay at the ends. */
static bool single_blanks(struct span typed, size_t max, struct arena *arena, struct span *out)
{
	struct buf buf;
	struct span bytes;
	uint32_t code_point;
	bool blank = false;
	buf_init(&buf, arena, max);
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
		if (unicode_is_invisible_control(code_point) || unicode_is_blank(code_point))
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

/* Commas of all scripts, and what is drawn like one. Compatibility forms are folded already. */
static bool holds_comma(struct span folded)
{
	static const uint32_t commas[] = {',', 0x055d, 0x060c, 0x066b, 0x07f8, 0x1363, 0x1802,
		0x1808, 0x201a, 0x2e32, 0x2e34, 0x2e41, 0x2e4c, 0x3001, 0xa4fe, 0xa60d, 0xa6f5};
	uint32_t code_point;
	while (unicode_next(&folded, &code_point)) {
		for (size_t i = 0; i < sizeof(commas) / sizeof(commas[0]); i++) {
			if (code_point == commas[i])
				return true;
		}
	}
	return false;
}

/* Those that speak for the capsule wherever they stand in a name. */
static const char *const roles[] = {"admin", "admins", "administrator", "administrators",
	"kindling", "moderator", "moderators", "sysadmin", "webmaster"};

/* The next letter or digit; false at the end. */
static bool next_letter(struct span *rest, uint32_t *code_point)
{
	while (unicode_next(rest, code_point)) {
		if (unicode_is_letter(*code_point))
			return true;
	}
	return false;
}

/* True where two texts have the same letters and digits, whatever stands between them. */
static bool reads_as(struct span a, struct span b)
{
	for (;;) {
		uint32_t from_a, from_b;
		bool more = next_letter(&a, &from_a);
		if (next_letter(&b, &from_b) != more)
			return false;
		if (!more)
			return true;
		if (from_a != from_b)
			return false;
	}
}

/* The next word of letters; what stands between, digits too, is no matter. */
static bool next_word(struct span *rest, struct span *word)
{
	uint32_t code_point;
	struct span begin = *rest;
	size_t len = 0;
	for (struct span before = *rest; unicode_next(rest, &code_point); before = *rest) {
		bool digit = code_point >= '0' && code_point <= '9';
		if (!digit && unicode_is_letter(code_point)) {
			if (len == 0)
				begin = before;
			len = begin.len - rest->len;
		} else if (len > 0) {
			break;
		}
	}
	*word = span_take(begin, len);
	return len > 0;
}

static bool holds_role(struct span folded)
{
	struct span word;
	while (next_word(&folded, &word)) {
		for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++) {
			if (span_equal(word, span_of(roles[i])))
				return true;
		}
	}
	return false;
}

static bool is_reserved(struct span folded, struct host_names capsule, struct arena *arena)
{
	if (holds_role(folded))
		return true;
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
		if (reads_as(folded, span_of(reserved[i])))
			return true;
	}
	for (size_t i = 0; i < capsule.count; i++) {
		if (reads_as(folded, span_of(capsule.items[i])))
			return true;
	}
	struct span host;
	return idn_to_ascii(folded, arena, &host) && host_is_among(capsule, host);
}

/* As a shell takes it for the number that each person has: the wrong one would be banned. */
static bool is_number(struct span folded)
{
	uint64_t number;
	return span_to_u64(folded, UINT64_MAX, &number);
}

static const char *check_folded(struct span folded, struct host_names capsule, struct arena *arena)
{
	if (holds_comma(folded))
		return "A name cannot hold a comma here. Please type another name";
	if (unicode_mixes_alphabets(folded))
		return "That name mixes the letters of two alphabets. Please type another name";
	if (is_reserved(folded, capsule, arena))
		return "That name is kept for the capsule itself. Please type another name";
	if (is_number(folded))
		return "That name is a number, and each person has one. Please type a name with "
		       "a letter";
	return NULL;
}

const char *rules_check_name(struct span typed, struct host_names capsule, struct arena *arena,
	struct span *name, struct span *folded)
{
	static const char too_long[] = "That name is too long. Please type one of 1 to 32 "
				       "characters";
	if (!unicode_is_valid(typed))
		return "That name is not valid text (UTF-8). Please type another name";
	if (typed.len > NAME_BYTES_MAX)
		return too_long;
	struct span single;
	if (!single_blanks(typed, NAME_BYTES_MAX, arena, &single) ||
		!unicode_to_nfc(single, arena, name))
		return NO_MEMORY;
	const char *wrong = check_characters(*name);
	if (wrong != NULL)
		return wrong;
	if (name->len > NAME_BYTES_MAX || unicode_count_graphemes(*name) > NAME_GRAPHEMES_MAX)
		return too_long;
	if (!unicode_fold(*name, arena, folded))
		return NO_MEMORY;
	return check_folded(*folded, capsule, arena);
}

static struct span without_blanks_at_end(struct span line)
{
	size_t len = 0;
	uint32_t code_point;
	for (struct span rest = line; unicode_next(&rest, &code_point);) {
		if (!unicode_is_space(code_point))
			len = line.len - rest.len;
	}
	return span_take(line, len);
}

/* Without blanks at the ends of lines, and without the blank lines before the first line that says
 * something and after the last one. */
static bool trim_lines(struct span text, struct arena *arena, struct span *out)
{
	struct buf buf;
	struct span line;
	size_t breaks = 0; /* since the last line that says something */
	buf_init(&buf, arena, text.len);
	while (span_next_line(&text, &line)) {
		line = without_blanks_at_end(line);
		for (; line.len > 0 && breaks > 0; breaks--)
			buf_byte(&buf, '\n');
		buf_span(&buf, line);
		breaks += buf.len > 0;
	}
	*out = buf_view(&buf);
	return !buf_failed(&buf);
}

static bool says_something(struct span text)
{
	uint32_t code_point;
	while (unicode_next(&text, &code_point)) {
		if (is_visible(code_point))
			return true;
	}
	return false;
}

const char *rules_check_comment(struct span typed, struct arena *arena, struct span *text)
{
	static const char too_long[] = "That comment is too long: 64 KiB (65,536 bytes) is the "
				       "most. Please write a shorter one";
	/* The store takes a NUL for the end of a text. */
	if (!unicode_is_valid(typed) ||
		(typed.len > 0 && memchr(typed.ptr, '\0', typed.len) != NULL))
		return "That comment is not valid text (UTF-8). Please type it again";
	if (typed.len > COMMENT_BYTES_MAX)
		return too_long;
	struct span normal;
	if (!unicode_to_nfc(typed, arena, &normal) || !trim_lines(normal, arena, text))
		return NO_MEMORY;
	if (!says_something(*text))
		return "There is nothing to read in that comment. Please type one";
	return text->len > COMMENT_BYTES_MAX ? too_long : NULL;
}

const char *rules_check_reason(struct span typed, struct arena *arena, struct span *reason)
{
	static const char too_long[] = "That reason is too long. Please type one of 1 to 500 "
				       "characters";
	if (!unicode_is_valid(typed))
		return "That reason is not valid text (UTF-8). Please type it again";
	if (typed.len > REASON_BYTES_MAX)
		return too_long;
	struct span single;
	if (!single_blanks(typed, REASON_BYTES_MAX, arena, &single) ||
		!unicode_to_nfc(single, arena, reason))
		return NO_MEMORY;
	if (!says_something(*reason))
		return "There is nothing to read in that reason. Please type one";
	if (reason->len > REASON_BYTES_MAX ||
		unicode_count_graphemes(*reason) > REASON_GRAPHEMES_MAX)
		return too_long;
	return NULL;
}

/* Scripts whose words are not told apart by spaces, or bear their grammar as endings. In folded
 * text there are no half-width or other compatibility forms left. */
static bool is_unspaced(uint32_t code_point)
{
	static const struct {
		uint32_t first, last;
	} blocks[] = {
		{0x0e00, 0x109f} /* Thai, Lao, Tibetan, Myanmar */, {0x1100, 0x11ff} /* Hangul */,
		{0x1780, 0x17ff} /* Khmer */, {0x1950, 0x19ff} /* Tai Le, New Tai Lue, Khmer */,
		{0x1a20, 0x1aaf} /* Tai Tham */, {0x1b00, 0x1b7f} /* Balinese */,
		{0x2e80, 0x31ff} /* Han, kana, bopomofo */, {0x3400, 0xa4cf} /* Han, Yi */,
		{0xa960, 0xa9df} /* Hangul, Javanese */, {0xa9e0, 0xa9ff} /* Myanmar */,
		{0xaa60, 0xaadf} /* Myanmar, Tai Viet */, {0xac00, 0xd7ff} /* Hangul */,
		{0xf900, 0xfaff} /* Han */, {0x1aff0, 0x1b2ff} /* kana, Nushu */,
		{0x20000, 0x3ffff} /* Han */
	};
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		if (code_point >= blocks[i].first && code_point <= blocks[i].last)
			return true;
	}
	return false;
}

static bool is_of_a_word(uint32_t code_point)
{
	return (unicode_is_letter(code_point) || unicode_is_mark(code_point)) &&
	       !is_unspaced(code_point);
}

/* The last character of a text, 0 for an empty one. */
static uint32_t last_of(struct span text)
{
	size_t start = text.len;
	uint32_t code_point = 0;
	while (start > 0 && ((unsigned char)text.ptr[--start] & 0xc0) == 0x80)
		continue;
	text = span_skip(text, start);
	(void)unicode_next(&text, &code_point);
	return code_point;
}

static uint32_t first_of(struct span text)
{
	uint32_t code_point = 0;
	(void)unicode_next(&text, &code_point);
	return code_point;
}

static bool holds(struct span text, struct span word)
{
	bool begins = is_of_a_word(first_of(word)), ends = is_of_a_word(last_of(word));
	for (size_t at = 0; text.len - at >= word.len; at++) {
		const char *found = memmem(text.ptr + at, text.len - at, word.ptr, word.len);
		if (found == NULL)
			return false;
		at = (size_t)(found - text.ptr);
		if (!(begins && is_of_a_word(last_of(span_take(text, at)))) &&
			!(ends && is_of_a_word(first_of(span_skip(text, at + word.len)))))
			return true;
	}
	return false;
}

/* Blanks before folding, which drops line breaks as it does all controls, and after it, as it drops
 * what stood between two blanks. */
static bool fold_line(struct span text, struct arena *arena, struct span *out)
{
	struct span single, folded;
	return single_blanks(text, text.len, arena, &single) &&
	       unicode_fold(single, arena, &folded) &&
	       single_blanks(folded, folded.len, arena, out);
}

bool rules_holds_word(struct span text, const char *const *words, size_t count, struct arena *arena)
{
	struct span folded, word;
	if (count == 0)
		return false;
	if (!fold_line(text, arena, &folded))
		return true;
	for (size_t i = 0; i < count; i++) {
		if (!fold_line(span_of(words[i]), arena, &word))
			return true;
		if (word.len > 0 && holds(folded, word))
			return true;
	}
	return false;
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

const char *rules_how_long(int64_t from, int64_t to, struct arena *arena)
{
	static const struct {
		int64_t seconds;
		const char *one, *many;
	} units[] = {{SECONDS_PER_DAY, "a day later", "days"}, {3600, "an hour later", "hours"},
		{60, "a minute later", "minutes"}, {1, "a moment later", NULL}};
	const size_t last = sizeof(units) / sizeof(units[0]) - 1;
	size_t unit = 0;
	while (unit < last && to - from < units[unit].seconds)
		unit++;
	int64_t count = (to - from) / units[unit].seconds;
	const char *text = units[unit].one;
	if (count > 1 && unit < last)
		text = arena_printf(arena, "%" PRId64 " %s later", count, units[unit].many);
	return text != NULL ? text : "later";
}
