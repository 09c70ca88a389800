/*
 * The conversation: who asks, which page that is, and what the pages have in common.
 */
#include "comments/comments.h"

#include <stdlib.h>

#include "base/check.h"
#include "comments/rules.h"
#include "comments/visit.h"
#include "proto/gemtext.h"

struct comments *comments_new(
	const struct conf_capsule *capsule, struct store *store, _Atomic uint64_t *generation)
{
	struct comments *comments = calloc(1, sizeof(*comments));
	if (comments == NULL || !sections_init(&comments->sections)) {
		free(comments);
		return NULL;
	}
	comments->magic = COMMENTS_MAGIC;
	comments->capsule = capsule;
	comments->store = store;
	comments->generation = generation;
	return comments;
}

void comments_free(struct comments *comments)
{
	if (comments == NULL)
		return;
	CHECK_MAGIC(comments, COMMENTS_MAGIC);
	sections_end(&comments->sections);
	comments->magic = 0;
	free(comments);
}

enum reader visit_reader(
	struct comments *comments, struct request *request, struct store_person *person)
{
	const struct identity *identity = &request->identity;
	if (!identity->present)
		return READER_NOBODY;
	if (!identity_is_current(identity, request->now))
		return READER_OUTDATED;
	switch (store_person_by_key(comments->store, span_of(comments->capsule->host),
		identity->key, request->arena, person)) {
	case STORE_OK:
		return READER_KNOWN;
	case STORE_NONE:
		return READER_UNKNOWN;
	case STORE_TAKEN:
	case STORE_REPEATED:
	case STORE_TOO_MANY:
	case STORE_RESTING:
		break;
	}
	return READER_RESTING;
}

bool visit_find_post(struct visit *visit, struct span slug, struct post *post)
{
	struct request *request = visit->request;
	return slug.len > 0 && request->find_post(request->posts, request, slug, post);
}

void visit_redirect(struct visit *visit, enum status status, const char *path, const char *query)
{
	if (path == NULL)
		reply_status(visit->request, visit->reply, STATUS_TEMPORARY_FAILURE, "%s",
			status_sentence(STATUS_TEMPORARY_FAILURE));
	else
		reply_redirect(visit->request, visit->reply, status, span_of(path), query);
}

void visit_send_away(struct visit *visit, enum reader reader, const struct post *way)
{
	if (reader == READER_RESTING) {
		visit_resting(visit);
		return;
	}
	if (reader == READER_OUTDATED) {
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_VALID,
			"Today lies outside the dates of this identity; choose or make another");
		return;
	}
	char *query = NULL;
	if (way != NULL) {
		struct buf buf;
		buf_init(&buf, visit->request->arena, COMMENTS_PAGE_BYTES);
		comments_write_on(&buf, "", way->slug, "/new");
		query = buf_failed(&buf) ? NULL : arena_copy(visit->request->arena, buf_view(&buf));
	}
	/* Where memory is out the way is lost, and the reader still gets in. */
	visit_redirect(visit, STATUS_REDIRECT, "/comments/", query);
}

void visit_send_on(struct visit *visit, const struct post *way)
{
	const char *path = "/comments/";
	if (way != NULL)
		path = arena_printf(
			visit->request->arena, "/comments/on/%.*s/new", SPAN_ARG(way->slug));
	visit_redirect(visit, STATUS_REDIRECT, path, NULL);
}

void visit_resting(struct visit *visit)
{
	reply_status(visit->request, visit->reply, STATUS_SERVER_UNAVAILABLE, COMMENTS_RESTING);
}

void visit_not_found(struct visit *visit)
{
	reply_status(visit->request, visit->reply, STATUS_NOT_FOUND,
		"No such page; /comments/recent lists the latest comments");
}

void visit_page_begin(struct visit *visit, struct buf *page)
{
	buf_init(page, visit->request->arena, COMMENTS_PAGE_BYTES);
}

void visit_page_end(struct visit *visit, const struct buf *page)
{
	reply_page(visit->request, visit->reply, page);
}

bool visit_cursor(struct visit *visit, const char *name, int64_t *id)
{
	*id = 0;
	if (visit->request->uri.query.len == 0)
		return true;
	struct span before, after;
	uint64_t number;
	if (span_cut(visit->request->uri.query, '=', &before, &after) &&
		span_equal(before, span_of(name)) && span_to_u64(after, INT64_MAX, &number)) {
		*id = (int64_t)number;
		return true;
	}
	reply_status(visit->request, visit->reply, STATUS_BAD_REQUEST,
		"This page takes ?%s=NUMBER, or nothing, behind its address", name);
	return false;
}

void comment_write(struct buf *page, struct request *request, const struct store_comment *comment)
{
	buf_text(page, "\n### ");
	gemtext_inline(page, comment->author, 0);
	buf_printf(page, ", %s\n", rules_when(comment->written, request->now, request->arena));
	gemtext_quote(page, comment->text);
	/* A link to another capsule of this server could write there just as well. */
	struct conf_texts names = request->capsule->server_names;
	gemtext_links_of(page, comment->text, (struct host_names){names.items, names.count},
		"Links in this comment:");
}

static void short_thread(struct visit *visit)
{
	struct post post;
	struct span slug = span_skip(visit->request->uri.path, sizeof("/comments/on/") - 1);
	if (visit_find_post(visit, slug, &post))
		visit_redirect(visit, STATUS_PERMANENT_REDIRECT,
			arena_printf(
				visit->request->arena, "/comments/on/%.*s/", SPAN_ARG(post.slug)),
			NULL);
	else
		visit_not_found(visit);
}

static void top(struct visit *visit)
{
	const struct uri *uri = &visit->request->uri;
	char *query = uri->query.len > 0 ? arena_copy(visit->request->arena, uri->query) : NULL;
	visit_redirect(visit, STATUS_PERMANENT_REDIRECT, "/comments/", query);
}

/* Where a post's own name ends in "/new", the short address of its thread reads like this too. */
static void new_or_short_thread(struct visit *visit)
{
	struct post post;
	if (!visit_find_post(visit, visit->path.slug, &post))
		short_thread(visit);
	else
		writing_new(visit);
}

void comments_answer(void *page, struct request *request, struct reply *reply)
{
	static void (*const answers[])(struct visit * visit) = {
		[ROUTE_NONE] = visit_not_found,
		[ROUTE_TOP] = top,
		[ROUTE_HOME] = account_home,
		[ROUTE_REGISTER] = account_register,
		[ROUTE_WELCOME] = account_welcome,
		[ROUTE_HELP] = help_page,
		[ROUTE_RECENT] = thread_recent,
		[ROUTE_THREAD] = thread_page,
		[ROUTE_THREAD_SHORT] = short_thread,
		[ROUTE_NEW] = new_or_short_thread,
		[ROUTE_COMMENT] = thread_comment,
	};
	struct comments *comments = page;
	CHECK_MAGIC(comments, COMMENTS_MAGIC);
	struct visit visit = {.comments = comments,
		.request = request,
		.reply = reply,
		.path = comments_path_read(request->uri.path)};
	answers[visit.path.route](&visit);
}
