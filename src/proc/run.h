/*
 * A run of the server, as the master sees it: one or more generations of processes, and what they
 * have in common.
 *
 * A generation is a configuration and the processes that live by it: a keyholder, unless the master
 * has the keys itself, and the workers. Its states, each with what it leads to:
 *
 *   READING   its keyholder reads the keys                            -> STARTING, RETIRING
 *   STARTING  its workers prepare themselves; they let nobody in yet  -> SERVING, RETIRING
 *   SERVING   never more than one                                     -> RETIRING
 *   RETIRING  lets nobody in; its last process ends it
 *
 * One that is READING or STARTING is a plan: whatever fails then ends it, and the generation that
 * serves goes on. It comes to serve in one step, when all its workers have said that they are ready
 * (generation_commit); only then is the old one retired.
 */
#ifndef KINDLING_PROC_RUN_H
#define KINDLING_PROC_RUN_H

#include "os/service.h"
#include "proc/settings.h"
#include "proc/shared.h"
#include "proc/slots.h"
#include "proc/sockets.h"
#include "tls/server.h"

/* With the old ones that still finish what they have; a reload waits where there are as many. */
#define GENERATIONS_MAX 4

enum generation_state {
	GENERATION_READING,
	GENERATION_STARTING,
	GENERATION_SERVING,
	GENERATION_RETIRING
};

struct generation {
	enum generation_state state;
	unsigned number;  /* 1 is the first of the run */
	int64_t deadline; /* of a plan, or of retiring: clock_monotonic_ms */
	struct settings *settings;
	const struct conf *conf; /* the settings' */
	bool opened_log;         /* which is settled with the plan */
	uint64_t files;          /* groundwork_look_at_files, before they were read */
	bool makes_certificates; /* as some were missing: then after they were read */
	struct sockets sockets;
	struct tls_server *tls;
	pid_t keyholder;    /* 0: none, or gone */
	int control;        /* to the keyholder */
	int first_word;     /* from the keyholder, while it is READING */
	struct slot *slots; /* one for each worker */
	int lifeline[2];    /* nothing is ever written: its end retires the workers, and comes with
			     * the master's too */
	int go[2];          /* its end, too, lets the workers begin */
	int ready[2];       /* a byte from each worker that could begin */
	unsigned ready_count;
	bool failed; /* a process that the plan needs has ended: `why` */
	bool given_up;
	struct fault why;
};

struct run {
	struct shared shared;
	struct service service;
	struct settings *first;  /* what a restart alone changes is as they say */
	struct sockets handed; /* by a service manager, for the first generation */
	int control;           /* of the control socket: -1 where there is none */
	int64_t started;       /* clock_wall_seconds */
	unsigned generations_made;
	struct generation *generations[GENERATIONS_MAX]; /* NULL: free */
};

/* The one in this state, or NULL. */
struct generation *run_find(const struct run *run, enum generation_state state);
/* The one that is READING or STARTING, or NULL. */
struct generation *run_plan(const struct run *run);

/* Close-on-exec. The reading end blocks or not. */
bool run_pipe(int ends[2], bool blocks, struct fault *fault);

/* In a new process: closes all that is the master's, and everything of the other generations. What
 * remains is of `mine`: its sockets, and the workers' ends of its pipes. */
void run_let_go(struct run *run, struct generation *mine);

#endif
