/*
 * The queues and their timer.
 */
#include "net/deadlines.h"

#define NOT_ARMED UINT64_MAX

static void timer_fired(uv_timer_t *timer);

static void arm(struct deadlines *deadlines, uint64_t due)
{
	uint64_t now = uv_now(deadlines->timer.loop);
	deadlines->timer_due = due;
	uv_timer_start(&deadlines->timer, timer_fired, due > now ? due - now : 0, 0);
}

static void timer_fired(uv_timer_t *timer)
{
	struct deadlines *deadlines = timer->data;
	uint64_t now = uv_now(timer->loop), next = NOT_ARMED;
	deadlines->timer_due = NOT_ARMED;
	for (size_t state = 0; state < CONNECTION_STATE_COUNT; state++) {
		struct list *queue = &deadlines->queues[state];
		while (!list_is_empty(queue)) {
			struct deadline *first = LIST_ENTRY(queue->next, struct deadline, link);
			if (first->due > now) {
				if (first->due < next)
					next = first->due;
				break;
			}
			list_remove(&first->link);
			deadlines->missed(deadlines->context, first);
		}
	}
	/* Whoever missed one may have set another meanwhile. */
	if (next < deadlines->timer_due)
		arm(deadlines, next);
}

void deadlines_init(
	struct deadlines *deadlines, uv_loop_t *loop, deadline_missed *missed, void *context)
{
	uv_timer_init(loop, &deadlines->timer);
	deadlines->timer.data = deadlines;
	deadlines->timer_due = NOT_ARMED;
	for (size_t state = 0; state < CONNECTION_STATE_COUNT; state++)
		list_init(&deadlines->queues[state]);
	deadlines->missed = missed;
	deadlines->context = context;
}

void deadlines_stop(struct deadlines *deadlines)
{
	uv_close((uv_handle_t *)&deadlines->timer, NULL);
}

void deadline_init(struct deadline *deadline)
{
	list_init(&deadline->link);
}

void deadline_set(
	struct deadlines *deadlines, struct deadline *deadline, enum connection_state state)
{
	list_remove(&deadline->link);
	deadline->due = uv_now(deadlines->timer.loop) + deadlines->limits[state];
	list_append(&deadlines->queues[state], &deadline->link);
	if (deadline->due < deadlines->timer_due)
		arm(deadlines, deadline->due);
}

void deadline_clear(struct deadline *deadline)
{
	list_remove(&deadline->link);
}

struct deadline *deadlines_first(const struct deadlines *deadlines, enum connection_state state)
{
	const struct list *queue = &deadlines->queues[state];
	return list_is_empty(queue) ? NULL : LIST_ENTRY(queue->next, struct deadline, link);
}
