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

static bool is_day(uint64_t year, uint64_t month, uint64_t day)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if (month < 1 || month > 12 || day < 1)
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

/* label = date separator title */
static bool read_label(struct span label, struct feed_entry *entry)
{
	entry->date = span_take(label, DATE_LEN);
	struct span rest = span_skip(label, DATE_LEN);
	if (!is_date(entry->date) || rest.len == 0 || is_digit(rest.ptr[0]))
		return false;
	for (size_t len; (len = separator_len(rest)) > 0;)
		rest = span_skip(rest, len);
	entry->title = rest;
	return entry->title.len > 0 && !is_digit(entry->title.ptr[0]);
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
		if (gemtext_read_link(line, &entry->url, &label) && read_label(label, entry))
			return true;
	return false;
}
