/*
 * The master: prepares everything, starts the workers, replaces those that die, stops them.
 */
#ifndef KINDLING_PROC_MASTER_H
#define KINDLING_PROC_MASTER_H

#include "conf/conf.h"

/* Serves until SIGTERM, SIGINT or SIGHUP. Gives the exit code: 0 after an orderly stop, 1 when it
 * could not start (and said why) or a worker did not end well. */
int master_run(const struct conf *conf);

#endif
