/*
 * The statements of people, their names and certificates. Private to store/.
 */
#ifndef KINDLING_STORE_STATEMENTS_PEOPLE_H
#define KINDLING_STORE_STATEMENTS_PEOPLE_H

#include "store/steps.h" /* the schema that they are written for */

#define STATEMENT_PERSON_COLUMNS                                                                   \
	"p.id, p.name, p.standing, p.role, p.registered, p.comments, p.held, p.looked,"            \
	" p.looked_before"
#define STATEMENT_PERSON "SELECT " STATEMENT_PERSON_COLUMNS ", 0, 0 FROM capsules k"

/* name, SQL */
#define STATEMENTS_PEOPLE(X)                                                                       \
	X(CAPSULE_ADD, "INSERT INTO capsules (host) VALUES (?1) ON CONFLICT DO NOTHING")           \
	X(CAPSULE_ID, "SELECT id FROM capsules WHERE host = ?1")                                   \
	X(PERSON_BY_KEY, "SELECT " STATEMENT_PERSON_COLUMNS ", c.used, c.ends FROM capsules k"     \
			 " JOIN certificates c ON c.capsule = k.id AND c.key = ?2"                 \
			 " JOIN people p ON p.id = c.person WHERE k.host = ?1")                    \
	X(PERSON_BY_ID, STATEMENT_PERSON                                                           \
		" JOIN people p ON p.capsule = k.id AND p.id = ?2 WHERE k.host = ?1")              \
	X(PERSON_BY_NAME, STATEMENT_PERSON " JOIN people p ON p.capsule = k.id AND p.folded = ?2"  \
					   " WHERE k.host = ?1 AND p.standing <> 2")               \
	X(PERSON_BY_FEED, STATEMENT_PERSON " JOIN people p ON p.capsule = k.id AND p.feed = ?2"    \
					   " WHERE k.host = ?1")                                   \
	X(PEOPLE,                                                                                  \
		STATEMENT_PERSON " JOIN people p ON p.capsule = k.id AND p.id > ?2"                \
				 " WHERE k.host = ?1 AND p.standing <> 2 ORDER BY p.id LIMIT ?3")  \
	X(PERSON_ADD, "INSERT INTO people (capsule, name, folded, registered)"                     \
		      " VALUES (?1, ?2, ?3, ?4)")                                                  \
	X(PERSON_LOOK, "UPDATE people SET looked = ?2, looked_before = CASE"                       \
		       " WHEN ?2 - looked >= ?3 THEN looked ELSE looked_before END"                \
		       " WHERE id = ?1 AND standing <> 2")                                         \
	X(PERSON_LOOKED, "SELECT looked, looked_before FROM people WHERE id = ?1")                 \
	X(PERSON_RENAMED,                                                                          \
		"SELECT capsule, folded = ?2 FROM people WHERE id = ?1 AND standing <> 2")         \
	X(PERSON_RENAME, "UPDATE people SET name = ?2, folded = ?3 WHERE id = ?1")                 \
	X(NAMES_SWEEP, "DELETE FROM retired_names WHERE until <= ?1")                              \
	X(NAME_TAKE_BACK, "DELETE FROM retired_names WHERE capsule = ?1 AND folded = ?2"           \
			  " AND person = ?3")                                                      \
	X(NAME_IS_KEPT, "SELECT 1 FROM retired_names WHERE capsule = ?1 AND folded = ?2")          \
	X(NAME_RETIRE,                                                                             \
		"INSERT OR REPLACE INTO retired_names (capsule, folded, person, until)"            \
		" SELECT capsule, folded, id, ?2 FROM people WHERE id = ?1 AND standing <> 2")     \
	X(FEED, "SELECT feed FROM people WHERE id = ?1 AND feed IS NOT NULL")                      \
	X(FEED_SET, "UPDATE people SET feed = ?2 WHERE id = ?1 AND standing <> 2")                 \
	/* Leaving. A name of letters never folds to what takes its place. */                      \
	X(PERSON_LEAVE, "UPDATE people SET name = '', folded = char(1) || id, standing = 2,"       \
			" role = 0, looked = 0, looked_before = 0, feed = NULL, recovery = NULL,"  \
			" recovery_salt = NULL WHERE id = ?1")                                     \
	X(LEAVE_CERTIFICATES, "DELETE FROM certificates WHERE person = ?1")                        \
	X(LEAVE_CODES, "DELETE FROM codes WHERE person = ?1")                                      \
	X(LEAVE_REVEAL, "DELETE FROM reveals WHERE person = ?1")                                   \
	X(LEAVE_ACTOR, "UPDATE actions SET actor_name = '' WHERE actor = ?1")                      \
	X(LEAVE_CONCERNED, "UPDATE actions SET person_name = '' WHERE person = ?1")                \
	X(ERASE_NEXT, "SELECT c.id FROM people p JOIN comments c ON c.person = p.id AND c.id < ?2" \
		      " AND c.state <> 3 AND c.state < 3 WHERE p.id = ?1 AND p.standing <> 2"      \
		      " ORDER BY c.id DESC LIMIT 1")                                               \
	X(ERASE_REPORTS,                                                                           \
		"UPDATE reports SET reason = '',"                                                  \
		" settled = CASE settled WHEN 0 THEN ?2 ELSE settled END WHERE person = ?1")       \
	X(ERASE_REPORTED, "UPDATE reports SET settled = ?2 WHERE comment = ?1 AND settled = 0")    \
	X(CERTIFICATE_ADD, "INSERT INTO certificates (capsule, person, key, added, used, ends)"    \
			   " SELECT capsule, id, ?2, ?3, ?3, ?4 FROM people WHERE id = ?1")        \
	X(CERTIFICATES, "SELECT key, added, used, ends FROM certificates WHERE person = ?1"        \
			" ORDER BY added LIMIT ?2")                                                \
	X(CERTIFICATES_COUNT, "SELECT count(*) FROM certificates WHERE person = ?1")               \
	X(CERTIFICATE_USE,                                                                         \
		"UPDATE certificates SET used = ?3, ends = ?4"                                     \
		" WHERE capsule = (SELECT id FROM capsules WHERE host = ?1) AND key = ?2")         \
	X(CERTIFICATE_REMOVE, "DELETE FROM certificates WHERE person = ?1 AND key = ?2"            \
			      " AND capsule = (SELECT capsule FROM people WHERE id = ?1)")

#endif
