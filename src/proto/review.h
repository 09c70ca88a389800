/*
 * Texts that an author has written, looked over for what clients stumble on.
 */
#ifndef KINDLING_PROTO_REVIEW_H
#define KINDLING_PROTO_REVIEW_H

#include "base/span.h"

/* Each is the number of the first line where it is so, from 1 on; 0: nowhere. */
struct review {
	bool mark;       /* the text begins with a byte-order mark */
	size_t not_utf8; /* nothing below is looked for on such a line */
	size_t control;  /* a character that controls the terminal, and is no tab or line end */
	uint32_t control_code;
	size_t lone_return; /* a CR that no LF follows: clients end a line there, or do not */
	/* Gemtext alone (gemtext specification 0.24.1): */
	size_t unclosed;   /* preformatted text begins there and never ends */
	size_t bare_arrow; /* "=>" without a URL */
};

void review_text(struct span text, bool gemtext, struct review *review);

#endif
