/*
 * The statements of the search. Private to store/.
 *
 * Another capsule's rows match no expression, so they are not even ranked. What matches is walked
 * from the newest on, out of the index alone; a text is read for those hits that are given.
 */
#ifndef KINDLING_STORE_STATEMENTS_SEARCH_H
#define KINDLING_STORE_STATEMENTS_SEARCH_H

#include "store/steps.h" /* the schema that they are written for */

/* ?1: the host, ?2: the expression, ?3: how many rows are ranked. Gives the id, and whether the row
 * is wanted. */
#define STATEMENT_SEARCH(table, columns, text, weights)                                            \
	"SELECT rowid, search_rank(" table ", " text ", " weights ") FROM " table " WHERE " table  \
	" MATCH 'capsule : \"' || coalesce((SELECT id FROM capsules WHERE host = ?1), 0)"          \
	" || '\" AND {" columns "} : (' || ?2 || ')' ORDER BY rowid DESC LIMIT ?3"

/* ?1: the id, ?2: the number of the word that the context is around.
 * name, SQL */
#define STATEMENTS_SEARCH(X)                                                                       \
	X(SNAPSHOT, "BEGIN")                                                                       \
	X(SEARCH_COMMENTS, STATEMENT_SEARCH("comment_words", "text", "0", "1.0, 0.0"))             \
	X(SEARCH_COMMENT, "SELECT t.slug, '', p.name, c.id, c.written,"                            \
			  " search_context(comment_words, 0, ?2) FROM comment_words w"             \
			  " CROSS JOIN comments c ON c.id = w.rowid"                               \
			  " JOIN threads t ON t.id = c.thread JOIN people p ON p.id = c.person"    \
			  " WHERE w.rowid = ?1 AND c.state = 0")                                   \
	X(SEARCH_POSTS, STATEMENT_SEARCH("post_words", "title text", "1", "4.0, 1.0, 0.0"))        \
	X(SEARCH_POST, "SELECT o.slug, o.title, '', 0, 0, search_context(post_words, 1, ?2)"       \
		       " FROM post_words w CROSS JOIN posts o ON o.id = w.rowid"                   \
		       " WHERE w.rowid = ?1")                                                      \
	X(WORDS_BEYOND, "SELECT 1 FROM comment_words_data WHERE id > 0 ORDER BY id"                \
			" LIMIT 1 OFFSET ?1")                                                      \
	X(WORDS_MERGE, "INSERT INTO comment_words (comment_words) VALUES ('optimize')")            \
	X(POSTS, "SELECT o.slug, o.title, o.stamp FROM capsules k"                                 \
		 " JOIN posts o ON o.capsule = k.id WHERE k.host = ?1 ORDER BY o.slug")            \
	X(POST_FORGET, "DELETE FROM posts WHERE slug = ?2"                                         \
		       " AND capsule = (SELECT id FROM capsules WHERE host = ?1)")                 \
	X(POST_PUT, "INSERT INTO posts (capsule, slug, title, stamp, text)"                        \
		    " SELECT id, ?2, ?3, ?4, ?5 FROM capsules WHERE host = ?1")

#endif
