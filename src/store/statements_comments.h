/*
 * The statements of comments. Private to store/.
 */
#ifndef KINDLING_STORE_STATEMENTS_COMMENTS_H
#define KINDLING_STORE_STATEMENTS_COMMENTS_H

#include "store/steps.h" /* the schema that they are written for */

/* The path of what is below such a path does not grow any more: it takes the place of its parent's
 * own part. So a path with its other columns fits into a page of the index; a longer one would take
 * a page of its own for each comment. */
#define STATEMENT_PATH_FULL  "length(a.path) > 940"
#define STATEMENT_PATH_ABOVE "substr(a.path, 1, length(a.path) - 1 - length(printf('%x', a.id)))"

/* name, SQL */
#define STATEMENTS_COMMENTS(X)                                                                     \
	X(PERSON_STANDING, "SELECT k.id, p.standing, p.role, p.comments FROM capsules k"           \
			   " JOIN people p ON p.id = ?2 AND p.capsule = k.id WHERE k.host = ?1")   \
	X(COMMENT_STATE, "SELECT c.state, c.person, c.thread, c.depth, c.parent FROM capsules k"   \
			 " JOIN comments c ON c.id = ?2 AND c.capsule = k.id WHERE k.host = ?1")   \
	X(COMMENT_IS_EQUAL, "SELECT 1 FROM comments WHERE id = ?1 AND text = ?2")                  \
	X(THREAD_BY_SLUG, "SELECT id FROM threads WHERE capsule = ?1 AND slug = ?2")               \
	X(THREAD_ADD, "INSERT INTO threads (capsule, slug) VALUES (?1, ?2)")                       \
	X(COMMENT_REPEATED, "SELECT id, state FROM comments WHERE person = ?1 AND written >= ?2"   \
			    " AND thread = ?3 AND parent IS ?4 AND text = ?5 AND state IN (0, 1)"  \
			    " ORDER BY written LIMIT 1")                                           \
	X(COMMENT_COUNTED, "SELECT written FROM comments WHERE person = ?1 AND written > ?2"       \
			   " ORDER BY written DESC LIMIT 1 OFFSET ?3")                             \
	X(COMMENT_ADD, "INSERT INTO comments (capsule, thread, person, text, written, state,"      \
		       " parent, answers_to, depth, listed)"                                       \
		       " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)")                          \
	X(COMMENT_EDIT, "UPDATE comments SET text = ?2, edited = ?3 WHERE id = ?1")                \
	X(TREE_NODE, "SELECT state, listed, answers, parent, depth FROM comments WHERE id = ?1")   \
	X(TREE_PATH, "UPDATE comments SET path = ifnull((SELECT CASE WHEN " STATEMENT_PATH_FULL    \
		     " THEN " STATEMENT_PATH_ABOVE " ELSE a.path END"                              \
		     " FROM comments a WHERE a.id = comments.parent), '') || ?2 WHERE id = ?1")    \
	X(TREE_STATE, "UPDATE comments SET state = ?2,"                                            \
		      " text = CASE WHEN ?3 THEN '' ELSE text END WHERE id = ?1")                  \
	X(TREE_LISTED, "UPDATE comments SET listed = ?2 WHERE id = ?1")                            \
	X(TREE_ANSWERS, "UPDATE comments SET answers = ?2 WHERE id = ?1")

#endif
