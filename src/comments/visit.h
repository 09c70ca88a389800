/*
 * One request under /comments/ on its way through the conversation. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_VISIT_H
#define KINDLING_COMMENTS_VISIT_H

#include "comments/comments.h"
#include "comments/paths.h"
#include "comments/sections.h"
#include "proto/host.h"
#include "store/comments.h"
#include "store/people.h"

#define COMMENTS_PAGE_BYTES (4 * 1024 * 1024)
#define COMMENTS_PER_PAGE   20
#define COMMENTS_TITLE_MAX  80 /* code points of a title inside a sentence */
#define COMMENTS_RESTING    "Comments are resting; the pages are not. Try again in a minute"
#define COMMENTS_MAGIC      0x434d

struct comments {
	unsigned magic;
	const struct conf_capsule *capsule;
	struct store *store;
	const struct comments_shared *shared;
	struct counting counting;
	struct sections sections;
	_Atomic int64_t posts_indexed; /* when the search last looked at the posts; in ms */
};

/* What is known of who asks. `person` below is filled in from READER_EXPIRED on. */
enum reader {
	READER_NOBODY,   /* no certificate */
	READER_OUTDATED, /* a stranger's, outside its dates */
	READER_UNKNOWN,  /* one that nobody has registered with */
	READER_RESTING,  /* the store did not say */
	READER_EXPIRED,  /* a person's, outside its dates */
	READER_BANNED,
	READER_KNOWN
};

struct visit {
	struct comments *comments;
	struct request *request;
	struct reply *reply;
	struct comments_path path;
	enum reader reader;
	struct store_person
		person; /* the role is that of the configuration, where that is higher */
	bool trusted;   /* the configuration makes them an owner, registered or not */
};

/* Finds out who asks, and notes the use of their certificate. */
void visit_meet(struct visit *visit);
bool visit_is_moderator(const struct visit *visit); /* or owner; READER_KNOWN alone */

/* A post that there is; false for an empty slug too. */
bool visit_find_post(struct visit *visit, struct span slug, struct post *post);
/* That of the path, and where in its thread to begin, by "?after=ID". False, and answered. */
bool visit_find_place(struct visit *visit, struct post *post, int64_t *after);

/* 30 to the place where one logs in or registers, 61, 62 or 41, as `reader` asks for; not for
 * READER_KNOWN. */
void visit_send_away(struct visit *visit, const struct comments_way *way);
/* 30 on along the way, or to the reader's own page. */
void visit_send_on(struct visit *visit, const struct comments_way *way);
/* `front`, a path of ours, and the way behind it, where it leads anywhere: "FRONT/on/SLUG/new", not
 * percent-encoded; NULL: memory is out, or was when `front` was made. */
const char *visit_path_along(
	struct visit *visit, const char *front, const struct comments_way *way);

/* 30 or 31 to a path made in the arena (40 where it is NULL, as memory was out). */
void visit_redirect(struct visit *visit, enum status status, const char *path, const char *query);
void visit_resting(struct visit *visit);
void visit_not_found(struct visit *visit);
/* What a failed call of the store is answered with: 41, or 51 for STORE_NONE, 52 for STORE_GONE,
 * 61 for STORE_BARRED. */
void visit_failed(struct visit *visit, enum store_result result);
void visit_ask(struct visit *visit, const char *sentence);        /* 10 */
void visit_ask_secret(struct visit *visit, const char *sentence); /* 11 */

/* What was typed, decoded. False where nothing was typed yet, or no text: then asked, with
 * `sentence` or with what is wrong. */
bool visit_typed(struct visit *visit, const char *sentence, struct span *typed);
/* True where "yes" was typed; else asked, or led back by a "no". Nothing happens without it. */
bool visit_confirmed(struct visit *visit, const char *question);

void visit_page_begin(struct visit *visit, struct buf *page);
void visit_page_end(struct visit *visit, const struct buf *page);
/* The id in a query "NAME=ID"; 0 without a query. False, and answered 59, for anything else. */
bool visit_cursor(struct visit *visit, const char *name, int64_t *id);

struct span visit_host(const struct visit *visit); /* the store's key of the capsule */

/* "/comments/.../~GUARD" for a guarded path of ours, not percent-encoded, in the arena; NULL:
 * memory is out, or was when `path` was made. What leads to a guarded page leads here, and saves
 * its reader a redirect. */
const char *visit_guarded(struct visit *visit, const char *path);

#endif
