/*
 * Names: what is accepted is in normal form C, has 1 to 32 graphemes and no character that acts
 * without being seen; checked again, it is the same name with the same folded form. Comments
 * and reasons are read along: what is accepted stays as it is, too; and so are the words for which
 * a comment waits.
 */
#include <string.h>

#include "base/check.h"
#include "comments/rules.h"
#include "text/unicode.h"

#define ARENA_MAX (16 * 1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(struct span typed, struct arena *arena)
{
	static const char *const items[] = {"localhost", "*.example.org"};
	const struct host_names host = {items, 2};
	struct span name, folded, normal, again, folded_again;
	if (rules_check_name(typed, host, arena, &name, &folded) != NULL)
		return;
	CHECK(unicode_is_valid(name) && name.len <= NAME_BYTES_MAX);
	CHECK(unicode_to_nfc(name, arena, &normal) && span_equal(name, normal));
	size_t graphemes = unicode_count_graphemes(name);
	CHECK(graphemes >= 1 && graphemes <= NAME_GRAPHEMES_MAX);
	CHECK(folded.len > 0 && !unicode_mixes_alphabets(folded));
	uint32_t code_point;
	for (struct span rest = name; unicode_next(&rest, &code_point);) {
		CHECK(!unicode_is_invisible_control(code_point) && !unicode_is_blank(code_point));
		CHECK(code_point != ',');
		CHECK(code_point == ' ' || !unicode_is_space(code_point));
	}
	CHECK(rules_check_name(name, host, arena, &again, &folded_again) == NULL);
	CHECK(span_equal(name, again) && span_equal(folded, folded_again));
}

static void check_comment(struct span typed, struct arena *arena)
{
	struct span text, again;
	if (rules_check_comment(typed, arena, &text) != NULL)
		return;
	CHECK(unicode_is_valid(text) && text.len <= COMMENT_BYTES_MAX);
	CHECK(rules_check_comment(text, arena, &again) == NULL && span_equal(text, again));
	for (struct span line, rest = text; span_next_line(&rest, &line);)
		CHECK(!span_ends_with(line, SPAN_LIT(" ")) &&
			!span_ends_with(line, SPAN_LIT("\t")));
}

static void check_reason(struct span typed, struct arena *arena)
{
	struct span reason, again;
	if (rules_check_reason(typed, arena, &reason) != NULL)
		return;
	CHECK(reason.len <= REASON_BYTES_MAX && memchr(reason.ptr, '\n', reason.len) == NULL);
	CHECK(rules_check_reason(reason, arena, &again) == NULL && span_equal(reason, again));
}

/* What is one of the held words, followed and led by what is part of none, is held. */
static void check_held(struct span typed, struct arena *arena)
{
	static const char *const words[] = {"kind word", "\xe5\x8d\x9a", "c++"};
	char *text = arena_printf(arena, "%.*s (KIND\n word) ", SPAN_ARG(typed));
	CHECK(text != NULL && rules_holds_word(span_of(text), words, 3, arena));
	(void)rules_holds_word(typed, words, 3, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct span typed = {(const char *)data, size};
	arena_init(&arena, ARENA_MAX);
	check_name(typed, &arena);
	check_comment(typed, &arena);
	check_reason(typed, &arena);
	check_held(typed, &arena);
	arena_end(&arena);
	return 0;
}
