/*
 * The text of a comment on its way in: typed in answer to a 10, or uploaded. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_UPLOADING_H
#define KINDLING_COMMENTS_UPLOADING_H

#include "comments/visit.h"

/* What is to be written. */
struct uploading {
	const char *prompt;                 /* asks for it; how much fits is added */
	struct span former;                 /* what there is already, for who asks to edit it */
	bool (*allow)(struct visit *visit); /* counts the attempt; false: answered */
	/* Whether a text would be taken now, before one is asked for; false: answered. Or NULL. */
	bool (*ready)(struct visit *visit);
};

/* True with the text as it will be kept. False where the answer is made already: the reader is
 * asked, is shown what there is, is refused, or is welcome to send the body. Whatever may be
 * refused without the text is refused before this. */
bool uploading_take(struct visit *visit, const struct uploading *uploading, struct span *text);

#endif
