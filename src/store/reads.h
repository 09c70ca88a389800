/*
 * What several reads have in common. Private to store/.
 */
#ifndef KINDLING_STORE_READS_H
#define KINDLING_STORE_READS_H

#include "store/connection.h"

/* False with STORE_RESTING to be returned: memory is out. */
typedef bool reads_row(struct query *query, struct arena *arena, void *row);

/* A page of rows of a capsule. The statement binds the capsule, `from`, and how many. */
struct reads_page {
	enum statement statement;
	struct span capsule;
	int64_t from;
	reads_row *read;
	size_t row_size;
	size_t most;
	struct arena *arena;
	/* What was read. */
	void *items;
	size_t count;
	bool more;
};
enum store_result reads_page(struct store *store, struct reads_page *page);

/* Room for a page; NULL with STORE_RESTING to be returned. */
void *reads_room(struct connection *connection, struct arena *arena, size_t most, size_t row_size);

/* Where the order goes backwards: 0 is behind the newest. */
int64_t reads_before(int64_t before);

/* The only column of the row that belongs to an id. */
enum store_result reads_text(struct store *store, enum statement statement, int64_t id,
	struct arena *arena, struct span *text);

#endif
