/*
 * What the store's rows hold: the enums that stand in the schema as numbers, and the plain structs
 * that its calls fill in.
 */
#ifndef KINDLING_STORE_TYPES_H
#define KINDLING_STORE_TYPES_H

#include "base/arena.h"

#define STORE_KEY_SIZE 32 /* a person's key, and every hash: SHA-256 */

/* Each of these numbers is kept in files: none is ever given a new meaning. */
enum store_standing { STORE_ACTIVE = 0, STORE_BANNED = 1, STORE_LEFT = 2 };
enum store_role { STORE_READER = 0, STORE_MODERATOR = 1, STORE_OWNER = 2 };
enum store_state {
	STORE_SHOWN = 0,
	STORE_HELD = 1,    /* until a moderator approves it */
	STORE_HIDDEN = 2,  /* by a moderator, who may change their mind */
	STORE_DELETED = 3, /* by its author; the text is gone */
	STORE_REMOVED = 4  /* by a moderator; the text is gone */
};
enum store_code { STORE_CODE_LINK = 0, STORE_CODE_OWNER = 1, STORE_CODE_INVITATION = 2 };
enum store_act {
	STORE_ACT_APPROVE = 0, /* a held comment is shown */
	STORE_ACT_HIDE = 1,    /* a shown or held one is hidden */
	STORE_ACT_UNHIDE = 2,  /* a hidden one is shown */
	STORE_ACT_REMOVE = 3,  /* any is removed for good */
	STORE_ACT_SETTLE = 4,  /* its reports need nothing */
	STORE_ACT_BAN = 5,     /* a person */
	STORE_ACT_UNBAN = 6,
	STORE_ACT_APPOINT = 7, /* a reader becomes a moderator */
	STORE_ACT_DISMISS = 8, /* a moderator, or at the shell an owner, becomes a reader */
	STORE_ACT_CLAIM = 9,   /* a person became owner by a code */
	STORE_ACT_INVITE = 10  /* an invitation was made */
};

struct store_person {
	int64_t id;
	struct span name; /* empty for one who has left */
	enum store_standing standing;
	enum store_role role;
	int64_t registered; /* seconds since 1970, like all times here */
	uint64_t comments;  /* shown */
	uint64_t held;
	int64_t looked, looked_before; /* at their own page: lately, and at the visit before */
	int64_t used, ends; /* of the certificate that was asked for, as noted; 0 where none was */
};

struct store_people {
	struct store_person *items;
	size_t count;
	bool more; /* others follow in the same order */
};

struct store_certificate {
	unsigned char key[STORE_KEY_SIZE];
	int64_t added, used, ends; /* `ends`: 0 where it is not known yet */
};

struct store_comment {
	int64_t id, person;
	struct span slug;
	struct span author;      /* the person's name now; empty for one who has left */
	struct span text;        /* empty in lists where the comment is not STORE_SHOWN */
	int64_t written, edited; /* `edited` 0: never */
	enum store_state state;
	bool listed;      /* shown, or answered by one that is listed: then it has a placeholder */
	unsigned depth;   /* how many it hangs below; 0: it answers the post */
	uint64_t answers; /* listed ones that answer it directly */
	int64_t parent;   /* 0: none */
	int64_t parent_person;
	struct span parent_author; /* empty: none, left, or the parent is not shown */
};

struct store_comments {
	struct store_comment *items;
	size_t count;
	bool more;      /* others follow in the same order */
	uint64_t total; /* how many are shown in all of what was asked for */
};

#endif
