/*
 * A load of comments: readers who register and write in threads while something happens to the
 * server, and who know afterwards what they were told was stored.
 */
#ifndef KINDLING_TESTS_FAULT_WRITERS_H
#define KINDLING_TESTS_FAULT_WRITERS_H

#include <pthread.h>

#include "reader.h"

#define WRITERS     4
#define WRITTEN_MAX 4000

/* One thread's readers, one after the other. */
struct writer {
	pthread_t thread;
	const struct writers *all;
	int number;
	size_t tried, count;
	long acknowledged[WRITTEN_MAX]; /* the numbers of the comments */
	size_t attempts[WRITTEN_MAX];   /* which text each of them has */
	bool wrong;                     /* an answer came that must not */
	struct answer last;             /* and this is it */
};

struct writers {
	int round; /* texts name it, so that each is told from every other */
	unsigned port;
	_Atomic bool over;
	struct writer each[WRITERS];
};

/* What is torn is not tried again, but they go on with the next until the end. */
void writers_begin(struct writers *writers, unsigned port, int round);
void writers_end(struct writers *writers);

/* All that was acknowledged is on the essay's thread exactly once, and all else at most once; every
 * answer was a redirect. How many were acknowledged. */
size_t writers_check(const struct writers *writers, const struct daemon *daemon);

/* What SQLite says about the daemon's store. */
void assert_store_is_sound(const struct daemon *daemon);

/* The seed of this run's chance: KINDLING_SEED, or a new one, which is printed. */
unsigned seed_of_run(void);

/* KINDLING_ROUNDS, or so many. */
int rounds_of_run(int ordinary);

#endif
