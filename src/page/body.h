/*
 * A reply's body behind one small interface: memory, a file, or one followed by something.
 *
 * A body is read piece by piece into the caller's bytes, and closed once.
 */
#ifndef KINDLING_PAGE_BODY_H
#define KINDLING_PAGE_BODY_H

#include <sys/types.h>

#include "base/arena.h"

enum body_state {
	BODY_DATA,  /* *got bytes, more may follow */
	BODY_END,   /* *got bytes (perhaps 0), and no more */
	BODY_FAILED /* cannot be read on: the answer must be cut, not ended */
};

struct body;

struct body_kind {
	enum body_state (*read)(struct body *body, char *bytes, size_t size, size_t *got);
	void (*close)(struct body *body);
};

/* Room for every kind's own state, so that a body needs no memory of its own. */
struct body {
	const struct body_kind *kind; /* NULL: empty */
	struct span memory;           /* what is left of it */
	int fd;
	off_t left;  /* bytes of the file still to be sent */
	void *state; /* a kind's own, in the request's arena */
};

void body_of_memory(struct body *body, struct span bytes); /* bytes live in the request's arena */
/* Takes the descriptor over. Sends at most `size` bytes: what a file gains meanwhile is not sent,
 * and where it shrinks the body ends early. */
void body_of_file(struct body *body, int fd, off_t size);

/* Lets a section of gemtext follow a body of gemtext: on a line of its own, and outside any
 * preformatted text that the body leaves open. False, and nothing changed: memory is out. */
bool body_add_section(struct body *body, struct span section, struct arena *arena);

enum body_state body_read(struct body *body, char *bytes, size_t size, size_t *got);
void body_close(struct body *body); /* also for an empty one, and twice */

#endif
