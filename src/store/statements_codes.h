/*
 * The statements of codes. Private to store/.
 */
#ifndef KINDLING_STORE_STATEMENTS_CODES_H
#define KINDLING_STORE_STATEMENTS_CODES_H

#include "store/steps.h" /* the schema that they are written for */

#define STATEMENT_CODES_HERE "codes WHERE capsule = (SELECT id FROM capsules WHERE host = ?1)"

/* name, SQL */
#define STATEMENTS_CODES(X)                                                                        \
	X(CODES_SWEEP, "DELETE FROM " STATEMENT_CODES_HERE " AND expires <= ?2")                   \
	X(CODES_COUNT, "SELECT count(*) FROM " STATEMENT_CODES_HERE " AND kind = ?2")              \
	X(CODE_LINK_FORMER, "DELETE FROM codes WHERE person = ?1 AND kind = 0")                    \
	X(CODE_OWNER_FORMER, "DELETE FROM " STATEMENT_CODES_HERE " AND kind = 1")                  \
	X(CODE_ADD, "INSERT INTO codes (capsule, kind, hash, person, expires)"                     \
		    " SELECT k.id, ?2, ?3, p.id, ?5 FROM capsules k"                               \
		    " LEFT JOIN people p ON p.id = ?4 AND p.capsule = k.id AND p.standing <> 2"    \
		    " WHERE k.host = ?1 AND p.id IS ?4")                                           \
	X(CODE_FIND, "SELECT c.id, c.person FROM capsules k"                                       \
		     " JOIN codes c ON c.capsule = k.id AND c.hash = ?2"                           \
		     " LEFT JOIN people p ON p.id = c.person"                                      \
		     " WHERE k.host = ?1 AND c.kind = ?3 AND c.expires > ?4 AND c.key IS NULL"     \
		     " AND (c.person IS NULL OR p.standing = 0)")                                  \
	X(CODE_USE, "DELETE FROM codes WHERE id = ?1")                                             \
	/* From here on it is no matter who invited: they may leave. */                            \
	X(CODE_INVITE, "UPDATE codes SET key = ?2, expires = ?3, person = NULL WHERE id = ?1")     \
	X(CODE_INVITED, "SELECT 1 FROM " STATEMENT_CODES_HERE " AND key = ?2 AND expires > ?3")    \
	X(CODE_INVITED_USE, "DELETE FROM " STATEMENT_CODES_HERE " AND key = ?2 AND expires > ?3")  \
	X(CODE_OWN, "UPDATE people SET role = 2 WHERE id = ?1")                                    \
	X(RECOVERY_SALT, "SELECT p.recovery_salt FROM capsules k"                                  \
			 " JOIN people p ON p.capsule = k.id AND p.folded = ?2"                    \
			 " WHERE k.host = ?1 AND p.standing = 0 AND p.recovery IS NOT NULL")       \
	X(RECOVERY_SET, "UPDATE people SET recovery_salt = ?2, recovery = ?3"                      \
			" WHERE id = ?1 AND standing <> 2")                                        \
	X(RECOVERY_FIND, "SELECT p.id FROM capsules k"                                             \
			 " JOIN people p ON p.capsule = k.id AND p.folded = ?2"                    \
			 " WHERE k.host = ?1 AND p.standing = 0 AND p.recovery = ?3")              \
	X(RECOVERY_USE, "UPDATE people SET recovery = NULL, recovery_salt = NULL WHERE id = ?1")   \
	X(REVEAL_SET, "INSERT OR REPLACE INTO reveals (person, kind, token, salt, expires)"        \
		      " SELECT id, ?2, ?3, ?4, ?5 FROM people WHERE id = ?1 AND standing <> 2")    \
	X(REVEAL_FIND, "SELECT kind, salt, expires FROM reveals"                                   \
		       " WHERE person = ?1 AND token = ?2 AND expires > ?3")                       \
	X(REVEAL_FORGET, "DELETE FROM reveals WHERE person = ?1")

#endif
