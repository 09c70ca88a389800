/*
 * The statements that read comments: one, or a page of them. Private to store/.
 */
#ifndef KINDLING_STORE_STATEMENTS_THREADS_H
#define KINDLING_STORE_STATEMENTS_THREADS_H

#include "store/steps.h" /* the schema that they are written for */

/* What is not shown has no text for a list, and what is deleted or removed has none for anybody. */
#define STATEMENT_SHOWN_TEXT "CASE c.state WHEN 0 THEN c.text ELSE '' END"
#define STATEMENT_KEPT_TEXT  "CASE WHEN c.state < 3 THEN c.text ELSE '' END"

/* What a comment is read from, behind the total, in the order of pages.c. */
#define STATEMENT_WHO   "c.id, c.person, t.slug, p.name, q.name, c.parent, c.answers_to, "
#define STATEMENT_WHAT  ", c.written, c.edited, c.state, c.listed, c.depth, c.answers"
#define STATEMENT_SHOWN STATEMENT_WHO STATEMENT_SHOWN_TEXT STATEMENT_WHAT
#define STATEMENT_KEPT  STATEMENT_WHO STATEMENT_KEPT_TEXT STATEMENT_WHAT
#define STATEMENT_BARE  STATEMENT_WHO "''" STATEMENT_WHAT

/* Whose comment is answered is not told where that comment is not shown. */
#define STATEMENT_NAMES                                                                            \
	" LEFT JOIN people p ON p.id = c.person LEFT JOIN people q ON q.id = c.answers_to"         \
	"  AND (SELECT r.state FROM comments r WHERE r.id = c.parent) = 0 "
#define STATEMENT_JOINS  " LEFT JOIN threads t ON t.id = c.thread" STATEMENT_NAMES
#define STATEMENT_THREAD " FROM capsules k JOIN threads t ON t.capsule = k.id AND t.slug = ?2"

/* After the comment ?3, which has its place in this thread, though it may not be listed any more;
 * from the beginning where it has none. */
#define STATEMENT_THREAD_ROWS                                                                      \
	STATEMENT_THREAD " LEFT JOIN comments c ON c.thread = t.id AND c.listed = 1 AND c.path >"  \
			 " ifnull((SELECT x.path FROM comments x"                                  \
			 " WHERE x.id = ?3 AND x.thread = t.id), '')" STATEMENT_NAMES              \
			 "WHERE k.host = ?1 ORDER BY c.path LIMIT ?4"

/* name, SQL */
#define STATEMENTS_THREADS(X)                                                                      \
	X(COMMENT_BY_ID, "SELECT 0, " STATEMENT_KEPT " FROM capsules k"                            \
			 " JOIN comments c ON c.id = ?2 AND c.capsule = k.id" STATEMENT_JOINS      \
			 "WHERE k.host = ?1")                                                      \
	X(CHAIN_LINK,                                                                              \
		"SELECT 0, " STATEMENT_SHOWN " FROM comments c" STATEMENT_JOINS "WHERE c.id = ?1") \
	X(THREAD_PAGE, "SELECT t.comments, " STATEMENT_SHOWN STATEMENT_THREAD_ROWS)                \
	X(THREAD_TREE, "SELECT t.comments, " STATEMENT_BARE STATEMENT_THREAD_ROWS)                 \
	X(THREAD_DEEPEST, "SELECT c.id, c.depth" STATEMENT_THREAD                                  \
			  " JOIN comments c ON c.thread = t.id AND c.listed = 1 AND c.depth ="     \
			  " (SELECT max(d.depth) FROM comments d"                                  \
			  "  WHERE d.thread = t.id AND d.listed = 1)"                              \
			  " WHERE k.host = ?1 ORDER BY c.id LIMIT 1")                              \
	X(THREAD_LATEST, "SELECT t.comments, " STATEMENT_SHOWN STATEMENT_THREAD                    \
			 " LEFT JOIN comments c ON c.thread = t.id AND c.state = 0 AND c.id < "    \
			 "?3" STATEMENT_NAMES "WHERE k.host = ?1 ORDER BY c.id DESC LIMIT ?4")     \
	X(RECENT, "SELECT k.comments, " STATEMENT_SHOWN " FROM capsules k"                         \
		  " LEFT JOIN comments c ON c.capsule = k.id AND c.state = 0 AND c.id < "          \
		  "?2" STATEMENT_JOINS "WHERE k.host = ?1 ORDER BY c.id DESC LIMIT ?3")            \
	X(ANSWERS, "SELECT a.answers, " STATEMENT_SHOWN " FROM capsules k"                         \
		   " JOIN comments a ON a.id = ?2 AND a.capsule = k.id"                            \
		   " LEFT JOIN comments c ON c.parent = a.id AND c.listed = 1 AND c.id > "         \
		   "?3" STATEMENT_JOINS "WHERE k.host = ?1 ORDER BY c.id LIMIT ?4")                \
	X(COMMENTS_OF, "SELECT o.comments, " STATEMENT_SHOWN " FROM capsules k"                    \
		       " JOIN people o ON o.id = ?2 AND o.capsule = k.id"                          \
		       " LEFT JOIN comments c ON c.person = o.id AND c.state = 0 AND c.id < "      \
		       "?3" STATEMENT_JOINS "WHERE k.host = ?1 ORDER BY c.id DESC LIMIT ?4")       \
	X(COMMENTS_OWN, "SELECT o.comments, " STATEMENT_KEPT " FROM people o"                      \
			" LEFT JOIN comments c ON c.person = o.id AND c.state <> 3 AND c.id < "    \
			"?2" STATEMENT_JOINS "WHERE o.id = ?1 ORDER BY c.id DESC LIMIT ?3")        \
	X(ANSWERS_TO, "SELECT 0, " STATEMENT_SHOWN " FROM comments c" STATEMENT_JOINS              \
		      "WHERE c.answers_to = ?1 AND c.state = 0 AND c.person <> ?1 AND c.id < ?2"   \
		      " ORDER BY c.id DESC LIMIT ?3")                                              \
	X(IN_STATE, "SELECT CASE ?2 WHEN 0 THEN k.comments WHEN 1 THEN k.held ELSE 0 "             \
		    "END, " STATEMENT_KEPT " FROM capsules k"                                      \
		    " LEFT JOIN comments c ON c.capsule = k.id AND c.state = ?2 AND c.id > "       \
		    "?3" STATEMENT_JOINS "WHERE k.host = ?1 ORDER BY c.id LIMIT ?4")

#endif
