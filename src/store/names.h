/*
 * Whose a name is. All of it happens inside a write. Private to store/.
 */
#ifndef KINDLING_STORE_NAMES_H
#define KINDLING_STORE_NAMES_H

#include "store/connection.h"

/* STORE_TAKEN where somebody else gave this name up a while ago. A person's own (0: one who
 * registers) is theirs again. Whether somebody has it now is for the schema to say. */
enum store_result name_claim(struct connection *connection, int64_t capsule, struct span folded,
	int64_t person, int64_t now);

/* Keeps the person's present name from others. STORE_NONE: no such person, or they left. */
enum store_result name_retire(struct connection *connection, int64_t person, int64_t now);

#endif
