/*
 * How comments, people and posts are written into pages: the same everywhere. Nothing that a reader
 * typed starts a line. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_SHOW_H
#define KINDLING_COMMENTS_SHOW_H

#include "comments/visit.h"

#define SHOW_EXCERPT_MAX 60   /* code points of a comment inside a link's label */
#define SHOW_LISTED_MAX  1500 /* of a comment that stands among others; see gemtext_quote_some */

enum show_how { SHOW_LISTED /* a long one is cut, with a link to the rest */, SHOW_WHOLE };

/* A comment: a heading with nothing but who, passing on whose, when and when edited; its text,
 * quoted; its links, where all of the text stands there. One that is not shown has a placeholder
 * that says why, without name and text; `open` shows held and hidden ones too, marked so: for their
 * authors and for moderators. */
void show_comment(struct buf *page, struct request *request, const struct store_comment *comment,
	enum show_how how, bool open);

/* "=> /comments/41 LABEL" with how often it was passed on: "Open it: passed on 2 times", "Open
 * it: not passed on yet", which is true of a post that takes no more comments, too. */
void show_permanent_link(struct buf *page, const struct store_comment *comment);

/* A name inside a line of ours; of who has left: "somebody who left". */
void show_name(struct buf *page, struct span name);
/* "=> /comments/people/7 More by Rosa"; nothing for who has left. */
void show_person_link(struct buf *page, int64_t person, struct span name);
/* The first words of a comment in quotes, on one line. */
void show_excerpt(struct buf *page, const struct store_comment *comment);
void show_title(struct buf *page, const struct post *post); /* in quotes */
void show_post_link(struct buf *page, const struct post *post);
/* "titan://here.example/", by the name and the port that the request has come to. */
void show_titan(struct buf *page, const struct request *request);

/* "shown", "held until a moderator has read it", ... */
const char *show_state(enum store_state state);

#endif
