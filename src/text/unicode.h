/*
 * Unicode: validity, normal form, folding and what a reader counts as one character.
 *
 * The only place that knows libunistring. All text is UTF-8 in spans.
 */
#ifndef KINDLING_TEXT_UNICODE_H
#define KINDLING_TEXT_UNICODE_H

#include "base/arena.h"

#define UNICODE_BOM "\xef\xbb\xbf"

/* RFC 3629: no overlong form, no surrogate, nothing over U+10FFFF. */
bool unicode_is_valid(struct span text);

/* Reads one code point off the front of `rest`; a byte that starts none gives U+FFFD and is
 * skipped alone. False when `rest` is empty. */
bool unicode_next(struct span *rest, uint32_t *code_point);

/* The same, with the bytes to be copied: the character's own, or U+FFFD's for a wrong byte. */
bool unicode_next_bytes(struct span *rest, uint32_t *code_point, struct span *bytes);

/* Characters that act without being seen, or that turn the text around them: the categories Cc,
 * Cf, Cs, Co, Zl, Zp (so also every bidirectional control, UAX #9), noncharacters, and whatever
 * else Unicode calls ignorable, blank letters included, except marks: a heart needs its variation
 * selector. Unassigned code points are none: next year's emoji are among them, and the blocks
 * where new controls may come are ignorable already. */
bool unicode_is_invisible_control(uint32_t code_point);

/* U+200C and U+200D. They are invisible controls, but Persian words and family emoji fall apart
 * without them: text that is only shown may keep one between two visible characters. */
bool unicode_is_joiner(uint32_t code_point);

/* What a terminal may be given for the character that unicode_next_bytes has read: its own bytes,
 * a blank for a line end or a tab, U+FFFD for what acts without being seen; joiners stay. */
struct span unicode_to_print(uint32_t code_point, struct span bytes);

bool unicode_is_space(uint32_t code_point);  /* category Z* and the ASCII blanks */
bool unicode_is_mark(uint32_t code_point);   /* combining, category M* */
bool unicode_is_letter(uint32_t code_point); /* or a digit: categories L* and N* */

/* Letters, marks and symbols that leave nothing on the screen, though no property says so. Texts
 * of some scripts are in need of them; a name is not. */
bool unicode_is_blank(uint32_t code_point);

/* Latin letters beside Cyrillic or Greek ones: half of those are drawn alike. */
bool unicode_mixes_alphabets(struct span text);

/* Normal form C (UAX #15), in the arena. False: not valid UTF-8, or memory is out. */
bool unicode_to_nfc(struct span text, struct arena *arena, struct span *out);

/* Folded for comparing names: NFKC, case folding, NFKC again (UTS #39 asks for no less);
 * invisible, ignorable and blank characters dropped; every i is one, with its dot, with a second
 * dot or without any. False as above. */
bool unicode_fold(struct span text, struct arena *arena, struct span *out);

/* Extended grapheme clusters (UAX #29): what a reader counts. Where memory is out: the number of
 * bytes, which is never less. */
size_t unicode_count_graphemes(struct span text);

#endif
