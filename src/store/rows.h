/*
 * What the writes look at before they decide. Private to store/.
 */
#ifndef KINDLING_STORE_ROWS_H
#define KINDLING_STORE_ROWS_H

#include "store/connection.h"

/* A person of a capsule, as far as it decides what they may do. */
struct person_row {
	int64_t capsule, comments; /* shown */
	enum store_standing standing;
	enum store_role role;
};
/* STORE_NONE: there is none here, or no more. STORE_BARRED: one who is banned. `person` is filled
 * in either case. */
enum store_result person_row_read(
	struct connection *connection, struct span capsule, int64_t id, struct person_row *person);

/* A comment of a capsule. */
struct comment_row {
	int64_t person, thread, depth, parent;
	enum store_state state;
};
enum store_result comment_row_read(struct connection *connection, struct span capsule, int64_t id,
	struct comment_row *comment);

#endif
