/*
 * Feeds: read line by line, in one pass, without memory.
 */
#include "proto/feed.h"

#include <string.h>

#include "proto/gemtext.h"

#define DATE_LEN 10

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Of a month up to 12. */
static bool is_day(uint64_t year, uint64_t month, uint64_t day)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (month < 1 || day < 1)
		return false;
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return day <= days[month - 1] + (unsigned)(leap && month == 2);
}

/* full-date = 4DIGIT "-" 2DIGIT "-" 2DIGIT (RFC 3339, 5.6) */
static bool is_date(struct span text)
{
	uint64_t year, month, day;
	return text.len == DATE_LEN && text.ptr[4] == '-' && text.ptr[7] == '-' &&
	       span_to_u64(span_take(text, 4), 9999, &year) &&
	       span_to_u64(span_take(span_skip(text, 5), 2), 12, &month) &&
	       span_to_u64(span_skip(text, 8), 31, &day) && is_day(year, month, day);
}

/* What people write between date and title; all else belongs to the title. */
static size_t separator_len(struct span text)
{
	static const char *const separators[] = {
		" ", "\t", "-", ":", "|", "\xe2\x80\x93" /* – */, "\xe2\x80\x94" /* — */};
	for (size_t i = 0; i < sizeof separators / sizeof separators[0]; i++)
		if (span_starts_with(text, span_of(separators[i])))
			return strlen(separators[i]);
	return 0;
}

static size_t count_digits(struct span text)
{
	size_t count = 0;
	while (count < text.len && is_digit(text.ptr[count]))
		count++;
	return count;
}

/* Three numbers with hyphens, dots or slashes between them, one of them long enough for a year:
 * 2026-1-5, 2026/01/05, 5.1.2026. */
static bool resembles_date(struct span text)
{
	bool year = false;
	for (int i = 0; i < 3; i++) {
		size_t count = count_digits(text);
		if (count == 0 || count > 4 || count == 3)
			return false;
		year |= count == 4;
		text = span_skip(text, count);
		if (i < 2 && (text.len == 0 || strchr("-./", text.ptr[0]) == NULL))
			return false;
		text = span_skip(text, i < 2);
	}
	return year;
}

static bool holds_date(struct span text)
{
	for (bool apart = true; text.len >= DATE_LEN; text = span_skip(text, 1)) {
		struct span behind = span_skip(text, DATE_LEN);
		if (apart && is_date(span_take(text, DATE_LEN)) && count_digits(behind) == 0)
			return true;
		apart = !is_digit(text.ptr[0]);
	}
	return false;
}

/* label = date separator title; the date is followed by a non-digit, and the title does not begin
 * with a digit. */
enum feed_label feed_read_label(struct span label, struct feed_entry *entry)
{
	struct span date = span_take(label, DATE_LEN), rest = span_skip(label, DATE_LEN);
	if (!is_date(date)) {
		if (resembles_date(label))
			return FEED_NO_DAY;
		return holds_date(label) ? FEED_DATE_LATE : FEED_UNDATED;
	}
	if (count_digits(rest) > 0)
		return FEED_NO_GAP;
	for (size_t len; (len = separator_len(rest)) > 0;)
		rest = span_skip(rest, len);
	if (rest.len == 0)
		return FEED_NO_TITLE;
	if (count_digits(rest) > 0)
		return FEED_DIGIT_TITLE;
	entry->date = date;
	entry->title = rest;
	return FEED_ENTRY;
}

/* The next line that is not preformatted. */
static bool next_line(struct span *rest, bool *preformatted, struct span *line)
{
	while (span_next_line(rest, line)) {
		if (gemtext_is_fence(*line))
			*preformatted = !*preformatted;
		else if (!*preformatted)
			return true;
	}
	return false;
}

bool feed_next_entry(struct span *rest, bool *preformatted, struct feed_entry *entry)
{
	struct span line, label;
	while (next_line(rest, preformatted, &line))
		if (gemtext_read_link(line, &entry->url, &label) &&
			feed_read_label(label, entry) == FEED_ENTRY)
			return true;
	return false;
}

struct span feed_title(struct span page)
{
	struct span line;
	bool preformatted = false;
	while (next_line(&page, &preformatted, &line))
		if (span_starts_with(line, SPAN_LIT("#")) &&
			!span_starts_with(line, SPAN_LIT("##")))
			return span_trim(span_skip(line, 1));
	return (struct span){0};
}
