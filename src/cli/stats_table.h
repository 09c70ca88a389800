/*
 * The counters as a table for people.
 */
#ifndef KINDLING_CLI_STATS_TABLE_H
#define KINDLING_CLI_STATS_TABLE_H

#include "base/arena.h"

/* Prints what is not zero of an OpenMetrics text of this program's. False: memory is out. */
bool stats_table_print(struct span text, struct arena *arena);

#endif
