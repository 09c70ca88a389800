/*
 * Gemtext (gemtext specification 0.24.1): writing pages that hold what strangers typed, and
 * following a page to its end.
 *
 * Untrusted text can never start a line: every function here that takes some writes what
 * stands before it, removes control and bidirectional characters, and turns line breaks of any
 * kind into either a new quoted line or a space. Bytes that are not UTF-8 become U+FFFD.
 */
#ifndef KINDLING_PROTO_GEMTEXT_H
#define KINDLING_PROTO_GEMTEXT_H

#include "base/buf.h"
#include "proto/host.h"

#define GEMTEXT_FENCE "```"

/* Each line of `untrusted` after "> ", in normal form C, and a LF behind the last; blank lines at
 * its ends are dropped, runs of them inside become one (">"); marks stacked on one character are
 * cut after eight. Text without a visible line writes nothing. */
void gemtext_quote(struct buf *buf, struct span untrusted);

/* The same, but at most `max` code points of it, each line counting for GEMTEXT_LINE_WEIGHT more,
 * and then an ellipsis. True where something was left out. */
#define GEMTEXT_LINE_WEIGHT 16
bool gemtext_quote_some(struct buf *buf, struct span untrusted, size_t max);

/* As one line, nothing before it and no LF behind it: for names inside our own sentences,
 * headings and link labels. In normal form C, marks cut as above; runs of spaces become one,
 * those at its ends none, and no mark comes first. At most `max` code points, then an ellipsis;
 * 0 for no limit. */
void gemtext_inline(struct buf *buf, struct span untrusted, size_t max);

/* "=> URL label\n". `url` is one that the server itself made; `label` may be anything. */
void gemtext_link(struct buf *buf, const char *url, const char *label);

/* A link line, without its LF: false where it is none, or has no URL. An absent label is empty. */
bool gemtext_read_link(struct span line, struct span *url, struct span *label);

#define GEMTEXT_LINKS_MAX 10

/* Writes for each URL among the words of a text, the first ten, a line "=> URL URL\n": the URL is
 * its own label. A word is one where link_read accepts it, with the capsule's `own` names, once
 * "=>" and the quotes, brackets and punctuation around it are off. Each is written once. Returns
 * how many were; the line `intro` and a LF come before the first. */
size_t gemtext_links_of(
	struct buf *buf, struct span untrusted, struct host_names own, const char *intro);

/* Whether this line begins or ends preformatted text. */
bool gemtext_is_fence(struct span line);

/* Where a page stands after some of its bytes. Zeroed: at its beginning. */
struct gemtext_position {
	bool preformatted;  /* between two fences */
	unsigned char seen; /* 0: at the start of a line; 1, 2: after so many backticks there; 3:
			     * what follows on this line does not matter */
};

void gemtext_follow(struct gemtext_position *position, struct span bytes);

/* What has to be written so that a new line of ordinary gemtext can follow: "", "\n" or a
 * closing fence. A static string. */
const char *gemtext_closing(const struct gemtext_position *position);

#endif
