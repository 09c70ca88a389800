/*
 * The statements that tell a person what is kept about them, as JSON. Private to store/.
 *
 * Each gives rows of a number and a JSON object. Where there may be many, they come in order of
 * that number, so many behind a given one. Secrets are left out: such a file is passed on easily.
 */
#ifndef KINDLING_STORE_STATEMENTS_DATA_H
#define KINDLING_STORE_STATEMENTS_DATA_H

#include "store/steps.h" /* the schema that they are written for */

/* name, SQL */
#define STATEMENTS_DATA(X)                                                                         \
	X(DATA_PERSON,                                                                             \
		"SELECT p.id, json_object('capsule', k.host, 'id', p.id, 'name', p.name,"          \
		" 'registered', datetime(p.registered, 'unixepoch') || 'Z',"                       \
		" 'standing', CASE p.standing WHEN 0 THEN 'active' WHEN 1 THEN 'banned'"           \
		" ELSE 'left' END, 'role', CASE p.role WHEN 0 THEN 'reader'"                       \
		" WHEN 1 THEN 'moderator' ELSE 'owner' END,"                                       \
		" 'looked', datetime(nullif(p.looked, 0), 'unixepoch') || 'Z',"                    \
		" 'looked_before', datetime(nullif(p.looked_before, 0), 'unixepoch') || 'Z',"      \
		" 'has_feed', json(CASE WHEN p.feed IS NULL THEN 'false' ELSE 'true' END),"        \
		" 'has_recovery_code',"                                                            \
		" json(CASE WHEN p.recovery IS NULL THEN 'false' ELSE 'true' END))"                \
		" FROM people p JOIN capsules k ON k.id = p.capsule WHERE p.id = ?1")              \
	X(DATA_NAMES, "SELECT until, json_object('compared_as', folded,"                           \
		      " 'kept_until', datetime(until, 'unixepoch') || 'Z')"                        \
		      " FROM retired_names WHERE person = ?1")                                     \
	X(DATA_CERTIFICATES, "SELECT added, json_object('key', lower(hex(key)),"                   \
			     " 'added', datetime(added, 'unixepoch') || 'Z',"                      \
			     " 'used', datetime(used, 'unixepoch') || 'Z',"                        \
			     " 'ends', datetime(nullif(ends, 0), 'unixepoch') || 'Z')"             \
			     " FROM certificates WHERE person = ?1 ORDER BY added")                \
	X(DATA_COMMENTS,                                                                           \
		"SELECT c.id, json_object('id', c.id, 'post', t.slug, 'answer_to', c.parent,"      \
		" 'written', datetime(c.written, 'unixepoch') || 'Z',"                             \
		" 'edited', datetime(nullif(c.edited, 0), 'unixepoch') || 'Z',"                    \
		" 'state', CASE c.state WHEN 0 THEN 'shown' WHEN 1 THEN 'held'"                    \
		" WHEN 2 THEN 'hidden' WHEN 3 THEN 'deleted' ELSE 'removed' END, 'text', c.text)"  \
		" FROM comments c JOIN threads t ON t.id = c.thread"                               \
		" WHERE c.person = ?1 AND c.id > ?2 ORDER BY c.id LIMIT ?3")                       \
	X(DATA_REPORTS, "SELECT id, json_object('comment', comment, 'reason', reason,"             \
			" 'made', datetime(made, 'unixepoch') || 'Z',"                             \
			" 'settled', datetime(nullif(settled, 0), 'unixepoch') || 'Z')"            \
			" FROM reports WHERE person = ?1 AND id > ?2 ORDER BY id LIMIT ?3")

#endif
