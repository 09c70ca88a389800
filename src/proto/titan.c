/*
 * The parameters of a titan URI.
 */
#include "proto/titan.h"

#include <string.h>

#include "proto/percent.h"
#include "text/unicode.h"

static const char no_size[] =
	"An upload says how many bytes follow: put ;size=NUMBER behind the path";
static const char bad_size[] = "size= is the number of bytes that follow, in decimal digits";
static const char nothing[] =
	"An upload of nothing deletes nothing; the page of what is to go leads to deleting it";
static const char two_wishes[] = "Ask for the text with ;edit, or send one with ;size=, not both";
static const char twice[] = "Each Titan parameter is given once";
static const char unknown[] = "Titan's parameters are ;size=, ;mime=, ;token= and ;edit";
static const char earlier[] =
	"Titan's parameters stand behind the last part of the path; another ; there is written %3B";
static const char fragment[] = "A request holds no fragment; leave out the # and all after it";
static const char bad_value[] =
	"A Titan parameter is percent-encoded UTF-8 without control characters";
static const char too_much[] = "This URL is more than the server can take; try a shorter one";

/* What was there already. */
struct seen {
	bool size, mime, token, edit;
};

static bool is_titan(struct span text)
{
	struct span scheme = SPAN_LIT("titan:");
	return text.len >= scheme.len && span_equal_nocase(span_take(text, scheme.len), scheme);
}

static const char *decode(struct span value, struct arena *arena, struct span *out)
{
	char *bytes = arena_alloc(arena, value.len + 1);
	size_t len = 0;
	if (bytes == NULL)
		return too_much;
	for (unsigned char byte; percent_next(&value, &byte);) {
		if (byte < ' ' || byte == 0x7f)
			return bad_value;
		bytes[len++] = (char)byte;
	}
	*out = (struct span){bytes, len};
	return value.len == 0 && unicode_is_valid(*out) ? NULL : bad_value;
}

static bool holds_slash(struct span text)
{
	return text.len > 0 && memchr(text.ptr, '/', text.len) != NULL;
}

static const char *take_size(struct span value, struct titan *titan)
{
	if (!span_to_u64(value, UINT64_MAX, &titan->size))
		return bad_size;
	return titan->size == 0 ? nothing : NULL;
}

static bool is_second(bool *seen)
{
	bool before = *seen;
	*seen = true;
	return before;
}

/* parameter = "size=" 1*DIGIT / "mime=" type [ "/" subtype ] / "token=" text / "edit" */
static const char *take_parameter(
	struct span parameter, struct arena *arena, struct titan *titan, struct seen *seen)
{
	struct span name, value, type, subtype;
	bool has_value = span_cut(parameter, '=', &name, &value);
	if (has_value && span_equal(name, SPAN_LIT("mime"))) {
		/* The one value in which a bare slash has a place. */
		span_cut(value, '/', &type, &subtype);
		if (holds_slash(subtype))
			return earlier;
		return is_second(&seen->mime) ? twice : decode(value, arena, &titan->mime);
	}
	if (holds_slash(parameter))
		return earlier;
	if (has_value && span_equal(name, SPAN_LIT("size")))
		return is_second(&seen->size) ? twice : take_size(value, titan);
	if (has_value && span_equal(name, SPAN_LIT("token")))
		return is_second(&seen->token) ? twice : decode(value, arena, &titan->token);
	if (span_equal(parameter, SPAN_LIT("edit")))
		return is_second(&seen->edit) ? twice : NULL;
	return unknown;
}

static const char *take_parameters(struct span rest, struct arena *arena, struct titan *titan)
{
	struct seen seen = {.size = false};
	struct span parameter;
	bool more = true;
	if (memchr(rest.ptr, '#', rest.len) != NULL)
		return fragment;
	while (more) {
		more = span_cut(rest, ';', &parameter, &rest);
		const char *wrong = take_parameter(parameter, arena, titan, &seen);
		if (wrong != NULL)
			return wrong;
	}
	if (seen.size && seen.edit)
		return two_wishes;
	titan->edit = seen.edit;
	return seen.size || seen.edit ? NULL : no_size;
}

/* titan-URI = "titan://" authority path *( ";" parameter ) [ "?" query ] */
const char *titan_parse(
	struct span text, struct arena *arena, struct titan *titan, struct span *uri)
{
	*titan = (struct titan){.present = is_titan(text)};
	*uri = text;
	if (!titan->present)
		return NULL;
	struct span front, parameters, query;
	bool has_query = span_cut(text, '?', &front, &query);
	if (!span_cut(front, ';', &front, &parameters))
		return no_size;
	const char *wrong =
		parameters.len == 0 ? unknown : take_parameters(parameters, arena, titan);
	if (wrong != NULL)
		return wrong;
	*uri = front;
	if (!has_query)
		return NULL;
	struct buf left;
	buf_init(&left, arena, text.len);
	buf_span(&left, front);
	buf_byte(&left, '?');
	buf_span(&left, query);
	*uri = buf_view(&left);
	return buf_failed(&left) ? too_much : NULL;
}
