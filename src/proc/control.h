/*
 * The control socket: whoever may connect to it is told the counters at once, and that is all.
 * Nothing of the master's here ever waits for anybody.
 */
#ifndef KINDLING_PROC_CONTROL_H
#define KINDLING_PROC_CONTROL_H

#include "base/fault.h"
#include "proc/metrics.h"

/* A listening Unix socket that its owner alone may use. Makes its folder, and takes the place of a
 * socket at which nobody listens any more. To be called as the user whom the server stays: nobody
 * else could remove it. -1 with a fault, also where another server answers there. */
int control_open(const char *path, struct fault *fault);

/* For when the socket is readable: tells some of those who wait, whoever remains at the next call.
 * What a reader's buffer does not take is cut. False: nobody can be let in now, as descriptors or
 * memory are out; the socket stays readable. */
bool control_answer(int listener, const struct metrics *metrics);

/* Closes, sets to -1, and removes the socket; nothing where it is -1 already. */
void control_close(int *listener, const char *path);

/* The other end, of `kindling stats`: what the server at this path tells, whole, printable and in
 * the arena. Waits some seconds at most. */
bool control_ask(const char *path, struct arena *arena, struct span *text, struct fault *fault);

#endif
