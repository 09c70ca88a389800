/*
 * The tree of comments inside a write: states, who is listed, and where a new comment stands.
 * Private to store/.
 */
#ifndef KINDLING_STORE_TREE_H
#define KINDLING_STORE_TREE_H

#include "store/connection.h"

/* Sets one comment's state and text inside a write and brings listed and answers of it and of those
 * above it up to date. */
enum store_result tree_set_state(
	struct connection *connection, int64_t comment, enum store_state state, bool erase_text);

/* Gives a comment that was inserted unlisted and without a path its place, below the comment that
 * it answers. */
enum store_result tree_place(struct connection *connection, int64_t comment);

#endif
