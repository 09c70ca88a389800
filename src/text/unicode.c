/*
 * Unicode, by libunistring; plain ASCII, which most text is, never gets that far.
 */
#include "text/unicode.h"

#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

#define REPLACEMENT       0xfffd
#define REPLACEMENT_BYTES "\xef\xbf\xbd"

static const uint8_t *bytes_of(struct span text)
{
	return (const uint8_t *)text.ptr;
}

/* How many bytes at the front are ASCII, rounded down to whole words except at the end. */
static size_t ascii_prefix(struct span text)
{
	size_t done = 0;
	for (uint64_t word; text.len - done >= sizeof word; done += sizeof word) {
		memcpy(&word, text.ptr + done, sizeof word);
		if ((word & UINT64_C(0x8080808080808080)) != 0)
			return done;
	}
	while (done < text.len && (text.ptr[done] & 0x80) == 0)
		done++;
	return done;
}

bool unicode_is_valid(struct span text)
{
	struct span rest = span_skip(text, ascii_prefix(text));
	return rest.len == 0 || u8_check(bytes_of(rest), rest.len) == NULL;
}

bool unicode_next(struct span *rest, uint32_t *code_point)
{
	struct span bytes;
	return unicode_next_bytes(rest, code_point, &bytes);
}

bool unicode_next_bytes(struct span *rest, uint32_t *code_point, struct span *bytes)
{
	if (rest->len == 0)
		return false;
	int len = u8_mbtoucr(code_point, bytes_of(*rest), rest->len);
	if (len < 0) {
		*code_point = REPLACEMENT;
		*bytes = SPAN_LIT(REPLACEMENT_BYTES);
		len = 1;
	} else {
		*bytes = span_take(*rest, (size_t)len);
	}
	*rest = span_skip(*rest, (size_t)len);
	return true;
}

bool unicode_is_invisible_control(uint32_t code_point)
{
	if (code_point < 0x7f)
		return code_point < 0x20;
	const uint32_t invisible = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs |
				   UC_CATEGORY_MASK_Co | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;
	return uc_is_general_category_withtable(code_point, invisible) ||
	       uc_is_property_not_a_character(code_point) ||
	       (uc_is_property_default_ignorable_code_point(code_point) &&
		       !unicode_is_mark(code_point));
}

bool unicode_is_joiner(uint32_t code_point)
{
	return code_point == 0x200c || code_point == 0x200d;
}

struct span unicode_to_print(uint32_t code_point, struct span bytes)
{
	if (code_point == '\n' || code_point == '\t')
		return SPAN_LIT(" ");
	if (unicode_is_invisible_control(code_point) && !unicode_is_joiner(code_point))
		return SPAN_LIT(REPLACEMENT_BYTES);
	return bytes;
}

bool unicode_is_space(uint32_t code_point)
{
	if (code_point < 0x80)
		return code_point == ' ' || (code_point >= '\t' && code_point <= '\r');
	return uc_is_general_category_withtable(code_point, UC_CATEGORY_MASK_Z);
}

bool unicode_is_mark(uint32_t code_point)
{
	return code_point >= 0x80 &&
	       uc_is_general_category_withtable(code_point, UC_CATEGORY_MASK_M);
}

bool unicode_is_letter(uint32_t code_point)
{
	return uc_is_general_category_withtable(
		code_point, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
}

/* Of the variation selectors, the two that choose between an emoji and a letter are seen. */
bool unicode_is_blank(uint32_t code_point)
{
	static const struct {
		uint32_t first, last;
	} blanks[] = {{0x034f, 0x034f}, {0x17b4, 0x17b5}, {0x180b, 0x180f}, {0x2800, 0x2800},
		{0xfe00, 0xfe0d}, {0xfffc, 0xfffc}, {0x13441, 0x13442}, {0x16fe4, 0x16fe4},
		{0x1d159, 0x1d159}, {0xe0100, 0xe01ef}};
	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++)
		if (code_point >= blanks[i].first && code_point <= blanks[i].last)
			return true;
	return false;
}

bool unicode_mixes_alphabets(struct span text)
{
	bool latin = false, other = false;
	uint32_t code_point;
	while (unicode_next(&text, &code_point)) {
		const uc_script_t *script = uc_script(code_point);
		if (script == NULL)
			continue;
		latin |= strcmp(script->name, "Latin") == 0;
		other |=
			strcmp(script->name, "Cyrillic") == 0 || strcmp(script->name, "Greek") == 0;
	}
	return latin && other;
}

/* Moves what libunistring allocated into the arena; NULL is its way to say that memory is out. */
static bool adopt(uint8_t *result, size_t len, struct arena *arena, struct span *out)
{
	if (result == NULL)
		return false;
	*out = (struct span){arena_copy(arena, (struct span){(const char *)result, len}), len};
	free(result);
	return out->ptr != NULL;
}

bool unicode_to_nfc(struct span text, struct arena *arena, struct span *out)
{
	if (ascii_prefix(text) == text.len) {
		*out = (struct span){arena_copy(arena, text), text.len};
		return out->ptr != NULL;
	}
	if (!unicode_is_valid(text))
		return false;
	size_t len;
	uint8_t *normal = u8_normalize(UNINORM_NFC, bytes_of(text), text.len, NULL, &len);
	return adopt(normal, len, arena, out);
}

/* Copies what can be seen; `to` has room for all. */
static size_t copy_visible(uint8_t *to, struct span text)
{
	size_t len = 0;
	uint32_t code_point;
	for (struct span bytes; unicode_next_bytes(&text, &code_point, &bytes);) {
		if (unicode_is_invisible_control(code_point) || unicode_is_blank(code_point) ||
			uc_is_property_default_ignorable_code_point(code_point))
			continue;
		memcpy(to + len, bytes.ptr, bytes.len);
		len += bytes.len;
	}
	return len;
}

/* In place: the dotless and the dotted one become "i", and a dot above "i" goes. */
static size_t unify_i(uint8_t *text, size_t text_len)
{
	struct span rest = {(const char *)text, text_len}, bytes;
	size_t len = 0;
	uint32_t code_point;
	while (unicode_next_bytes(&rest, &code_point, &bytes)) {
		if (code_point == 0x307 && len > 0 && text[len - 1] == 'i')
			continue;
		if (code_point == 0x130 || code_point == 0x131)
			bytes = SPAN_LIT("i");
		memmove(text + len, bytes.ptr, bytes.len);
		len += bytes.len;
	}
	return len;
}

bool unicode_fold(struct span text, struct arena *arena, struct span *out)
{
	uint8_t *visible = arena_alloc(arena, text.len);
	if (visible == NULL || !unicode_is_valid(text))
		return false;
	size_t len;
	uint8_t *normal =
		u8_normalize(UNINORM_NFKC, visible, copy_visible(visible, text), NULL, &len);
	if (normal == NULL)
		return false;
	len = unify_i(normal, len);
	size_t folded_len;
	uint8_t *folded = u8_casefold(normal, len, NULL, UNINORM_NFKC, NULL, &folded_len);
	free(normal);
	return adopt(folded, folded_len, arena, out);
}

size_t unicode_count_graphemes(struct span text)
{
	/* u8_grapheme_next would need no memory, but knows neither flags nor joined emoji. */
	char *starts = text.len > 0 ? malloc(text.len) : NULL;
	if (starts == NULL)
		return text.len;
	u8_grapheme_breaks(bytes_of(text), text.len, starts);
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += starts[i] != 0;
	free(starts);
	return count;
}
