/*
 * A deadline for every connection, whatever it waits for.
 *
 * All that wait for the same thing have the same time limit, so a queue for each state, in the
 * order of entering it, is always sorted: setting and clearing a deadline costs nothing, and one
 * timer serves them all.
 *
 * For an upload and an answer it is the end of a window, not of all: whoever has moved min_rate's
 * bytes in it is given another one.
 */
#ifndef KINDLING_NET_DEADLINES_H
#define KINDLING_NET_DEADLINES_H

#include <stdint.h>
#include <uv.h>

#include "base/list.h"
#include "net/state.h"

struct deadline {
	struct list link;
	uint64_t due; /* in the loop's milliseconds */
};

typedef void deadline_missed(void *context, struct deadline *deadline);

struct deadlines {
	uv_timer_t timer;
	uint64_t timer_due; /* UINT64_MAX: not armed */
	struct list queues[CONNECTION_STATE_COUNT];
	uint64_t limits[CONNECTION_STATE_COUNT]; /* milliseconds */
	deadline_missed *missed;
	void *context;
};

void deadlines_init(
	struct deadlines *deadlines, uv_loop_t *loop, deadline_missed *missed, void *context);
void deadlines_stop(struct deadlines *deadlines); /* closes the timer; the loop must run on */

void deadline_init(struct deadline *deadline);
/* From now on, with the limit of `state`; again, to start afresh. */
void deadline_set(
	struct deadlines *deadlines, struct deadline *deadline, enum connection_state state);
void deadline_clear(struct deadline *deadline);

/* Whoever has waited longest in `state`; NULL where nobody is in it. */
struct deadline *deadlines_first(const struct deadlines *deadlines, enum connection_state state);

#endif
