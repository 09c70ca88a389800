/*
 * Whether a text is one value of JSON (RFC 8259), and nothing else: for what the program writes.
 */
#ifndef KINDLING_TESTS_UNIT_JSON_H
#define KINDLING_TESTS_UNIT_JSON_H

#include <stdbool.h>
#include <string.h>

/* All of these move *text behind what they found; false where it is not there. */
static inline bool json_value(const char **text);

static inline bool json_byte(const char **text, char byte)
{
	if (**text != byte)
		return false;
	++*text;
	return true;
}

static inline bool json_string(const char **text)
{
	if (!json_byte(text, '"'))
		return false;
	while (**text != '"') {
		if ((unsigned char)**text < 0x20 || (unsigned char)**text >= 0x7f)
			return false; /* JSON would let more pass, but the log does not */
		if (!json_byte(text, '\\')) {
			++*text;
		} else if (json_byte(text, 'u')) {
			if (strspn(*text, "0123456789abcdefABCDEF") < 4)
				return false;
			*text += 4;
		} else if (**text == '\0' || strchr("\"\\/bfnrt", **text) == NULL) {
			return false;
		} else {
			++*text;
		}
	}
	return json_byte(text, '"');
}

static inline bool json_number(const char **text)
{
	(void)json_byte(text, '-');
	size_t digits = strspn(*text, "0123456789");
	if (digits == 0 || (**text == '0' && digits > 1))
		return false;
	*text += digits;
	return true;
}

static inline bool json_object(const char **text)
{
	if (!json_byte(text, '{'))
		return false;
	do {
		if (!json_string(text) || !json_byte(text, ':') || !json_value(text))
			return false;
	} while (json_byte(text, ','));
	return json_byte(text, '}');
}

static inline bool json_value(const char **text)
{
	return **text == '{'   ? json_object(text)
	       : **text == '"' ? json_string(text)
			       : json_number(text);
}

/* A line of the log: an object, and the end of the line or of the text. Moves on to the next. */
static inline bool json_line(const char **text)
{
	return json_object(text) && (json_byte(text, '\n') || **text == '\0');
}

#endif
