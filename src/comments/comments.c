/*
 * The conversation: which page it is, and whether who asks may take it. Nothing else decides that,
 * but for what belongs to one person: a comment's author alone changes it.
 */
#include "comments/comments.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "comments/pages.h"

static const struct {
	comments_page *page;
	enum access who;
	unsigned flags;
} routes[] = {
#define ROUTE_PAGE(name, path, page, who, flags) [ROUTE_##name] = {(page), ACCESS_##who, (flags)},
	COMMENTS_ROUTES(ROUTE_PAGE)
#undef ROUTE_PAGE
};

struct comments *comments_new(const struct conf_capsule *capsule, struct store *store,
	const struct comments_shared *shared, struct counting counting)
{
	struct comments *comments = calloc(1, sizeof(*comments));
	if (comments == NULL || !sections_init(&comments->sections)) {
		free(comments);
		return NULL;
	}
	comments->magic = COMMENTS_MAGIC;
	comments->capsule = capsule;
	comments->store = store;
	comments->shared = shared;
	comments->counting = counting;
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

static struct span slug_of_short(struct span path)
{
	return span_skip(path, sizeof("/comments/on/") - 1);
}

void comments_short_thread(struct visit *visit)
{
	struct post post;
	if (visit_find_post(visit, slug_of_short(visit->path.plain), &post))
		visit_redirect(visit, STATUS_PERMANENT_REDIRECT,
			arena_printf(
				visit->request->arena, "/comments/on/%.*s/", SPAN_ARG(post.slug)),
			NULL);
	else
		visit_not_found(visit);
}

void comments_top(struct visit *visit)
{
	const struct uri *uri = &visit->request->uri;
	char *query = uri->query.len > 0 ? arena_copy(visit->request->arena, uri->query) : NULL;
	visit_redirect(visit, STATUS_PERMANENT_REDIRECT, "/comments/", query);
}

size_t comments_path_private(struct span path)
{
	/* This runs in the loop for every request: for files no table is gone through. */
	if (!span_starts_with(path, SPAN_LIT("/comments/")))
		return 0;
	struct comments_path read = comments_path_read(path);
	bool is_private = read.route == ROUTE_ANSWERS || read.route == ROUTE_CODE ||
			  read.route == ROUTE_WELCOME || read.route == ROUTE_RECOVER_AS;
	const char *from = is_private ? read.word.ptr : read.guard.ptr;
	return from == NULL ? 0 : path.len - (size_t)(from - path.ptr);
}

/* The way that this request is itself a step on. */
static struct comments_way way_of(const struct comments_path *path)
{
	if (path->route == ROUTE_NEW)
		return (struct comments_way){.slug = path->slug};
	if (path->route == ROUTE_REPLY)
		return (struct comments_way){.id = path->id};
	return path->way;
}

static void require_moderator(struct visit *visit, bool owner)
{
	reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
		"This page is for the capsule's %s; /comments/ tells who you are here",
		owner ? "owners" : "moderators and owners");
}

/* Whoever is known already needs none of the pages for strangers, and goes on; but who comes to
 * type a code has forgotten to choose the new identity. */
static void pass_on(struct visit *visit, const struct comments_way *way)
{
	enum comments_route route = visit->path.route;
	if (route == ROUTE_LINK || route == ROUTE_RECOVER)
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
			"This identity is linked already, see /comments/; to link another one, "
			"choose that first");
	else
		visit_send_on(visit, way);
}

/* Whether the page may be asked for; otherwise the answer is made. */
static bool admit(struct visit *visit, enum access who)
{
	struct comments_way way = way_of(&visit->path);
	enum reader reader = visit->reader;
	if (who == ACCESS_ALL)
		return true;
	if (who == ACCESS_IDENTITY) {
		/* Here, at the top, so that the identity then covers all of /comments/. */
		if (reader == READER_NOBODY)
			reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_REQUIRED,
				"Choose or make an identity to log in or register");
		if (reader == READER_UNKNOWN || reader == READER_EXPIRED || reader == READER_KNOWN)
			return true;
		if (reader != READER_NOBODY)
			visit_send_away(visit, &way);
		return false;
	}
	if (who == ACCESS_STRANGER) {
		if (reader == READER_KNOWN)
			pass_on(visit, &way);
		else if (reader != READER_UNKNOWN)
			visit_send_away(visit, &way);
		return reader == READER_UNKNOWN;
	}
	if (who == ACCESS_RETURNING && reader == READER_EXPIRED)
		return true;
	if (reader != READER_KNOWN) {
		visit_send_away(visit, &way);
		return false;
	}
	bool may = who == ACCESS_OWNER ? visit->person.role == STORE_OWNER
				       : who != ACCESS_MODERATOR || visit_is_moderator(visit);
	if (!may)
		require_moderator(visit, who == ACCESS_OWNER);
	return may;
}

/* A guarded page asks under an address that only this reader knows: what was typed, or made to be
 * typed, under another one is not looked at. Nobody uploads by following a link. */
static bool pass_guard(struct visit *visit)
{
	if ((routes[visit->path.route].flags & GUARDED) == 0 || visit->request->titan.present)
		return true;
	const char *guarded =
		visit_guarded(visit, arena_copy(visit->request->arena, visit->path.plain));
	if (guarded != NULL && span_equal(span_of(guarded), visit->request->uri.path))
		return true;
	visit_redirect(visit, STATUS_REDIRECT, guarded, NULL);
	return false;
}

/* Where a post's own slug ends like one of our pages ("new", "spread", "new/~draft"), the short
 * address of its thread reads like that page of another post. */
static void settle_short_thread(struct visit *visit)
{
	struct post post;
	struct comments_path *path = &visit->path;
	struct span whole = visit->request->uri.path;
	if (path->slug.len == 0 || path->route == ROUTE_THREAD || path->route == ROUTE_THREAD_SHORT)
		return;
	/* Nobody's guard is the name of a file, but by a chance that is none. */
	if (visit_find_post(visit, path->slug, &post) &&
		(path->guard.len == 0 || !visit_find_post(visit, slug_of_short(whole), &post)))
		return;
	path->route = ROUTE_THREAD_SHORT;
	path->plain = whole;
}

void comments_answer(void *page, struct request *request, struct reply *reply)
{
	struct comments *comments = page;
	CHECK_MAGIC(comments, COMMENTS_MAGIC);
	struct visit visit = {.comments = comments,
		.request = request,
		.reply = reply,
		.path = comments_path_read(request->uri.path)};
	if (visit.path.route == ROUTE_NONE) {
		visit_not_found(&visit);
		return;
	}
	if (request->titan.present && (routes[visit.path.route].flags & UPLOADS) == 0) {
		reply_status(request, reply, STATUS_PERMANENT_FAILURE,
			"Nothing is uploaded to this address; ask for it with gemini://");
		return;
	}
	settle_short_thread(&visit);
	visit_meet(&visit);
	if (admit(&visit, routes[visit.path.route].who) && pass_guard(&visit))
		routes[visit.path.route].page(&visit);
}
