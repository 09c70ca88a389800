/*
 * Reloads: who asks for a new generation, when it is planned, and what is said of it.
 *
 * Four things ask for one: SIGHUP, with the configuration read anew from the same command line;
 * SIGUSR1, files that have changed (certificates, or the folder at a capsule's root), and a
 * keyholder that has died, all three with the configuration that there is. There is one plan at a
 * time; who asks meanwhile is heard afterwards.
 */
#ifndef KINDLING_PROC_RELOAD_H
#define KINDLING_PROC_RELOAD_H

#include "proc/run.h"

struct reload {
	int argc; /* the command line */
	char **argv;
	bool wanted;
	bool conf_anew;        /* … and the configuration may have changed */
	const char *why;       /* that it is wanted, or was */
	bool waits;            /* for older generations to end, and it has been said */
	struct slot keyholder; /* of the generation that serves: for the back-off */
	uint64_t seen;         /* the files at the last look */
	uint64_t refused;      /* what they were when they could not be used */
	bool by_files;         /* they have asked for the plan that there is */
};

/* SIGHUP, and SIGUSR1. */
void reload_ask(struct reload *reload);
void reload_reopen_log(struct reload *reload);

/* To be called every two seconds: looks at these files. */
void reload_look(struct reload *reload, const struct run *run);

/* Begins the plan that is wanted, where it can. */
void reload_begin(struct reload *reload, struct run *run);

/* What a plan has come to: the log and the service manager are told, and it is counted. */
void reload_done(struct reload *reload, const struct run *run, const struct generation *generation);
void reload_refused(struct reload *reload, const struct run *run, const struct fault *fault);

#endif
