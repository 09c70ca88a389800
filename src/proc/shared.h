/*
 * What is made once in a run and outlives every reload: memory that all processes share, and the
 * seats in it.
 */
#ifndef KINDLING_PROC_SHARED_H
#define KINDLING_PROC_SHARED_H

#include "base/counters.h"
#include "comments/comments.h"
#include "net/admission.h"

struct shared {
	struct admission_table *admission;
	struct comments_shared comments;
	struct counters *counters;
	bool taken[ADMISSION_SEATS]; /* the master's own is the first */
};

/* Never released: the memory stays until the process ends. */
bool shared_prepare(struct shared *shared, struct fault *fault);

/* Every worker process has a seat, where it counts; 0: none is free. */
unsigned shared_take_seat(struct shared *shared);
size_t shared_free_seats(const struct shared *shared);
/* Once the process is gone: what it held is forgotten. Nothing for 0. */
void shared_leave_seat(struct shared *shared, unsigned seat);

/* The master counts here. */
void shared_count(const struct shared *shared, enum counter counter);

#endif
