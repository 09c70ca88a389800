/*
 * The rules for names and comments. Pure: no system call, no state; fuzzed whole.
 */
#ifndef KINDLING_COMMENTS_RULES_H
#define KINDLING_COMMENTS_RULES_H

#include "proto/host.h"

#define NAME_GRAPHEMES_MAX          32
#define NAME_BYTES_MAX              256 /* percent-encoded, it fits into an address */
#define COMMENT_BYTES_MAX           65536
#define COMMENT_REPEAT_SECONDS      600
#define COMMENT_RATE_WINDOW_SECONDS 3600
#define REASON_GRAPHEMES_MAX        500
#define REASON_BYTES_MAX            4096

/* A name as it will be shown (NFC, trimmed, inner blanks single) and as it is compared. NULL when
 * it is one; else a static sentence that says what is wrong, fit to ask again with. The `capsule`'s
 * own names are reserved, and so are owner, admin and the like, and numbers. Checked again, an
 * accepted name stays as it is. */
const char *rules_check_name(struct span typed, struct host_names capsule, struct arena *arena,
	struct span *name, struct span *folded);

/* A comment as it will be kept: as typed, NFC, without blank lines at its ends or blanks at the
 * ends of its lines. NULL when it is one; else a static sentence, fit to ask again with. At most
 * COMMENT_BYTES_MAX bytes, at least one visible character. */
const char *rules_check_comment(struct span typed, struct arena *arena, struct span *text);

/* Why somebody reports a comment, or why a moderator does something: one line of 1 to 500
 * characters, NFC, blanks single. NULL or a sentence as above. */
const char *rules_check_reason(struct span typed, struct arena *arena, struct span *reason);

/*
 * Whether a comment holds one of the words for which it waits for a moderator. Words are compared
 * folded, and blanks of any kind and number as one space, so that an entry may be of several words.
 * They count between word boundaries alone ("ass" is not in "passed"), except in scripts that are
 * written without spaces between words, or with endings on them (Thai, Chinese, Korean, ...).
 * Where memory is out it does: a moderator looks rather than nobody.
 */
bool rules_holds_word(
	struct span text, const char *const *words, size_t count, struct arena *arena);

/* "today", "yesterday", "5 days ago", or the date from 30 days on. In the arena or static. */
const char *rules_when(int64_t then, int64_t now, struct arena *arena);

/* "a minute later", "10 minutes later", "an hour later", "3 days later". In the arena or static. */
const char *rules_how_long(int64_t from, int64_t to, struct arena *arena);

#endif
