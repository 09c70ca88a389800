/*
 * Leaving a comment.
 */
#include <inttypes.h>

#include "comments/rules.h"
#include "comments/visit.h"
#include "proto/gemtext.h"

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

static void ask(struct visit *visit, const struct post *post)
{
	struct buf prompt;
	buf_init(&prompt, visit->request->arena, URL_BYTES_MAX);
	buf_text(&prompt, "Your comment on \"");
	gemtext_inline(&prompt, post->title, COMMENTS_TITLE_MAX);
	buf_printf(&prompt,
		"\". About %zu characters fit; line breaks, accents and emoji count more",
		room_for_text(visit));
	struct span text = buf_view(&prompt);
	reply_status(visit->request, visit->reply, STATUS_INPUT, "%.*s", SPAN_ARG(text));
}

static void keep(struct visit *visit, const struct post *post, int64_t person, struct span text)
{
	int64_t now = visit->request->now, id, wait;
	struct store_comment_new comment = {
		.capsule = span_of(visit->comments->capsule->host),
		.slug = post->slug,
		.text = text,
		.person = person,
		.now = now,
		.repeat_since = now - COMMENT_REPEAT_SECONDS,
		.count_since = now - COMMENT_RATE_WINDOW_SECONDS,
		.most = COMMENTS_PER_HOUR,
	};
	switch (store_comment_add(visit->comments->store, &comment, &id, &wait)) {
	case STORE_OK:
	case STORE_REPEATED:
		visit_redirect(visit, STATUS_REDIRECT,
			arena_printf(visit->request->arena, "/comments/%" PRId64, id), NULL);
		return;
	case STORE_TOO_MANY: /* the bare number: clients print "wait N seconds" */
		reply_status(visit->request, visit->reply, STATUS_SLOW_DOWN, "%" PRId64, wait);
		return;
	case STORE_NONE: /* the person is gone since the certificate was looked up */
		visit_send_away(visit, READER_UNKNOWN, post);
		return;
	case STORE_TAKEN:
	case STORE_RESTING:
		break;
	}
	visit_resting(visit);
}

void writing_new(struct visit *visit)
{
	struct post post;
	struct store_person person;
	if (!visit_find_post(visit, visit->path.slug, &post)) {
		visit_not_found(visit);
		return;
	}
	enum reader reader = visit_reader(visit->comments, visit->request, &person);
	if (reader != READER_KNOWN) {
		visit_send_away(visit, reader, &post);
		return;
	}
	struct span query = visit->request->uri.query, typed, text;
	if (query.len == 0) {
		ask(visit, &post);
		return;
	}
	const char *wrong = "That comment is not valid text (UTF-8). Please type it again";
	if (uri_decode_query(query, visit->request->arena, &typed))
		wrong = rules_check_comment(typed, visit->request->arena, &text);
	if (wrong != NULL)
		reply_status(visit->request, visit->reply, STATUS_INPUT, "%s", wrong);
	else
		keep(visit, &post, person.id, text);
}
