/*
 * The one table of the conversation: which path leads to which page, and who may take it. Private
 * to comments/.
 *
 * In a path, # stands for an id, * for a post's slug (which may hold slashes), ? for one segment,
 * and + behind it for a way or nothing: where a reader was going before logging in ("/on/SLUG/new"
 * or "/ID/reply"). The first row that fits counts.
 */
#ifndef KINDLING_COMMENTS_ROUTES_H
#define KINDLING_COMMENTS_ROUTES_H

enum access {
	ACCESS_ALL,
	ACCESS_IDENTITY,  /* a certificate within its dates, or a person's outside them; not banned
			   */
	ACCESS_STRANGER,  /* a certificate within its dates, of nobody yet */
	ACCESS_RETURNING, /* a person, whose certificate may have run out: to link another one */
	ACCESS_PERSON,
	ACCESS_MODERATOR, /* or owner */
	ACCESS_OWNER
};

/* Of a page that asks something and changes something by the answer, which a link on a stranger's
 * page must not lead into: its path ends with a guard that only this reader is given. */
#define GUARDED 1u
#define UPLOADS 2u /* takes titan uploads, too */

/* name, path, page, who, flags */
#define COMMENTS_ROUTES(X)                                                                         \
	X(TOP, "/comments", comments_top, ALL, 0)                                                  \
	X(HOME, "/comments/", account_home, IDENTITY, 0)                                           \
	X(REGISTER, "/comments/register+", join_register, STRANGER, GUARDED)                       \
	X(INVITATION, "/comments/invitation+", join_invitation, STRANGER, GUARDED)                 \
	X(LINK, "/comments/link+", join_link, STRANGER, GUARDED)                                   \
	X(RECOVER, "/comments/recover+", join_recover, STRANGER, GUARDED)                          \
	X(RECOVER_AS, "/comments/recover/as/?+", join_recover_as, STRANGER, GUARDED)               \
	X(WELCOME, "/comments/welcome/?+", join_welcome, PERSON, 0)                                \
	X(GOODBYE, "/comments/goodbye", leaving_goodbye, ALL, 0)                                   \
	X(HELP, "/comments/help", help_page, ALL, 0)                                               \
	X(SEARCH, "/search", search_page, ALL, 0)                                                  \
	X(RECENT, "/comments/recent", thread_recent, ALL, 0)                                       \
	X(RECENT_FEED, "/comments/feed.gmi", feed_recent, ALL, 0)                                  \
	X(RECENT_ATOM, "/comments/atom.xml", feed_recent_atom, ALL, 0)                             \
	X(THREAD_FEED, "/comments/on/*/feed.gmi", feed_thread, ALL, 0)                             \
	X(THREAD_ATOM, "/comments/on/*/atom.xml", feed_thread_atom, ALL, 0)                        \
	X(SPREAD, "/comments/on/*/spread", spread_page, ALL, 0)                                    \
	X(NEW, "/comments/on/*/new", writing_new, PERSON, UPLOADS | GUARDED)                       \
	X(THREAD, "/comments/on/*/", thread_page, ALL, 0)                                          \
	X(THREAD_SHORT, "/comments/on/*", comments_short_thread, ALL, 0)                           \
	X(COMMENT, "/comments/#", comment_page, ALL, 0)                                            \
	X(REPLY, "/comments/#/reply", writing_reply, PERSON, UPLOADS | GUARDED)                    \
	X(EDIT, "/comments/#/edit", writing_edit, PERSON, UPLOADS | GUARDED)                       \
	X(DELETE, "/comments/#/delete", writing_delete, PERSON, GUARDED)                           \
	X(REPORT, "/comments/#/report", writing_report, PERSON, GUARDED)                           \
	X(PERSON, "/comments/people/#", person_page, ALL, 0)                                       \
	X(ANSWERS, "/comments/answers/?", feed_answers, ALL, 0) /* SECRET.gmi or .xml */           \
	X(ACCOUNT, "/comments/account/", account_page, PERSON, 0)                                  \
	X(RENAME, "/comments/account/rename", settings_rename, PERSON, GUARDED)                    \
	X(CERTIFICATES, "/comments/account/certificates", settings_certificates, PERSON, 0)        \
	X(CERTIFICATE_REMOVE, "/comments/account/certificates/?/remove",                           \
		settings_certificate_remove, PERSON, GUARDED)                                      \
	X(DEVICE, "/comments/account/device", settings_device, RETURNING, GUARDED)                 \
	X(RECOVERY, "/comments/account/recovery", settings_recovery, PERSON, GUARDED)              \
	X(CODE, "/comments/account/code/?", settings_code, RETURNING, 0)                           \
	X(FEED, "/comments/account/feed", settings_feed, PERSON, 0)                                \
	X(FEED_RENEW, "/comments/account/feed/renew", settings_feed_renew, PERSON, GUARDED)        \
	X(DATA, "/comments/account/data.gmi", leaving_data, PERSON, GUARDED)                       \
	X(DATA_JSON, "/comments/account/data.json", leaving_data_json, PERSON, GUARDED)            \
	X(LEAVE, "/comments/account/leave", leaving_page, PERSON, 0)                               \
	X(LEAVE_KEEPING, "/comments/account/leave/keep", leaving_keeping, PERSON, GUARDED)         \
	X(LEAVE_ERASING, "/comments/account/leave/erase", leaving_erasing, PERSON, GUARDED)        \
	X(OWN, "/comments/account/owner", settings_own, PERSON, GUARDED)                           \
	X(MODERATION, "/comments/moderation/", moderation_page, MODERATOR, 0)                      \
	X(HIDDEN, "/comments/moderation/hidden", moderation_hidden, MODERATOR, 0)                  \
	X(PEOPLE, "/comments/moderation/people", moderation_people, MODERATOR, 0)                  \
	X(INVITE, "/comments/moderation/invite", order_invite, MODERATOR, GUARDED)                 \
	X(LOG, "/comments/moderation/log", moderation_log, OWNER, 0)                               \
	X(APPROVE, "/comments/moderation/#/approve", order_comment, MODERATOR, GUARDED)            \
	X(HIDE, "/comments/moderation/#/hide", order_comment, MODERATOR, GUARDED)                  \
	X(UNHIDE, "/comments/moderation/#/unhide", order_comment, MODERATOR, GUARDED)              \
	X(REMOVE, "/comments/moderation/#/remove", order_comment, MODERATOR, GUARDED)              \
	X(SETTLE, "/comments/moderation/#/settle", order_comment, MODERATOR, GUARDED)              \
	X(BAN, "/comments/moderation/people/#/ban", order_person, MODERATOR, GUARDED)              \
	X(UNBAN, "/comments/moderation/people/#/unban", order_person, MODERATOR, GUARDED)          \
	X(APPOINT, "/comments/moderation/people/#/appoint", order_person, OWNER, GUARDED)          \
	X(DISMISS, "/comments/moderation/people/#/dismiss", order_person, OWNER, GUARDED)

enum comments_route {
#define ROUTE_ENUM(name, path, page, who, flags) ROUTE_##name,
	COMMENTS_ROUTES(ROUTE_ENUM)
#undef ROUTE_ENUM
		ROUTE_NONE
};

#endif
