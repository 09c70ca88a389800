/*
 * From a path to an answer: each step either answers or goes on to the next.
 */
#include "site/site.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "os/fd.h"
#include "site/atom.h"
#include "site/content.h"
#include "site/folder.h"
#include "site/listing.h"
#include "site/names.h"
#include "site/posts.h"
#include "site/remembered.h"

#define SITE_MAGIC   0x51731e0du
#define SYSTEM_TYPES "/etc/mime.types"

struct site {
	unsigned magic;
	const struct conf_capsule *conf;
	struct types types;
	struct folder folder;
	struct mime *mime;
	struct remembered remembered;
	struct posts posts;
};

struct site *site_new(const struct conf_capsule *conf, struct fault *fault)
{
	struct site *site = calloc(1, sizeof *site);
	if (site == NULL || (site->mime = mime_new()) == NULL) {
		fault_set(fault, "no memory left for the capsule %s", conf->host);
		goto fail;
	}
	if (!types_begin(&site->types, &conf->types, SYSTEM_TYPES, fault))
		goto fail_mime;
	if (!folder_begin(&site->folder, conf->root, fault))
		goto fail_types;
	site->magic = SITE_MAGIC;
	site->conf = conf;
	remembered_begin(&site->remembered);
	posts_begin(&site->posts, conf, &site->folder);
	return site;
fail_types:
	types_end(&site->types);
fail_mime:
	mime_free(site->mime);
fail:
	free(site);
	return NULL;
}

void site_free(struct site *site)
{
	if (site == NULL)
		return;
	CHECK_MAGIC(site, SITE_MAGIC);
	posts_end(&site->posts);
	remembered_end(&site->remembered);
	folder_end(&site->folder);
	types_end(&site->types);
	mime_free(site->mime);
	site->magic = 0;
	free(site);
}

static enum site_step refuse(struct request *request, struct reply *reply, enum status status)
{
	reply_status(request, reply, status, "%s", status_sentence(status));
	return SITE_ANSWERED;
}

static void send_file(
	struct request *request, struct reply *reply, struct site_visit *visit, const char *type)
{
	bool gemtext = strcmp(type, TYPES_GEMTEXT) == 0;
	body_close(&reply->body);
	reply->status = STATUS_SUCCESS;
	reply->meta = span_of(gemtext ? reply_gemtext_type(request) : type);
	body_of_file(&reply->body, visit->fd, visit->info.st_size);
	visit->fd = -1;
}

static enum site_step open_file(
	struct site *site, struct request *request, struct reply *reply, struct site_visit *visit)
{
	const char *type = types_of_name(&site->types, visit->path);
	if (content_is_wanted(type)) {
		struct stamp stamp = stamp_of(&visit->info);
		type = remembered_type(&site->remembered, &stamp, type, request->arena);
		if (type == NULL)
			return SITE_NEEDS_TYPE;
	}
	send_file(request, reply, visit, type);
	return SITE_ANSWERED;
}

/* Opens `path` (NULL: no memory) and keeps it in the visit where it is what was `wanted`. */
static enum beneath_result visit_open(
	struct site *site, struct site_visit *visit, const char *path, enum beneath_result wanted)
{
	visit->path = span_of(path);
	if (path == NULL)
		return BENEATH_EXHAUSTED;
	enum beneath_result result = folder_open(&site->folder, path, &visit->fd, &visit->info);
	if (result != wanted)
		fd_close(&visit->fd);
	return result;
}

/* The path ends in '/'. Its index is tried first: that is what folders are mostly asked for. */
static enum site_step open_folder(
	struct site *site, struct request *request, struct reply *reply, struct site_visit *visit)
{
	static const char *const indexes[] = {"index.gmi", "index.gemini"};
	struct span path = span_skip(request->uri.path, 1);
	enum beneath_result result = BENEATH_MISSING;
	for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
		const char *index =
			arena_printf(request->arena, "%.*s%s", SPAN_ARG(path), indexes[i]);
		result = visit_open(site, visit, index, BENEATH_FILE);
		if (result == BENEATH_FILE)
			return open_file(site, request, reply, visit);
		if (result == BENEATH_EXHAUSTED)
			return refuse(request, reply, STATUS_SERVER_UNAVAILABLE);
	}
	if (!site->conf->listing)
		return refuse(request, reply, STATUS_NOT_FOUND);
	path.len -= path.len > 0;
	result = visit_open(site, visit, arena_copy(request->arena, path), BENEATH_DIRECTORY);
	if (result == BENEATH_DIRECTORY)
		return SITE_NEEDS_LIST;
	return refuse(request, reply,
		result == BENEATH_EXHAUSTED ? STATUS_SERVER_UNAVAILABLE : STATUS_NOT_FOUND);
}

