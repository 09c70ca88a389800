/*
 * The schema. A step that has been released never changes; what must change is a new step.
 *
 * Everything hangs on a capsule, since one server may host several authors. The totals are kept by
 * triggers in the transaction that changes them, so that no page ever counts rows. Ids of comments
 * and people are never given twice (AUTOINCREMENT), and their rows are never deleted: an old link
 * cannot lead to something new. The numbers of states, kinds and acts stand in store/types.h.
 */
#include "store/steps.h"

#include <sqlite3.h>

/* Typed columns, where SQLite has them (3.37 on). */
#if SQLITE_VERSION_NUMBER >= 3037000
#define STRICT       " STRICT"
#define STRICT_KEYED " STRICT, WITHOUT ROWID"
#else
#define STRICT       ""
#define STRICT_KEYED " WITHOUT ROWID"
#endif

const char *const steps_sql[STEPS_COUNT] = {
	/* 1: people, their certificates, and comments */
	"CREATE TABLE capsules ("
	" id INTEGER PRIMARY KEY,"
	" host TEXT NOT NULL UNIQUE,"
	" comments INTEGER NOT NULL DEFAULT 0)" STRICT ";"

	"CREATE TABLE people ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" name TEXT NOT NULL,"
	" folded TEXT NOT NULL,"
	" registered INTEGER NOT NULL,"
	" comments INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (capsule, folded))" STRICT ";"

	"CREATE TABLE certificates ("
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" key BLOB NOT NULL CHECK (length(key) = 32),"
	" person INTEGER NOT NULL REFERENCES people (id),"
	" added INTEGER NOT NULL,"
	" PRIMARY KEY (capsule, key))" STRICT_KEYED ";"
	"CREATE INDEX certificates_person ON certificates (person);"

	"CREATE TABLE threads ("
	" id INTEGER PRIMARY KEY,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" slug TEXT NOT NULL,"
	" comments INTEGER NOT NULL DEFAULT 0,"
	" UNIQUE (capsule, slug))" STRICT ";"

	"CREATE TABLE comments ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" thread INTEGER NOT NULL REFERENCES threads (id),"
	" person INTEGER NOT NULL REFERENCES people (id),"
	" text TEXT NOT NULL,"
	" written INTEGER NOT NULL)" STRICT ";"
	"CREATE INDEX comments_capsule ON comments (capsule);"
	"CREATE INDEX comments_thread ON comments (thread);"
	"CREATE INDEX comments_person ON comments (person);"
	"CREATE INDEX comments_person_written ON comments (person, written);"

	"CREATE TRIGGER comments_added AFTER INSERT ON comments BEGIN"
	" UPDATE capsules SET comments = comments + 1 WHERE id = new.capsule;"
	" UPDATE threads SET comments = comments + 1 WHERE id = new.thread;"
	" UPDATE people SET comments = comments + 1 WHERE id = new.person;"
	"END;"
	"CREATE TRIGGER comments_removed AFTER DELETE ON comments BEGIN"
	" UPDATE capsules SET comments = comments - 1 WHERE id = old.capsule;"
	" UPDATE threads SET comments = comments - 1 WHERE id = old.thread;"
	" UPDATE people SET comments = comments - 1 WHERE id = old.person;"
	"END;"

	/* MIGRATIONS_APPLICATION_ID; a pragma takes no name */
	"PRAGMA application_id = 0x4b6e646c;",

	/* 2: what people are, and the codes that make them so */
	"ALTER TABLE people ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;" /* enum store_standing
									      */
	"ALTER TABLE people ADD COLUMN role INTEGER NOT NULL DEFAULT 0;"     /* enum store_role */
	"ALTER TABLE people ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"   /* comments that wait */
	"ALTER TABLE people ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;" /* at their own page */
	"ALTER TABLE people ADD COLUMN looked_before INTEGER NOT NULL DEFAULT 0;" /* last visit's
										     end */
	"ALTER TABLE people ADD COLUMN feed TEXT;"     /* of answers; secret */
	"ALTER TABLE people ADD COLUMN recovery BLOB;" /* stretched code */
	"ALTER TABLE people ADD COLUMN recovery_salt BLOB;"
	"CREATE UNIQUE INDEX people_feed ON people (feed) WHERE feed IS NOT NULL;"
	"CREATE INDEX people_present ON people (capsule, id) WHERE standing <> 2;"

	/* Names given up, kept from others for a while. */
	"CREATE TABLE retired_names ("
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" folded TEXT NOT NULL,"
	" person INTEGER NOT NULL REFERENCES people (id),"
	" until INTEGER NOT NULL,"
	" PRIMARY KEY (capsule, folded))" STRICT_KEYED ";"
	"CREATE INDEX retired_names_until ON retired_names (until);"
	"CREATE INDEX retired_names_person ON retired_names (person);"

	/* When it was last shown (to the day), and when the certificate last shown for it ends. */
	"ALTER TABLE certificates ADD COLUMN used INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE certificates ADD COLUMN ends INTEGER NOT NULL DEFAULT 0;"
	"UPDATE certificates SET used = added;"
	"DROP INDEX certificates_person;"
	"CREATE INDEX certificates_person ON certificates (person, added);"

	/* One-time codes, as SHA-256. An invitation that was redeemed waits for its key to
	   register. */
	"CREATE TABLE codes ("
	" id INTEGER PRIMARY KEY,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" kind INTEGER NOT NULL," /* enum store_code */
	" hash BLOB NOT NULL CHECK (length(hash) = 32),"
	" person INTEGER REFERENCES people (id),"
	" key BLOB,"
	" expires INTEGER NOT NULL,"
	" UNIQUE (capsule, hash))" STRICT ";"
	"CREATE INDEX codes_person ON codes (person, kind);"
	"CREATE INDEX codes_key ON codes (capsule, key) WHERE key IS NOT NULL;"

	/* A code that its person has not been shown yet can be made again out of this and of the
	 * token that only they have, once. */
	"CREATE TABLE reveals ("
	" person INTEGER PRIMARY KEY REFERENCES people (id),"
	" kind INTEGER NOT NULL,"
	" token BLOB NOT NULL," /* SHA-256 of it */
	" salt BLOB NOT NULL,"
	" expires INTEGER NOT NULL)" STRICT ";",

	/* 3: answers and states. A comment's path holds the ids of the chain above it and its own,
	 * each as the number of its hexadecimal digits (a: 1, b: 2, ...) and those: in the order of
	 * the paths answers stand right behind what they answer. Beyond 940 bytes an id takes the
	 * place of the one that it answers instead of following it: what is deeper stands in order
	 * of its ids, and still behind what it answers. */
	"ALTER TABLE capsules ADD COLUMN held INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE comments ADD COLUMN parent INTEGER REFERENCES comments (id);"
	"ALTER TABLE comments ADD COLUMN answers_to INTEGER REFERENCES people (id);"
	"ALTER TABLE comments ADD COLUMN state INTEGER NOT NULL DEFAULT 0;" /* enum store_state */
	"ALTER TABLE comments ADD COLUMN edited INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE comments ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE comments ADD COLUMN answers INTEGER NOT NULL DEFAULT 0;" /* listed ones */
	"ALTER TABLE comments ADD COLUMN listed INTEGER NOT NULL DEFAULT 1;" /* shown or answered */
	"ALTER TABLE comments ADD COLUMN path TEXT NOT NULL DEFAULT '';"
	"UPDATE comments SET path = substr('abcdefghijklmnop', length(printf('%x', id)), 1)"
	" || printf('%x', id);"
	"DROP INDEX comments_capsule;"
	"DROP INDEX comments_thread;"
	"CREATE INDEX comments_state ON comments (capsule, state, id);"
	"CREATE INDEX comments_latest ON comments (thread, id) WHERE state = 0;"
	"CREATE INDEX comments_tree ON comments (thread, path) WHERE listed = 1;"
	"CREATE INDEX comments_depth ON comments (thread, depth, id) WHERE listed = 1;"
	"CREATE INDEX comments_answers ON comments (parent, id) WHERE listed = 1;"
	"CREATE INDEX comments_public ON comments (person, id) WHERE state = 0;"
	"CREATE INDEX comments_own ON comments (person, id) WHERE state <> 3;"
	"CREATE INDEX comments_answers_to ON comments (answers_to, id) WHERE state = 0;"

	/* The totals count what is shown. */
	"DROP TRIGGER comments_added;"
	"DROP TRIGGER comments_removed;"
	"CREATE TRIGGER comments_added AFTER INSERT ON comments BEGIN"
	" UPDATE capsules SET comments = comments + (new.state = 0), held = held + (new.state = 1)"
	"  WHERE id = new.capsule;"
	" UPDATE threads SET comments = comments + (new.state = 0) WHERE id = new.thread;"
	" UPDATE people SET comments = comments + (new.state = 0), held = held + (new.state = 1)"
	"  WHERE id = new.person;"
	"END;"
	"CREATE TRIGGER comments_moved AFTER UPDATE OF state ON comments"
	" WHEN old.state <> new.state BEGIN"
	" UPDATE capsules SET comments = comments + (new.state = 0) - (old.state = 0),"
	"  held = held + (new.state = 1) - (old.state = 1) WHERE id = new.capsule;"
	" UPDATE threads SET comments = comments + (new.state = 0) - (old.state = 0)"
	"  WHERE id = new.thread;"
	" UPDATE people SET comments = comments + (new.state = 0) - (old.state = 0),"
	"  held = held + (new.state = 1) - (old.state = 1) WHERE id = new.person;"
	"END;",

	/* 4: search, which finds what is shown and nothing else. What begins with the same two or
	 * three letters is in the index as if it were one word: it would be gathered for each
	 * search, and "th" is the beginning of a good part of all. */
	"CREATE VIRTUAL TABLE comment_words USING fts5(text, capsule, content = 'comments',"
	" content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');"
	"INSERT INTO comment_words (rowid, text, capsule) SELECT id, text, capsule FROM comments;"
	"CREATE TRIGGER comments_words_added AFTER INSERT ON comments WHEN new.state = 0 BEGIN"
	" INSERT INTO comment_words (rowid, text, capsule)"
	"  VALUES (new.id, new.text, new.capsule);"
	"END;"
	/* One trigger, as several for the same event run in an order that nobody promises: the old
	 * words have to go first, or those that stay would go with them. */
	"CREATE TRIGGER comments_words_moved AFTER UPDATE OF state, text ON comments"
	" WHEN old.state = 0 OR new.state = 0 BEGIN"
	" INSERT INTO comment_words (comment_words, rowid, text, capsule)"
	"  SELECT 'delete', old.id, old.text, old.capsule WHERE old.state = 0;"
	" INSERT INTO comment_words (rowid, text, capsule)"
	"  SELECT new.id, new.text, new.capsule WHERE new.state = 0;"
	"END;"

	/* The posts as search knows them; their files are the truth. */
	"CREATE TABLE posts ("
	" id INTEGER PRIMARY KEY,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" slug TEXT NOT NULL,"
	" title TEXT NOT NULL,"
	" stamp INTEGER NOT NULL,"
	" text TEXT NOT NULL," /* last, as it is long and mostly not wanted */
	" UNIQUE (capsule, slug))" STRICT ";"
	"CREATE VIRTUAL TABLE post_words USING fts5(title, text, capsule, content = 'posts',"
	" content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');"
	"CREATE TRIGGER posts_added AFTER INSERT ON posts BEGIN"
	" INSERT INTO post_words (rowid, title, text, capsule)"
	"  VALUES (new.id, new.title, new.text, new.capsule);"
	"END;"
	"CREATE TRIGGER posts_removed AFTER DELETE ON posts BEGIN"
	" INSERT INTO post_words (post_words, rowid, title, text, capsule)"
	"  VALUES ('delete', old.id, old.title, old.text, old.capsule);"
	"END;",

	/* 5: reports, and what moderators did about them */
	"CREATE TABLE reports ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" comment INTEGER NOT NULL REFERENCES comments (id),"
	" person INTEGER NOT NULL REFERENCES people (id),"
	" reason TEXT NOT NULL,"
	" made INTEGER NOT NULL,"
	" settled INTEGER NOT NULL DEFAULT 0," /* when; 0: open */
	" UNIQUE (comment, person))" STRICT ";"
	"CREATE INDEX reports_open ON reports (capsule, id) WHERE settled = 0;"
	"CREATE INDEX reports_person ON reports (person, id);"

	/* What moderators did. The names as they were then. */
	"CREATE TABLE actions ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" capsule INTEGER NOT NULL REFERENCES capsules (id),"
	" act INTEGER NOT NULL,"                 /* enum store_act */
	" actor INTEGER REFERENCES people (id)," /* NULL: the shell */
	" actor_name TEXT NOT NULL,"
	" comment INTEGER REFERENCES comments (id),"
	" person INTEGER REFERENCES people (id)," /* whom it concerned */
	" person_name TEXT NOT NULL,"
	" reason TEXT NOT NULL,"
	" made INTEGER NOT NULL)" STRICT ";"
	"CREATE INDEX actions_capsule ON actions (capsule, id);"
	"CREATE INDEX actions_actor ON actions (actor) WHERE actor IS NOT NULL;"
	"CREATE INDEX actions_person ON actions (person) WHERE person IS NOT NULL;",
};
