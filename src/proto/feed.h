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

/* What the label of a link says to those who follow the page. */
enum feed_label {
	FEED_ENTRY,       /* a date, and a title */
	FEED_UNDATED,     /* no date is in it: a link like any other */
	FEED_NO_DAY,      /* it begins with a date that is none, or is written in another way */
	FEED_NO_GAP,      /* a digit follows the date at once */
	FEED_NO_TITLE,    /* nothing follows the date */
	FEED_DIGIT_TITLE, /* the title begins with a digit */
	FEED_DATE_LATE    /* text stands before the date */
};
/* Fills date and title of `entry` for FEED_ENTRY alone. */
enum feed_label feed_read_label(struct span label, struct feed_entry *entry);

/* Takes the next entry off `rest` (at first: the whole page); preformatted text is skipped. False
 * when there is none left. */
bool feed_next_entry(struct span *rest, bool *preformatted, struct feed_entry *entry);

/* The page's own title, behind the first "# " (subscription companion, 2.1); empty for none. */
struct span feed_title(struct span page);

#endif
