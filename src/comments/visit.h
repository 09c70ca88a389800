/*
 * One request under /comments/ on its way through the conversation. Private to comments/.
 */
#ifndef KINDLING_COMMENTS_VISIT_H
#define KINDLING_COMMENTS_VISIT_H

#include "comments/comments.h"
#include "comments/paths.h"
#include "comments/sections.h"
#include "proto/host.h"

#define COMMENTS_PAGE_BYTES (4 * 1024 * 1024) /* 20 of the longest comments, quoted */
#define COMMENTS_PER_PAGE   20
#define COMMENTS_TITLE_MAX  80 /* code points of a title inside a sentence */
#define COMMENTS_RESTING    "Comments are resting; the pages are not. Try again in a minute"
#define COMMENTS_MAGIC      0x434d

struct comments {
	unsigned magic;
	const struct conf_capsule *capsule;
	struct store *store;
	_Atomic uint64_t *generation;
	struct sections sections;
};

struct visit {
	struct comments *comments;
	struct request *request;
	struct reply *reply;
	struct comments_path path;
};

/* What is known of who asks; `person` is filled in for READER_KNOWN. */
enum reader {
	READER_NOBODY,   /* no certificate */
	READER_OUTDATED, /* one outside its dates */
	READER_UNKNOWN,  /* one that nobody has registered with */
	READER_KNOWN,
	READER_RESTING /* the store did not say */
};
enum reader visit_reader(
	struct comments *comments, struct request *request, struct store_person *person);

/* A post that there is. False for an empty slug too. */
bool visit_find_post(struct visit *visit, struct span slug, struct post *post);

/* For who is not READER_KNOWN: 30 to the place where one logs in or registers, 62 or 41. `way` is
 * the post that a comment was to be left on, or NULL. */
void visit_send_away(struct visit *visit, enum reader reader, const struct post *way);

/* 30 on to the comment that was to be left on `way`, or to the reader's own page. */
void visit_send_on(struct visit *visit, const struct post *way);

/* 30 or 31 to a path made in the arena (40 where it is NULL, as memory was out). */
void visit_redirect(struct visit *visit, enum status status, const char *path, const char *query);
void visit_resting(struct visit *visit);
void visit_not_found(struct visit *visit);
void visit_page_begin(struct visit *visit, struct buf *page);
void visit_page_end(struct visit *visit, const struct buf *page);

/* The id in a query "NAME=ID"; 0 without a query. False, and answered 59, for anything else. */
bool visit_cursor(struct visit *visit, const char *name, int64_t *id);

/* Everything that a comment consists of: its heading, which holds nothing but who and when, the
 * text, and the links in it. */
void comment_write(struct buf *page, struct request *request, const struct store_comment *comment);

/* The pages, each with its own answer. */
void account_home(struct visit *visit);
void account_register(struct visit *visit);
void account_welcome(struct visit *visit);
void writing_new(struct visit *visit);
void thread_page(struct visit *visit);
void thread_comment(struct visit *visit);
void thread_recent(struct visit *visit);
void help_page(struct visit *visit);

#endif
