/*
 * The two files beside SQLite's own: its log, where what was written last is kept, and the index of
 * that, through which connections share it. Private to store/.
 *
 * SQLite takes it for granted that nobody removes or replaces them while they are in use. Where
 * somebody does, connections from before and after would write into different logs, and what one of
 * them stored would be lost when the other closes.
 */
#ifndef KINDLING_STORE_BESIDE_H
#define KINDLING_STORE_BESIDE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/fault.h"

struct beside {
	struct {
		dev_t device;
		ino_t number;
	} log, index;
};

enum beside_state { BESIDE_SAME, BESIDE_OTHER_LOG, BESIDE_OTHER_INDEX };

/* The files of the store at this path as they are now. */
void beside_note(struct beside *beside, const char *path);

/* Whether the path still leads to them; the index goes first. */
enum beside_state beside_look(const struct beside *beside, const char *path);

/* Whether the log that this connection has open is the one that the index tells of; it has read
 * something already. Others may be writing. */
bool beside_fits(sqlite3 *db, struct fault *fault);

#endif
