/*
 * The lines of an export that is being imported: read one by one, and looked at. Private to store/.
 */
#ifndef KINDLING_STORE_LINES_H
#define KINDLING_STORE_LINES_H

#include <sqlite3.h>
#include <stdio.h>

#include "base/fault.h"
#include "base/span.h"

enum lines_question { LINES_KIND, LINES_DIFFERENCE, LINES_QUESTIONS };

struct lines {
	sqlite3 *db;
	FILE *stream;
	char *bytes; /* of one line */
	struct span line;
	const char *kind;    /* of the line; lives until the next one */
	long long number;    /* of the line */
	int64_t done;        /* bytes */
	struct fault *fault; /* what is wrong with the line */
	sqlite3_stmt *questions[LINES_QUESTIONS];
};

/* lines_end is for whatever was begun, and where that failed as well. */
bool lines_begin(struct lines *lines, sqlite3 *db, FILE *stream, struct fault *fault);
void lines_end(struct lines *lines);

/* Takes the next line, which is a JSON object of some kind, in UTF-8, without a NUL. False: it is
 * none, or, where the fault is empty, there are no more. */
bool lines_next(struct lines *lines);

/* Resets a statement and binds the line to its ?1. */
bool lines_bind(struct lines *lines, sqlite3_stmt *statement);

/* Runs a statement about the line. A row is a fault: what it gives says what is wrong. */
bool lines_ask(struct lines *lines, const char *sql);

/* Whether the line says what `json`, which is its row written as a line again, does. The order of
 * fields, blanks and the way characters are escaped do not matter. */
bool lines_check_same(struct lines *lines, struct span json);

/* Always false: the fault is what SQLite says. */
bool lines_fail_in_store(struct lines *lines);

#endif
