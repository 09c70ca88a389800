/*
 * A gemtext page as a feed (subscription companion): its dated links are the entries.
 */
#ifndef KINDLING_PROTO_FEED_H
#define KINDLING_PROTO_FEED_H

#include "base/span.h"

struct feed_entry {
	struct span url;   /* as written */
	struct span date;  /* "2026-11-23", a real day of the calendar */
	struct span title; /* without the date and the separator (blanks, dashes, ":", "|") */
};

/* Takes the next entry off `rest` (at first: the whole page); preformatted text is skipped.
 * The label must begin with a date that a non-digit follows, and a title must be left that does
 * not begin with a digit. False when there is none left. */
bool feed_next_entry(struct span *rest, bool *preformatted, struct feed_entry *entry);

#endif
