/*
 * Every statement that the store runs, prepared once per connection. Private to store/.
 *
 * Each page is a keyset query: it begins at an index entry and reads only the rows that it shows,
 * however long the thread is. The left joins keep one row where a page has no comments, so that
 * the total comes from the same snapshot.
 */
#ifndef KINDLING_STORE_STATEMENTS_H
#define KINDLING_STORE_STATEMENTS_H

#define STATEMENT_PAGE_COLUMNS "c.id, t.slug, p.name, c.text, c.written"

/* name, SQL */
#define STATEMENT_LIST(X)                                                                          \
	X(BEGIN, "BEGIN IMMEDIATE")                                                                \
	X(COMMIT, "COMMIT")                                                                        \
	X(ROLLBACK, "ROLLBACK")                                                                    \
	X(CAPSULE_ADD, "INSERT INTO capsules (host) VALUES (?1) ON CONFLICT DO NOTHING")           \
	X(PERSON_BY_KEY, "SELECT p.id, p.name FROM capsules k"                                     \
			 " JOIN certificates c ON c.capsule = k.id AND c.key = ?2"                 \
			 " JOIN people p ON p.id = c.person WHERE k.host = ?1")                    \
	X(PERSON_ADD, "INSERT INTO people (capsule, name, folded, registered)"                     \
		      " SELECT id, ?2, ?3, ?4 FROM capsules WHERE host = ?1")                      \
	X(CERTIFICATE_ADD, "INSERT INTO certificates (capsule, person, key, added)"                \
			   " SELECT capsule, id, ?2, ?3 FROM people WHERE id = ?1")                \
	X(THREAD_ADD, "INSERT INTO threads (capsule, slug) SELECT id, ?2 FROM capsules"            \
		      " WHERE host = ?1 ON CONFLICT DO NOTHING")                                   \
	X(COMMENT_REPEATED, "SELECT c.id FROM comments c JOIN threads t ON t.id = c.thread"        \
			    " WHERE c.person = ?1 AND c.written >= ?2 AND t.slug = ?3"             \
			    " AND c.text = ?4 ORDER BY c.written LIMIT 1")                         \
	X(COMMENT_COUNTED, "SELECT written FROM comments WHERE person = ?1 AND written > ?2"       \
			   " ORDER BY written DESC LIMIT 1 OFFSET ?3")                             \
	X(COMMENT_ADD, "INSERT INTO comments (capsule, thread, person, text, written)"             \
		       " SELECT k.id, t.id, p.id, ?4, ?5 FROM capsules k"                          \
		       " JOIN threads t ON t.capsule = k.id AND t.slug = ?2"                       \
		       " JOIN people p ON p.id = ?3 AND p.capsule = k.id WHERE k.host = ?1")       \
	X(COMMENT_BY_ID, "SELECT k.comments, " STATEMENT_PAGE_COLUMNS " FROM comments c"           \
			 " JOIN capsules k ON k.id = c.capsule AND k.host = ?1"                    \
			 " JOIN threads t ON t.id = c.thread"                                      \
			 " JOIN people p ON p.id = c.person WHERE c.id = ?2")                      \
	X(THREAD_PAGE, "SELECT t.comments, " STATEMENT_PAGE_COLUMNS " FROM capsules k"             \
		       " JOIN threads t ON t.capsule = k.id AND t.slug = ?2"                       \
		       " LEFT JOIN comments c ON c.thread = t.id AND c.id > ?3"                    \
		       " LEFT JOIN people p ON p.id = c.person"                                    \
		       " WHERE k.host = ?1 ORDER BY c.id LIMIT ?4")                                \
	X(THREAD_LATEST, "SELECT t.comments, " STATEMENT_PAGE_COLUMNS " FROM capsules k"           \
			 " JOIN threads t ON t.capsule = k.id AND t.slug = ?2"                     \
			 " LEFT JOIN comments c ON c.thread = t.id AND c.id < ?3"                  \
			 " LEFT JOIN people p ON p.id = c.person"                                  \
			 " WHERE k.host = ?1 ORDER BY c.id DESC LIMIT ?4")                         \
	X(RECENT, "SELECT k.comments, " STATEMENT_PAGE_COLUMNS " FROM capsules k"                  \
		  " LEFT JOIN comments c ON c.capsule = k.id AND c.id < ?2"                        \
		  " LEFT JOIN threads t ON t.id = c.thread"                                        \
		  " LEFT JOIN people p ON p.id = c.person"                                         \
		  " WHERE k.host = ?1 ORDER BY c.id DESC LIMIT ?3")                                \
	X(COMMENTS_OF, "SELECT p.comments, " STATEMENT_PAGE_COLUMNS " FROM people p"               \
		       " LEFT JOIN comments c ON c.person = p.id AND c.id < ?2"                    \
		       " LEFT JOIN threads t ON t.id = c.thread"                                   \
		       " WHERE p.id = ?1 ORDER BY c.id DESC LIMIT ?3")

enum statement {
#define STATEMENT_ENUM(name, sql) STATEMENT_##name,
	STATEMENT_LIST(STATEMENT_ENUM)
#undef STATEMENT_ENUM
		STATEMENT_COUNT
};

#endif
