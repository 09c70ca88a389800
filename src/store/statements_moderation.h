/*
 * The statements of moderation: reports, orders and the log of actions. Private to store/.
 */
#ifndef KINDLING_STORE_STATEMENTS_MODERATION_H
#define KINDLING_STORE_STATEMENTS_MODERATION_H

#include "store/steps.h" /* the schema that they are written for */

#include "store/statements_threads.h"

/* name, SQL */
#define STATEMENTS_MODERATION(X)                                                                   \
	X(PERSON_SET_STANDING, "UPDATE people SET standing = ?2 WHERE id = ?1")                    \
	X(PERSON_SET_ROLE, "UPDATE people SET role = ?2 WHERE id = ?1")                            \
	X(REPORT_ADD, "INSERT INTO reports (capsule, comment, person, reason, made)"               \
		      " VALUES (?1, ?2, ?3, ?4, ?5)")                                              \
	X(REPORT_OF, "SELECT settled FROM reports WHERE comment = ?1 AND person = ?2")             \
	X(REPORTS_SETTLE, "UPDATE reports SET settled = ?2 WHERE comment = ?1 AND settled = 0")    \
	X(REPORTS, "SELECT r.id, r.comment, r.person, r.made, p.name, r.reason, "                  \
		   "q.name, " STATEMENT_KEPT_TEXT ", c.state FROM capsules k"                      \
		   " JOIN reports r ON r.capsule = k.id AND r.settled = 0 AND r.id > ?2"           \
		   " JOIN comments c ON c.id = r.comment JOIN people p ON p.id = r.person"         \
		   " JOIN people q ON q.id = c.person"                                             \
		   " WHERE k.host = ?1 ORDER BY r.id LIMIT ?3")                                    \
	X(WAITING, "SELECT k.held, r.id FROM capsules k"                                           \
		   " LEFT JOIN reports r ON r.capsule = k.id AND r.settled = 0"                    \
		   " WHERE k.host = ?1 LIMIT 1000")                                                \
	X(ACTION_ADD, "INSERT INTO actions (capsule, act, actor, actor_name, comment, person,"     \
		      " person_name, reason, made)"                                                \
		      " SELECT k.id, ?2, a.id, ifnull(a.name, ''), nullif(?4, 0), p.id,"           \
		      " ifnull(p.name, ''), ?6, ?7 FROM capsules k"                                \
		      " LEFT JOIN people a ON a.id = ?3 LEFT JOIN people p ON p.id = ?5"           \
		      " WHERE k.host = ?1")                                                        \
	X(ACTIONS, "SELECT a.id, a.made, a.act, a.actor, a.actor_name, a.comment, a.person,"       \
		   " a.person_name, a.reason FROM capsules k"                                      \
		   " JOIN actions a ON a.capsule = k.id AND a.id < ?2"                             \
		   " WHERE k.host = ?1 ORDER BY a.id DESC LIMIT ?3")                               \
	X(CAPSULE_OF_COMMENT, "SELECT k.host FROM comments c JOIN capsules k ON k.id = c.capsule"  \
			      " WHERE c.id = ?1")                                                  \
	X(CAPSULE_OF_PERSON, "SELECT k.host FROM people p JOIN capsules k ON k.id = p.capsule"     \
			     " WHERE p.id = ?1")

#endif
