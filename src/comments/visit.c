/*
 * What the pages of the conversation have in common: who asks, and the answers that are no page.
 */
#include "comments/visit.h"

#include <inttypes.h>

#include "text/unicode.h"

#define SECONDS_PER_DAY 86400
#define GUARD_LETTERS   12

struct span visit_host(const struct visit *visit)
{
	return span_of(visit->comments->capsule->host);
}

/* A write that is not worth a word to the reader when it fails: the store has told the log. */
static void note_use(struct visit *visit)
{
	const struct identity *identity = &visit->request->identity;
	struct store_person *person = &visit->person;
	int64_t now = visit->request->now;
	/* Of two certificates for one key the one that lasts longer counts: shown in turn, they are
	 * not noted in turn. */
	if (identity->not_after <= person->ends && now - person->used < SECONDS_PER_DAY)
		return;
	if (store_certificate_use(visit->comments->store, visit_host(visit), identity->key, now,
		    identity->not_after) == STORE_OK) {
		person->used = now;
		person->ends = identity->not_after;
	}
}

static enum reader meet_person(struct visit *visit, bool is_current)
{
	struct store_person *person = &visit->person;
	if (person->standing != STORE_ACTIVE)
		return READER_BANNED;
	if (visit->trusted)
		person->role = STORE_OWNER;
	if (!is_current)
		return READER_EXPIRED;
	note_use(visit);
	return READER_KNOWN;
}

void visit_meet(struct visit *visit)
{
	const struct identity *identity = &visit->request->identity;
	visit->trusted = false;
	visit->reader = READER_NOBODY;
	if (!identity->present)
		return;
	bool is_current = identity_is_current(identity, visit->request->now);
	char fingerprint[SECRET_HEX_SIZE];
	secret_hex(identity->key, fingerprint);
	visit->trusted = conf_makes_owner(visit->comments->capsule, fingerprint);
	switch (store_person_by_key(visit->comments->store, visit_host(visit), identity->key,
		visit->request->arena, &visit->person)) {
	case STORE_OK:
		visit->reader = meet_person(visit, is_current);
		return;
	case STORE_NONE:
		visit->reader = is_current ? READER_UNKNOWN : READER_OUTDATED;
		return;
	case STORE_TAKEN:
	case STORE_REPEATED:
	case STORE_TOO_MANY:
	case STORE_GONE:
	case STORE_BARRED:
	case STORE_RESTING:
		break;
	}
	visit->reader = READER_RESTING;
}

bool visit_is_moderator(const struct visit *visit)
{
	return visit->reader == READER_KNOWN && visit->person.role != STORE_READER;
}

bool visit_find_post(struct visit *visit, struct span slug, struct post *post)
{
	struct request *request = visit->request;
	return slug.len > 0 && request->posts->find(request->posts_of, request, slug, post);
}

/* An upload is not sent to where one logs in: whoever comes back from there has lost what they
 * wrote. */
static void refuse_upload(struct visit *visit)
{
	if (visit->reader == READER_NOBODY)
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_REQUIRED,
			"Choose the identity that you are registered with, or register one at "
			"/comments/ first");
	else
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
			"Nobody is registered with this identity; /comments/ tells how to "
			"register it");
}

static void send_to_login(struct visit *visit, const struct comments_way *way)
{
	struct buf buf;
	buf_init(&buf, visit->request->arena, COMMENTS_PAGE_BYTES);
	comments_write_way(&buf, way);
	/* Where memory is out the way is lost, and the reader still gets in. */
	char *query = buf.len == 0 || buf_failed(&buf)
			      ? NULL
			      : arena_copy(visit->request->arena, buf_view(&buf));
	visit_redirect(visit, STATUS_REDIRECT, "/comments/", query);
}

void visit_send_away(struct visit *visit, const struct comments_way *way)
{
	switch (visit->reader) {
	case READER_RESTING:
		visit_resting(visit);
		return;
	case READER_OUTDATED:
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_VALID,
			"Today lies outside the dates of this identity; choose or make another");
		return;
	case READER_EXPIRED:
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_VALID,
			"Today lies outside the dates of this identity; /comments/ tells how to "
			"link a new one to your name");
		return;
	case READER_BANNED:
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
			"A moderator has banned this name; you can go on reading without an "
			"identity");
		return;
	case READER_NOBODY:
	case READER_UNKNOWN:
	case READER_KNOWN:
		break;
	}
	if (visit->request->titan.present)
		refuse_upload(visit);
	else
		send_to_login(visit, way);
}

