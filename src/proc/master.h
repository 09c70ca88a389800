/*
 * The master: prepares everything, starts the processes, replaces those that die, reloads, stops.
 */
#ifndef KINDLING_PROC_MASTER_H
#define KINDLING_PROC_MASTER_H

#include "proc/settings.h"

/* Serves until SIGTERM or SIGINT. Takes the settings over, which a reload reads anew from the
 * command line. Gives the exit code: 0 after an orderly stop, 1 when it could not start (and said
 * why) or a worker did not end well. */
int master_run(struct settings *settings, int argc, char **argv);

#endif
