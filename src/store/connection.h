/*
 * One connection to the database with its prepared statements, and the pool that lends them.
 * Private to store/.
 */
#ifndef KINDLING_STORE_CONNECTION_H
#define KINDLING_STORE_CONNECTION_H

#include <sqlite3.h>

#include "store/beside.h"
#include "store/rank.h"
#include "store/statements.h"
#include "store/store.h"

/* How long a call waits for others to let go of the store: usually, and while it is known that they
 * hold it for long. The second is for our own writers, who need it for a moment each. */
#define CONNECTION_BUSY_MS  3000
#define CONNECTION_HURRY_MS 50

struct connection {
	sqlite3 *db;
	sqlite3_stmt *statements[STATEMENT_COUNT]; /* prepared when first asked for */
	struct rank rank;                          /* of the search that runs */
	struct {
		int64_t until; /* of the monotonic clock, in ms */
		bool over;
	} limit;
	struct beside beside;    /* as they were when it was opened */
	struct connection *next; /* in the pool */
	struct fault fault;      /* what went wrong, after STORE_RESTING */
};

/* The file must be there, with the schema that this program knows. Waits for others that hold the
 * store up to `patience` milliseconds, now and later. */
struct connection *connection_open(const char *path, int patience, struct fault *fault);
void connection_close(struct connection *connection);

/* True where the path leads to another file by now, or to none, or so do those of the files beside
 * it, or they do not fit together: what is written would be lost. */
bool connection_is_stale(struct connection *connection);

/* True where the disk was read-only as it was opened. */
bool connection_only_reads(struct connection *connection);

/* Closes one that is stale or has failed: it touches no file any more, but for what would be lost
 * with it. */
void connection_forsake(struct connection *connection);

/* Notes what went wrong, the first time; always STORE_RESTING. */
enum store_result connection_rest(struct connection *connection, const char *why);

/* Between these two calls statements end when so many milliseconds are over: query_step gives
 * STORE_NONE then. The second tells whether that has happened. For reading only: what is written
 * would be half done. */
void connection_limit_time(struct connection *connection, int most);
bool connection_unlimit_time(struct connection *connection);

/* A statement being run: opened, bound from left to right, stepped, and closed in any case. */
struct query {
	struct connection *connection;
	sqlite3_stmt *statement;
	int code, bound;
};

void query_open(struct query *query, struct connection *connection, enum statement which);
void query_bind_text(struct query *query, struct span text); /* lives until query_close */
void query_bind_blob(struct query *query, const void *bytes, size_t len);
void query_bind_number(struct query *query, int64_t number);
void query_bind_null(struct query *query);
/* STORE_OK: a row. STORE_NONE: no more of them. STORE_TAKEN, STORE_RESTING. */
enum store_result query_step(struct query *query);
int64_t query_number(struct query *query, int column);
bool query_is_null(struct query *query, int column);
/* False with STORE_RESTING to be returned: memory is out. Until the next step. */
bool query_view(struct query *query, int column, struct span *text);
/* Both false with STORE_RESTING to be returned: memory is out. Only the second takes NULL, which is
 * the empty text to it. */
bool query_text(struct query *query, int column, struct arena *arena, struct span *text);
bool query_text_or_empty(struct query *query, int column, struct arena *arena, struct span *text);
/* A blob of exactly `size` bytes. False with STORE_RESTING to be returned: it is not that long. */
bool query_blob(struct query *query, int column, void *out, size_t size);
void query_close(struct query *query);

/* Steps a statement that gives no rows, and closes it: STORE_OK when it is done. */
enum store_result query_finish(struct query *query);
/* The same for one that has to change a row: STORE_NONE where there was none to change. */
enum store_result query_finish_change(struct query *query);

/* Does `work` with a connection of the pool; a write in a transaction that is committed when the
 * work gives STORE_OK, and rolled back otherwise. */
enum store_access { STORE_READ, STORE_WRITE };
typedef enum store_result store_work(struct connection *connection, void *task);
enum store_result store_run(
	struct store *store, enum store_access access, store_work *work, void *task);

#endif
