/*
 * What a page gives back: a status, its META, and a body where the status is 20.
 */
#ifndef KINDLING_PAGE_REPLY_H
#define KINDLING_PAGE_REPLY_H

#include "base/buf.h"
#include "page/body.h"
#include "page/request.h"
#include "proto/status.h"

struct reply {
	enum status status;
	struct span meta; /* in the request's arena or static */
	struct body body;
	const char *note; /* for the log; NULL for none; static or in the arena */
	/* To an upload without its body yet: it is welcome. Then the rest of the reply does not
	 * count; the body is read, and the page asked again, with it. Everything that may be
	 * refused without the body is to be refused before that. */
	bool wants_body;
};

/* The largest body that is ever read, in bytes. */
#define REPLY_BODY_MAX 65536

/* A page that may block runs as a job; one that may not runs in the loop. */
typedef void page_handler(void *page, struct request *request, struct reply *reply);

/* META is `format`, made in the request's arena; each drops the body that was there. */
__attribute__((format(printf, 4, 5))) void reply_status(
	struct request *request, struct reply *reply, enum status status, const char *format, ...);

/* 30 or 31 to an absolute path of this capsule, decoded; percent-encoded here. `query` (may be
 * NULL) is appended after "?" as it is. An upload's is absolute, with gemini://. */
void reply_redirect(struct request *request, struct reply *reply, enum status status,
	struct span path, const char *query);

/* 20 text/gemini, with the capsule's language; a page that did not fit is 40. */
void reply_page(struct request *request, struct reply *reply, const struct buf *page);

/* 20 with a type. */
void reply_bytes(struct reply *reply, const char *type, struct span bytes);

/* "text/gemini", with "; lang=…" where the capsule has a language. */
const char *reply_gemtext_type(const struct request *request);

#endif
