/*
 * The table of who may do what.
 */
#include "access.h"

char access_second_key[256];

/* clang-format off */
/*                     nobody unknown reader author moderator owner banned expired */
#define ALL(a)         {a,   a,   a,    a,    a,    a, a,    a}
#define PERSONS(a)     {">", ">", a,    a,    a,    a, "61", "62"}
#define STRANGERS(a)   {">", a,   HOME, HOME, HOME, HOME, "61", "62"}
#define NEWCOMERS(a)   {">", a,   "61", "61", "61", "61", "61", "62"}
#define MODERATORS(a)  {">", ">", "61", "61", a,    a, "61", "62"}
#define OWNERS(a)      {">", ">", "61", "61", "61", a, "61", "62"}
#define AUTHORS(a, b)  {">", ">", b,    a,    b,    b, "61", "62"}
#define INSIDERS(a, b) {b,   b,   b,    a,    a,    a, b,    b}
#define HOME           ">/comments/"

/* Further fields may follow what is expected. */
#define ROW(name, where, ...) {.route = ROUTE_##name, .path = (where), .expected = __VA_ARGS__}

const struct row access_rows[] = {
	ROW(TOP, "/comments", ALL(">/comments/")),
	ROW(HOME, "/comments/", {"60", "20", "20", "20", "20", "20", "61", "20"}),
	ROW(REGISTER, "/comments/register", STRANGERS("~>/comments/invitation/~"), .typed = "Mallory"),
	ROW(INVITATION, "/comments/invitation", STRANGERS("~11"), .typed = "a-b-c-d-1234"),
	ROW(LINK, "/comments/link", NEWCOMERS("~11"), .typed = "a-b-c-d-1234"),
	ROW(RECOVER, "/comments/recover", NEWCOMERS("~10"), .typed = "Rosa"),
	ROW(RECOVER_AS, "/comments/recover/as/Rosa", STRANGERS("~11"), .typed = "a-b-c-d-1234"),
	ROW(WELCOME, "/comments/welcome/abc", PERSONS("20")),
	ROW(GOODBYE, "/comments/goodbye", ALL("20")),
	ROW(HELP, "/comments/help", ALL("20")),
	ROW(SEARCH, "/search", ALL("10")),
	ROW(RECENT, "/comments/recent", ALL("20")),
	ROW(RECENT_FEED, "/comments/feed.gmi", ALL("20")),
	ROW(RECENT_ATOM, "/comments/atom.xml", ALL("20")),
	ROW(THREAD_FEED, ON "/feed.gmi", ALL("20")),
	ROW(THREAD_ATOM, ON "/atom.xml", ALL("20")),
	ROW(SPREAD, ON "/spread", ALL("20")),
	ROW(NEW, ON "/new", PERSONS("~10"), .typed = "Intruder", .way = "on/posts/essay/new"),
	ROW(THREAD, ON "/", ALL("20")),
	ROW(THREAD_SHORT, ON, ALL(">" ON "/")),
	ROW(COMMENT, "/comments/" SHOWN, ALL("20")),
	ROW(COMMENT, "/comments/" HELD, INSIDERS("20", "51")),
	ROW(COMMENT, "/comments/" HIDDEN, INSIDERS("20", "51")),
	ROW(REPLY, "/comments/" SHOWN "/reply", PERSONS("~10"), .typed = "Intruder", .way = SHOWN "/reply"),
	ROW(REPLY, "/comments/" HELD "/reply", {">", ">", "~51", "~50", "~50", "~50", "61", "62"}, .typed = "Intruder", .way = HELD "/reply"),
	ROW(REPLY, "/comments/" HIDDEN "/reply", {">", ">", "~51", "~50", "~50", "~50", "61", "62"}, .typed = "Intruder", .way = HIDDEN "/reply"),
	ROW(EDIT, "/comments/" SHOWN "/edit", AUTHORS("~10", "~61"), .typed = "Intruder"),
	ROW(EDIT, "/comments/" HELD "/edit", {">", ">", "~51", "~10", "~61", "~61", "61", "62"}, .typed = "Intruder"),
	ROW(EDIT, "/comments/" HIDDEN "/edit", {">", ">", "~51", "~50", "~61", "~61", "61", "62"}, .typed = "Intruder"),
	ROW(DELETE, "/comments/" SHOWN "/delete", AUTHORS("~10", "~61"), .typed = "yes"),
	ROW(DELETE, "/comments/" HELD "/delete", {">", ">", "~51", "~10", "~61", "~61", "61", "62"}, .typed = "yes"),
	ROW(DELETE, "/comments/" HIDDEN "/delete", {">", ">", "~51", "~10", "~61", "~61", "61", "62"}, .typed = "yes"),
	ROW(REPORT, "/comments/" SHOWN "/report", AUTHORS("~50", "~10"), .typed = REASON),
	ROW(REPORT, "/comments/" HELD "/report", {">", ">", "~51", "~50", "~50", "~50", "61", "62"}, .typed = REASON),
	ROW(PERSON, "/comments/people/2", ALL("20")),
	ROW(ANSWERS, "/comments/answers/nobodys.gmi", ALL("51")),
	ROW(ANSWERS, "/comments/answers/nobodys.xml", ALL("51")),
	ROW(ACCOUNT, ACCOUNT, PERSONS("20")),
	ROW(RENAME, ACCOUNT "rename", PERSONS("~10"), .typed = "Mallory"),
	ROW(CERTIFICATES, ACCOUNT "certificates", PERSONS("20")),
	ROW(CERTIFICATE_REMOVE, access_second_key, AUTHORS("~10", "~51"), .typed = "yes"),
	ROW(DEVICE, ACCOUNT "device", {">", ">", "~10", "~10", "~10", "~10", "61", "~10"}, .typed = "yes"),
	ROW(RECOVERY, ACCOUNT "recovery", PERSONS("~10"), .typed = "yes"),
	ROW(CODE, ACCOUNT "code/abc", {">", ">", "20", "20", "20", "20", "61", "20"}),
	ROW(FEED, ACCOUNT "feed", PERSONS("20")),
	ROW(FEED_RENEW, ACCOUNT "feed/renew", PERSONS("~10"), .typed = "yes"),
	ROW(DATA, ACCOUNT "data.gmi", PERSONS("~10"), .typed = "yes"),
	ROW(DATA_JSON, ACCOUNT "data.json", PERSONS("~10"), .typed = "yes"),
	ROW(LEAVE, ACCOUNT "leave", PERSONS("20")),
	ROW(LEAVE_KEEPING, ACCOUNT "leave/keep", PERSONS("~10"), .typed = "yes"),
	ROW(LEAVE_ERASING, ACCOUNT "leave/erase", PERSONS("~10"), .typed = "yes"),
	ROW(OWN, ACCOUNT "owner", {">", ">", "~11", "~11", "~11", "~>/comments/moderation/", "61", "62"},
		.typed = "a-b-c-d-1234"),
	ROW(MODERATION, QUEUE, MODERATORS("20")),
	ROW(HIDDEN, QUEUE "hidden", MODERATORS("20")),
	ROW(PEOPLE, QUEUE "people", MODERATORS("20")),
	ROW(INVITE, QUEUE "invite", MODERATORS("~10"), .typed = REASON),
	ROW(LOG, QUEUE "log", OWNERS("20")),
	ROW(APPROVE, QUEUE HELD "/approve", MODERATORS("~10"), .typed = REASON),
	ROW(HIDE, QUEUE SHOWN "/hide", MODERATORS("~10"), .typed = REASON),
	ROW(UNHIDE, QUEUE HIDDEN "/unhide", MODERATORS("~10"), .typed = REASON),
	ROW(REMOVE, QUEUE SHOWN "/remove", MODERATORS("~10"), .typed = REASON),
	ROW(SETTLE, QUEUE SHOWN "/settle", MODERATORS("~10"), .typed = REASON),
	ROW(BAN, QUEUE "people/1/ban", MODERATORS("~10"), .typed = REASON),
	ROW(UNBAN, QUEUE "people/5/unban", MODERATORS("~10"), .typed = REASON),
	ROW(APPOINT, QUEUE "people/1/appoint", OWNERS("~10"), .typed = REASON),
	ROW(DISMISS, QUEUE "people/3/dismiss", OWNERS("~10"), .typed = REASON),
};
/* clang-format on */

const size_t access_row_count = sizeof(access_rows) / sizeof(access_rows[0]);