void visit_send_on(struct visit *visit, const struct comments_way *way)
{
	const char *path = "/comments/";
	if (comments_way_is_given(way))
		path = visit_guarded(visit, visit_path_along(visit, "/comments", way));
	visit_redirect(visit, STATUS_REDIRECT, path, NULL);
}

const char *visit_path_along(struct visit *visit, const char *front, const struct comments_way *way)
{
	struct arena *arena = visit->request->arena;
	if (front == NULL)
		return NULL;
	if (way->slug.len > 0)
		return arena_printf(arena, "%s/on/%.*s/new", front, SPAN_ARG(way->slug));
	if (way->id != 0)
		return arena_printf(arena, "%s/%" PRId64 "/reply", front, way->id);
	return front;
}

void visit_redirect(struct visit *visit, enum status status, const char *path, const char *query)
{
	if (path == NULL)
		reply_status(visit->request, visit->reply, STATUS_TEMPORARY_FAILURE, "%s",
			status_sentence(STATUS_TEMPORARY_FAILURE));
	else
		reply_redirect(visit->request, visit->reply, status, span_of(path), query);
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

void visit_failed(struct visit *visit, enum store_result result)
{
	switch (result) {
	case STORE_NONE:
		visit_not_found(visit);
		return;
	case STORE_GONE:
		reply_status(visit->request, visit->reply, STATUS_GONE,
			"This is no longer there; /comments/recent lists the latest comments");
		return;
	case STORE_BARRED:
		reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
			"This identity may not do that; /comments/ tells who you are here");
		return;
	case STORE_OK:
	case STORE_TAKEN:
	case STORE_REPEATED:
	case STORE_TOO_MANY:
	case STORE_RESTING:
		break;
	}
	visit_resting(visit);
}

void visit_ask(struct visit *visit, const char *sentence)
{
	reply_status(visit->request, visit->reply, STATUS_INPUT, "%s", sentence);
}

void visit_ask_secret(struct visit *visit, const char *sentence)
{
	reply_status(visit->request, visit->reply, STATUS_SENSITIVE_INPUT, "%s", sentence);
}

bool visit_typed(struct visit *visit, const char *sentence, struct span *typed)
{
	struct span query = visit->request->uri.query;
	if (query.len == 0)
		visit_ask(visit, sentence);
	else if (!uri_decode_query(query, visit->request->arena, typed))
		visit_ask(visit, "That is not valid text (UTF-8). Please type it again");
	else
		return true;
	return false;
}

/* To what it was asked about: a comment, or one's own account. */
static void send_back(struct visit *visit)
{
	const char *path = "/comments/account/";
	if (visit->path.id != 0)
		path = arena_printf(visit->request->arena, "/comments/%" PRId64, visit->path.id);
	visit_redirect(visit, STATUS_REDIRECT, path, NULL);
}

bool visit_confirmed(struct visit *visit, const char *question)
{
	struct span typed, folded = {NULL, 0};
	if (!visit_typed(visit, question, &typed))
		return false;
	if (unicode_fold(span_trim(typed), visit->request->arena, &folded) &&
		span_equal(folded, SPAN_LIT("yes")))
		return true;
	if (span_equal(folded, SPAN_LIT("no")))
		send_back(visit);
	else
		visit_ask(visit, question);
	return false;
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

bool visit_find_place(struct visit *visit, struct post *post, int64_t *after)
{
	if (visit_find_post(visit, visit->path.slug, post))
		return visit_cursor(visit, "after", after);
	visit_not_found(visit);
	return false;
}

/* Of this run's secret, the certificate's key and the path: good for one reader and one page. */
static const char *visit_guard(struct visit *visit, struct span path)
{
	unsigned char hash[SECRET_SIZE];
	char hex[SECRET_HEX_SIZE];
	const struct comments_shared *shared = visit->comments->shared;
	struct span key = {(const char *)shared->secret, sizeof(shared->secret)};
	struct buf text;
	buf_init(&text, visit->request->arena, COMMENTS_PAGE_BYTES);
	buf_text(&text, "guard");
	buf_bytes(&text, visit->request->identity.key, IDENTITY_KEY_SIZE);
	buf_span(&text, visit_host(visit));
	buf_span(&text, path);
	if (buf_failed(&text) || !secret_hash(key, buf_view(&text), hash))
		return NULL;
	secret_hex(hash, hex);
	return arena_printf(visit->request->arena, "%.*s", GUARD_LETTERS, hex);
}

const char *visit_guarded(struct visit *visit, const char *path)
{
	const char *guard = path == NULL ? NULL : visit_guard(visit, span_of(path));
	return guard == NULL ? NULL : arena_printf(visit->request->arena, "%s/~%s", path, guard);
}
