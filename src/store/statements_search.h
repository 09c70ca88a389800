/*
 * The statements of the search. Private to store/.
 *
 * Another capsule's rows match no expression, so they are not even ranked. What matches is walked
 * from the newest on for STORE_SEARCH_RANKS rows, and of those alone FTS5 makes ranks; it then
 * gives the rows in that order, so that only for those that are asked for a context is made.
 */
#ifndef KINDLING_STORE_STATEMENTS_SEARCH_H
#define KINDLING_STORE_STATEMENTS_SEARCH_H

#include "store/steps.h" /* the schema that they are written for */

/* ?1: the host, ?2: the expression */
#define STATEMENT_SEARCH_MATCH(columns)                                                            \
	" MATCH 'capsule : \"' || coalesce((SELECT id FROM capsules WHERE host = ?1), 0)"          \
	" || '\" AND {" columns "} : (' || ?2 || ')'"

/* ?3: how many are ranked, less one */
#define STATEMENT_SEARCH_WHERE(table, columns, weights)                                            \
	" WHERE w." table STATEMENT_SEARCH_MATCH(                                                  \
		columns) " AND w.rank MATCH 'bm25(" weights ")'"                                   \
			 " AND w.rowid >= coalesce((SELECT rowid FROM " table " WHERE " table      \
			 STATEMENT_SEARCH_MATCH(                                                   \
				 columns) " ORDER BY rowid DESC LIMIT 1 OFFSET ?3), 0) ORDER BY "  \
					  "w.rank LIMIT ?4 OFFSET ?5"

/* name, SQL */
#define STATEMENTS_SEARCH(X)                                                                       \
	X(SEARCH_COMMENTS,                                                                         \
		"SELECT c.id, t.slug, '', p.name, c.written,"                                      \
		" snippet(comment_words, 0, '', '', '\xe2\x80\xa6', 24)"                           \
		" FROM comment_words w CROSS JOIN comments c ON c.id = w.rowid AND c.state = 0"    \
		" CROSS JOIN threads t ON t.id = c.thread"                                         \
		" CROSS JOIN people p ON p.id = c.person" STATEMENT_SEARCH_WHERE(                  \
			"comment_words", "text", "1.0, 0.0"))                                      \
	X(SEARCH_POSTS,                                                                            \
		"SELECT 0, o.slug, o.title, '', 0,"                                                \
		" snippet(post_words, 1, '', '', '\xe2\x80\xa6', 24)"                              \
		" FROM post_words w CROSS JOIN posts o ON o.id = w.rowid" STATEMENT_SEARCH_WHERE(  \
			"post_words", "title text", "4.0, 1.0, 0.0"))                              \
	X(POSTS, "SELECT o.slug, o.title, o.stamp FROM capsules k"                                 \
		 " JOIN posts o ON o.capsule = k.id WHERE k.host = ?1 ORDER BY o.slug")            \
	X(POST_FORGET, "DELETE FROM posts WHERE slug = ?2"                                         \
		       " AND capsule = (SELECT id FROM capsules WHERE host = ?1)")                 \
	X(POST_PUT, "INSERT INTO posts (capsule, slug, title, stamp, text)"                        \
		    " SELECT id, ?2, ?3, ?4, ?5 FROM capsules WHERE host = ?1")

#endif
