/*
 * The kinds of lines in an export: one for each table that is kept for good. Private to store/.
 *
 * A line holds what cannot be worked out again. Totals, places in threads and the words for the
 * search are made anew when it is read.
 */
#ifndef KINDLING_STORE_KINDS_H
#define KINDLING_STORE_KINDS_H

#include <sqlite3.h>

#include "base/buf.h"

/* In the head of an export; a change of what lines hold is a new version. */
#define KINDS_VERSION "2"

/* The tables whose ids are never given twice: the head has the greatest one given so far. */
#define KINDS_SEQUENCES(X) X(people) X(comments) X(reports) X(actions)

enum field_type {
	FIELD_ID,      /* this row's own */
	FIELD_CAPSULE, /* the id of one */
	FIELD_WITHIN,  /* the id of something in the same capsule */
	FIELD_NUMBER,  /* from 0 to `most` */
	FIELD_TIME,
	FIELD_TEXT, /* of at most `most` bytes */
	FIELD_HASH  /* as hexadecimal digits */
};

struct field {
	const char *name;
	enum field_type type;
	int most;
	const char *table; /* of FIELD_WITHIN */
	bool is_key;       /* lines stand in the order of these */
};

struct kind {
	const char *name, *table;
	const struct field *fields; /* the end has no name */
	const char *wrong; /* SQL: further " WHEN … THEN 'sentence'" about `row`, or "" */
	bool is_placed;    /* below other rows of the same table; see tree.h */
};

/* In the order of an export: no line speaks of one that follows it. */
#define KINDS_COUNT 8
extern const struct kind kinds_all[KINDS_COUNT];

/* The statements of a kind; NULL: memory is out. All rows as lines; the row of the line ?1 put into
 * its table; and that row as a line again, with what is wrong with it or NULL. */
const char *kind_select(const struct kind *kind, struct arena *arena);
const char *kind_insert(const struct kind *kind, struct arena *arena);
const char *kind_look(const struct kind *kind, struct arena *arena);

/* The first line as the store would write it now, and the last one. */
extern const char kinds_head[], kinds_end[];

/* Adds the function unhex_or_null, which these statements call. */
bool kinds_prepare(sqlite3 *db);

#endif
