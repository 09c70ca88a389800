/*
 * The rules for names and comments. Pure: no system call, no state; fuzzed whole.
 */
#ifndef KINDLING_COMMENTS_RULES_H
#define KINDLING_COMMENTS_RULES_H

#include "proto/host.h"

#define NAME_GRAPHEMES_MAX          32
#define NAME_BYTES_MAX              512
#define COMMENT_CHARACTERS_MAX      4000
#define COMMENT_BYTES_MAX           65536
#define COMMENTS_PER_HOUR           10
#define COMMENT_REPEAT_SECONDS      600
#define COMMENT_RATE_WINDOW_SECONDS 3600

/* A name as it will be shown (NFC, trimmed, inner blanks single) and as it is compared. NULL when
 * it is one; else a static sentence that says what is wrong, fit to ask again with. The `capsule`'s
 * own names are reserved, and so are owner, admin and the like. Checked again, an accepted name
 * stays as it is. */
const char *rules_check_name(struct span typed, struct host_names capsule, struct arena *arena,
	struct span *name, struct span *folded);

/* A comment as it will be kept: as typed, NFC, without blank lines at its ends or blanks at the
 * ends of its lines. NULL when it is one; else a static sentence, fit to ask again with. 1 to 4,000
 * characters (grapheme clusters), at least one of them visible. */
const char *rules_check_comment(struct span typed, struct arena *arena, struct span *text);

/* "today", "yesterday", "5 days ago", or the date from 30 days on. In the arena or static. */
const char *rules_when(int64_t then, int64_t now, struct arena *arena);

#endif
