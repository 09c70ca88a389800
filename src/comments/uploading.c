/*
 * The text of a comment on its way in.
 */
#include "comments/uploading.h"

#include <inttypes.h>

#include "comments/rules.h"

#define URL_BYTES_MAX 1024 /* protocol 0.24.1; the answer to an input travels in the URL */
#define ROOM_STEP     50

/* About how many characters of plain English fit behind this URL: a third of them, blanks and
 * punctuation, grow threefold when they are percent-encoded. Rounded down to fifties, as nobody
 * can count on more. */
static size_t room_for_text(struct visit *visit)
{
	const struct uri *uri = &visit->request->uri;
	struct buf url;
	buf_init(&url, visit->request->arena, COMMENTS_PAGE_BYTES);
	buf_printf(&url, "gemini://%.*s", SPAN_ARG(uri->host));
	if (uri->port != URI_DEFAULT_PORT)
		buf_printf(&url, ":%u", uri->port);
	uri_append_path(&url, uri->path);
	buf_byte(&url, '?');
	size_t room = url.len < URL_BYTES_MAX ? (URL_BYTES_MAX - url.len) * 7 / 10 : 0;
	return room > ROOM_STEP ? room - room % ROOM_STEP : room;
}

static bool is_ready(struct visit *visit, const struct uploading *uploading)
{
	return uploading->ready == NULL || uploading->ready(visit);
}

static bool take_typed(struct visit *visit, const struct uploading *uploading, struct span *text)
{
	struct span typed;
	if (visit->request->uri.query.len == 0 && !is_ready(visit, uploading))
		return false;
	char *prompt = arena_printf(visit->request->arena,
		"%s About %zu characters fit; line breaks, accents and emoji count more",
		uploading->prompt, room_for_text(visit));
	if (!visit_typed(visit, prompt != NULL ? prompt : uploading->prompt, &typed))
		return false;
	const char *wrong = rules_check_comment(typed, visit->request->arena, text);
	if (wrong != NULL)
		visit_ask(visit, wrong);
	return wrong == NULL && uploading->allow(visit);
}

/* The type that the client names does not matter: some call all that is typed text/plain. */
static bool take_upload(struct visit *visit, const struct uploading *uploading, struct span *text)
{
	struct request *request = visit->request;
	if (request->titan.edit) {
		reply_bytes(visit->reply, reply_gemtext_type(request), uploading->former);
		return false;
	}
	if (request->titan.size > COMMENT_BYTES_MAX) {
		reply_status(request, visit->reply, STATUS_PERMANENT_FAILURE,
			"A comment may have 64 KiB (65,536 bytes); this one has %" PRIu64
			" bytes. Please send a shorter one",
			request->titan.size);
		return false;
	}
	if (!request->has_body) {
		visit->reply->wants_body = is_ready(visit, uploading) && uploading->allow(visit);
		return false;
	}
	const char *wrong = rules_check_comment(request->body, request->arena, text);
	if (wrong != NULL)
		reply_status(request, visit->reply, STATUS_BAD_REQUEST, "%s", wrong);
	return wrong == NULL;
}

bool uploading_take(struct visit *visit, const struct uploading *uploading, struct span *text)
{
	return visit->request->titan.present ? take_upload(visit, uploading, text)
					     : take_typed(visit, uploading, text);
}