/* A folder whose path came without the slash at its end. */
static enum site_step redirect(struct request *request, struct reply *reply)
{
	const char *path = arena_printf(request->arena, "%.*s/", SPAN_ARG(request->uri.path));
	const char *query = NULL;
	if (request->uri.has_query)
		query = arena_copy(request->arena, request->uri.query);
	if (path == NULL || (query == NULL && request->uri.has_query))
		return refuse(request, reply, STATUS_SERVER_UNAVAILABLE);
	reply_redirect(request, reply, STATUS_PERMANENT_REDIRECT, span_of(path), query);
	return SITE_ANSWERED;
}

enum site_step site_open(
	struct site *site, struct request *request, struct reply *reply, struct site_visit *visit)
{
	struct span path = request->uri.path;
	CHECK_MAGIC(site, SITE_MAGIC);
	*visit = (struct site_visit){.fd = -1};
	if (names_hold_hidden(path))
		return refuse(request, reply, STATUS_NOT_FOUND);
	if (span_ends_with(path, SPAN_LIT("/")))
		return open_folder(site, request, reply, visit);
	switch (visit_open(
		site, visit, arena_copy(request->arena, span_skip(path, 1)), BENEATH_FILE)) {
	case BENEATH_FILE:
		return open_file(site, request, reply, visit);
	case BENEATH_DIRECTORY:
		return redirect(request, reply);
	case BENEATH_EXHAUSTED:
		return refuse(request, reply, STATUS_SERVER_UNAVAILABLE);
	case BENEATH_MISSING:
		break;
	}
	return refuse(request, reply, STATUS_NOT_FOUND);
}

/* The type of a file that may change while it is read: remembered only where it did not. */
static const char *find_type(
	struct site *site, struct request *request, const struct site_visit *visit)
{
	char type[CONTENT_TYPE_SIZE];
	struct stat info;
	const char *by_name = types_of_name(&site->types, visit->path);
	struct stamp before = stamp_of(&visit->info);
	bool settled = stamp_is_settled(&before);
	if (content_type(site->mime, visit->fd, by_name, type) && settled &&
		fstat(visit->fd, &info) == 0) {
		struct stamp after = stamp_of(&info);
		if (stamp_equal(&before, &after))
			remembered_add(&site->remembered, &before, by_name, type);
	}
	return arena_copy(request->arena, span_of(type));
}

void site_finish(struct site *site, struct request *request, struct reply *reply,
	struct site_visit *visit, enum site_step step)
{
	CHECK_MAGIC(site, SITE_MAGIC);
	CHECK(step != SITE_ANSWERED);
	if (step == SITE_NEEDS_LIST) {
		listing_answer(&site->folder, visit->fd, request, reply);
		visit->fd = -1;
		return;
	}
	const char *type = find_type(site, request, visit);
	if (type != NULL)
		send_file(request, reply, visit, type);
	else
		refuse(request, reply, STATUS_SERVER_UNAVAILABLE);
	site_abandon(visit);
}

void site_abandon(struct site_visit *visit)
{
	fd_close(&visit->fd);
}

bool site_post_by_slug(
	struct site *site, struct request *request, struct span slug, struct post *post)
{
	CHECK_MAGIC(site, SITE_MAGIC);
	return posts_find(&site->posts, slug, request->arena, post);
}

bool site_post_by_path(
	struct site *site, struct request *request, struct span path, struct post *post)
{
	struct span slug;
	return posts_slug_of(path, &slug) && site_post_by_slug(site, request, slug, post);
}

static bool find_post(void *site, struct request *request, struct span slug, struct post *post)
{
	return site_post_by_slug(site, request, slug, post);
}

static bool list_posts(void *page, struct request *request, struct post **items, size_t *count)
{
	struct site *site = page;
	struct span title;
	CHECK_MAGIC(site, SITE_MAGIC);
	return posts_newest(&site->posts, SIZE_MAX, request->arena, items, count, &title);
}

static bool read_post(void *page, struct request *request, const struct post *post, size_t max,
	int64_t *stamp, struct span *text)
{
	struct site *site = page;
	CHECK_MAGIC(site, SITE_MAGIC);
	return posts_read(&site->posts, post, max, request->arena, stamp, text);
}

const struct request_posts site_posts = {find_post, list_posts, read_post};

void site_atom(struct site *site, struct request *request, struct reply *reply)
{
	CHECK_MAGIC(site, SITE_MAGIC);
	atom_answer(&site->posts, request, reply);
}
