/*
 * What moderators see and do.
 */
#ifndef KINDLING_STORE_MODERATION_H
#define KINDLING_STORE_MODERATION_H

#include "store/store.h"

/* One report a person and comment: STORE_REPEATED. STORE_GONE: not shown any more; STORE_BARRED:
 * the reporter is banned by now. */
enum store_result store_report_add(struct store *store, struct span capsule, int64_t comment,
	int64_t person, struct span reason, int64_t now);

/* Whether this person has reported the comment, and whether that was settled. STORE_NONE: never. */
enum store_result store_report_of(
	struct store *store, int64_t comment, int64_t person, bool *settled);

/* Does one thing to a comment or a person, writes it to the log, and settles the open reports of a
 * comment; all in one transaction. STORE_NONE: no such comment or person. STORE_GONE: it is not in
 * a state for that (approve: held; hide: shown or held; unhide: hidden; remove: any that has its
 * text; settle: one with open reports; ban: active; unban: banned; appoint: an active reader;
 * dismiss: not a reader). STORE_BARRED: the actor is banned or no moderator by now (appoint and
 * dismiss: no owner), or the person stands too high for that: moderators are neither banned nor
 * unbanned before they are dismissed, and owners nothing of it, and nobody acts on themselves, but
 * for comments; and for CLAIM, which only a code does. The shell (actor 0) may do everything;
 * `trusted` says that the configuration makes the actor an owner. */
struct store_order {
	struct span capsule;
	enum store_act act;
	int64_t actor; /* 0: the shell */
	bool trusted;
	int64_t subject; /* the comment; the person for BAN to DISMISS; 0 for INVITE */
	struct span reason;
	int64_t now;
};
enum store_result store_moderate(struct store *store, const struct store_order *order);

/* Comments in one state with their texts, in order of id after `after`. `total` is that of all of
 * them where they are shown or held, else 0: nothing counts those. */
enum store_result store_comments_in_state(struct store *store, struct span capsule,
	enum store_state state, int64_t after, size_t most, struct arena *arena,
	struct store_comments *page);

struct store_report {
	int64_t id, comment, person, made;
	struct span reporter, reason;
	struct span author, text; /* of the comment */
	enum store_state state;
};
struct store_reports {
	struct store_report *items;
	size_t count;
	bool more;
};
/* Open ones, oldest first, after the report `after`. */
enum store_result store_reports(struct store *store, struct span capsule, int64_t after,
	size_t most, struct arena *arena, struct store_reports *page);

/* How much waits: held comments and open reports; counts no further than 1000 reports. */
enum store_result store_waiting(
	struct store *store, struct span capsule, uint64_t *held, uint64_t *reports);

struct store_action {
	int64_t id, made;
	enum store_act act;
	int64_t actor; /* 0: the shell */
	struct span actor_name;
	int64_t comment, person; /* 0: none */
	struct span person_name, reason;
};
struct store_actions {
	struct store_action *items;
	size_t count;
	bool more;
};
/* The log, newest first, before the action `before` (0: all). */
enum store_result store_actions(struct store *store, struct span capsule, int64_t before,
	size_t most, struct arena *arena, struct store_actions *page);

/* In which capsule a comment or a person is: for the shell, which names them by their ids. */
enum store_result store_capsule_of_comment(
	struct store *store, int64_t id, struct arena *arena, struct span *capsule);
enum store_result store_capsule_of_person(
	struct store *store, int64_t id, struct arena *arena, struct span *capsule);

#endif
