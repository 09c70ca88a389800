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

bool unicode_fold(struct span text, struct arena *arena, struct span *out)
{
	char *visible = arena_alloc(arena, text.len);
	if (visible == NULL || !unicode_is_valid(text))
		return false;
	size_t visible_len = 0;
	uint32_t code_point;
	struct span bytes;
	while (unicode_next_bytes(&text, &code_point, &bytes)) {
		if (unicode_is_invisible_control(code_point) ||
			uc_is_property_default_ignorable_code_point(code_point))
			continue;
		memcpy(visible + visible_len, bytes.ptr, bytes.len);
		visible_len += bytes.len;
	}
	size_t len;
	uint8_t *normal =
		u8_normalize(UNINORM_NFKC, (const uint8_t *)visible, visible_len, NULL, &len);
	if (normal == NULL)
		return false;
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
