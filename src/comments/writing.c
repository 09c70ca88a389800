/*
 * Writing: a comment, an answer to one, a better text, and what takes a comment away again.
 *
 * What can be refused is refused before anything is asked for, and so before a body is read.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "comments/closing.h"
#include "comments/limits.h"
#include "comments/pages.h"
#include "comments/rules.h"
#include "comments/show.h"
#include "comments/uploading.h"
#include "proto/gemtext.h"
#include "store/moderation.h"

#define PROMPT_MAX 1024 /* no META is longer */

static bool allow_comment(struct visit *visit)
{
	return limit_by_address(visit, LIMIT_COMMENTS_OF_ADDRESS);
}

static struct store_comment_new new_comment(const struct visit *visit)
{
	int64_t now = visit->request->now;
	return (struct store_comment_new){.capsule = visit_host(visit),
		.person = visit->person.id,
		.now = now,
		.repeat_since = now - COMMENT_REPEAT_SECONDS,
		.count_since = now - COMMENT_RATE_WINDOW_SECONDS,
		.most = visit->comments->capsule->comments_per_hour};
}

static void answer_too_many(struct visit *visit, int64_t wait)
{
	/* The bare number: clients print "wait N seconds". */
	reply_status(visit->request, visit->reply, STATUS_SLOW_DOWN, "%" PRId64, wait);
}

/* What is refused only when it is typed is lost. */
static bool is_ready_for_comment(struct visit *visit)
{
	const struct store_comment_new comment = new_comment(visit);
	int64_t wait;
	enum store_result result = store_comment_may_add(visit->comments->store, &comment, &wait);
	if (result == STORE_TOO_MANY)
		answer_too_many(visit, wait);
	else if (result != STORE_OK)
		visit_failed(visit, result);
	return result == STORE_OK;
}

static bool allow_edit(struct visit *visit)
{
	return limit_by_person(visit, LIMIT_EDITS_OF_PERSON);
}

static const char *text_of(const struct buf *prompt, const char *otherwise)
{
	char *text = buf_failed(prompt) ? NULL : arena_copy(prompt->arena, buf_view(prompt));
	return text != NULL ? text : otherwise;
}

/* The post, where it takes something new of this reader. */
static bool find_open_post(struct visit *visit, struct span slug, struct post *post)
{
	int64_t since;
	if (!visit_find_post(visit, slug, post)) {
		reply_status(visit->request, visit->reply, STATUS_NOT_FOUND,
			"There is no such post, or not any more; the home page is at /");
		return false;
	}
	if (visit_is_moderator(visit) ||
		post_is_open(visit->comments->capsule, post, visit->request->now, &since))
		return true;
	char day[CLOCK_DATE_SIZE];
	clock_format_date(since, day);
	reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE,
		"Comments here are closed%s%s; what was written can still be read",
		since > 0 ? " since " : "", since > 0 ? day : "");
	return false;
}

/* The comment of this address, where who asks may know what it says: a held one is its author's
 * and the moderators', and so is the text of a hidden one. */
static bool find_comment(struct visit *visit, struct store_comment *comment)
{
	enum store_result result = store_comment_by_id(visit->comments->store, visit_host(visit),
		visit->path.id, visit->request->arena, comment);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return false;
	}
	bool insider = comment->person == visit->person.id || visit_is_moderator(visit);
	if (comment->state == STORE_SHOWN)
		return true;
	if (insider && (comment->state == STORE_HELD || comment->state == STORE_HIDDEN))
		return true;
	bool may_come = comment->state == STORE_HELD || comment->state == STORE_HIDDEN;
	visit_failed(visit, may_come ? STORE_NONE : STORE_GONE);
	return false;
}

static bool find_own_comment(struct visit *visit, struct store_comment *comment)
{
	if (!find_comment(visit, comment))
		return false;
	if (comment->person == visit->person.id)
		return true;
	struct buf name;
	buf_init(&name, visit->request->arena, PROMPT_MAX);
	show_name(&name, comment->author);
	struct span author = buf_view(&name);
	reply_status(visit->request, visit->reply, STATUS_CERTIFICATE_NOT_AUTHORISED,
		"This comment is by %.*s; nobody else can change it", SPAN_ARG(author));
	return false;
}

/* Moderators would only approve their own. */
static enum store_hold hold_of(struct visit *visit, struct span text)
{
	const struct conf_capsule *capsule = visit->comments->capsule;
	if (visit_is_moderator(visit))
		return STORE_HOLD_NONE;
	if (rules_holds_word(text, capsule->held_words.items, capsule->held_words.count,
		    visit->request->arena))
		return STORE_HOLD_ALL;
	switch (capsule->commenting) {
	case COMMENTING_FIRST:
		return STORE_HOLD_FIRST;
	case COMMENTING_HELD:
		return STORE_HOLD_ALL;
	case COMMENTING_OPEN:
	case COMMENTING_CLOSED:
		break;
	}
	return STORE_HOLD_NONE;
}

static void go_to_comment(struct visit *visit, int64_t id)
{
	visit_redirect(visit, STATUS_REDIRECT,
		arena_printf(visit->request->arena, "/comments/%" PRId64, id), NULL);
}

static void keep(struct visit *visit, struct span slug, int64_t parent, struct span text)
{
	struct store_comment_added added;
	struct store_comment_new comment = new_comment(visit);
	comment.slug = slug;
	comment.text = text;
	comment.parent = parent;
	comment.hold = hold_of(visit, text);
	enum store_result result = store_comment_add(visit->comments->store, &comment, &added);
	if (result == STORE_OK)
		count_more(&visit->comments->counting, COUNTER_COMMENTS, 1);
	if (result == STORE_OK || result == STORE_REPEATED)
		go_to_comment(visit, added.id);
	else if (result == STORE_TOO_MANY)
		answer_too_many(visit, added.wait);
	else if (result == STORE_NONE) /* the person left since the certificate was looked up */
		visit_failed(visit, STORE_BARRED);
	else
		visit_failed(visit, result);
}

void writing_new(struct visit *visit)
{
	struct post post;
	struct span text;
	struct buf prompt;
	if (!find_open_post(visit, visit->path.slug, &post))
		return;
	buf_init(&prompt, visit->request->arena, PROMPT_MAX);
	buf_text(&prompt, "Your comment on ");
	show_title(&prompt, &post);
	buf_byte(&prompt, '.');
	const struct uploading uploading = {.prompt = text_of(&prompt, "Your comment."),
		.allow = allow_comment,
		.ready = is_ready_for_comment};
	if (uploading_take(visit, &uploading, &text))
		keep(visit, post.slug, 0, text);
}

void writing_reply(struct visit *visit)
{
	struct post post;
	struct store_comment comment;
	struct span text;
	struct buf prompt;
	if (!find_comment(visit, &comment))
		return;
	if (comment.state != STORE_SHOWN) {
		reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE,
			"Only a comment that everyone can read can be passed on");
		return;
	}
	if (!find_open_post(visit, comment.slug, &post))
		return;
	buf_init(&prompt, visit->request->arena, PROMPT_MAX);
	buf_text(&prompt, "Pass it on: your answer to ");
	show_name(&prompt, comment.author);
	buf_text(&prompt, ", ");
	show_excerpt(&prompt, &comment);
	buf_byte(&prompt, '.');
	const struct uploading uploading = {.prompt = text_of(&prompt, "Pass it on: your answer."),
		.allow = allow_comment,
		.ready = is_ready_for_comment};
	if (uploading_take(visit, &uploading, &text))
		keep(visit, comment.slug, comment.id, text);
}

void writing_edit(struct visit *visit)
{
	struct post post;
	struct store_comment comment;
	struct span text;
	struct buf prompt;
	enum store_state state;
	if (!find_own_comment(visit, &comment))
		return;
	if (comment.state == STORE_HIDDEN) {
		reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE,
			"A moderator has hidden this comment; you can delete it, but not change "
			"it");
		return;
	}
	if (!find_open_post(visit, comment.slug, &post))
		return;
	buf_init(&prompt, visit->request->arena, PROMPT_MAX);
	buf_text(&prompt, "The whole new text of your comment ");
	show_excerpt(&prompt, &comment);
	buf_byte(&prompt, '.');
	const struct uploading uploading = {.prompt = text_of(&prompt, "The whole new text."),
		.former = comment.text,
		.allow = allow_edit};
	if (!uploading_take(visit, &uploading, &text))
		return;
	const struct store_comment_edit edit = {.capsule = visit_host(visit),
		.text = text,
		.id = comment.id,
		.person = visit->person.id,
		.now = visit->request->now,
		.hold = hold_of(visit, text)};
	enum store_result result = store_comment_edit(visit->comments->store, &edit, &state);
	if (result == STORE_OK)
		go_to_comment(visit, comment.id);
	else
		visit_failed(visit, result);
}

/* To the thread, or to one's own page where its post is gone. */
static void go_to_thread(struct visit *visit, struct span slug)
{
	struct post post;
	const char *path = "/comments/";
	if (visit_find_post(visit, slug, &post))
		path = arena_printf(
			visit->request->arena, "/comments/on/%.*s/", SPAN_ARG(post.slug));
	visit_redirect(visit, STATUS_REDIRECT, path, NULL);
}

void writing_delete(struct visit *visit)
{
	struct store_comment comment;
	struct buf question;
	if (!find_own_comment(visit, &comment))
		return;
	buf_init(&question, visit->request->arena, PROMPT_MAX);
	buf_text(&question, "Delete your comment ");
	show_excerpt(&question, &comment);
	buf_text(&question, " for good? ");
	if (comment.answers > 0)
		buf_text(&question, "Its answers stay. ");
	buf_text(&question, "Type yes to delete it");
	if (!visit_confirmed(visit, text_of(&question, "Delete it for good? Type yes")))
		return;
	enum store_result result = store_comment_delete(
		visit->comments->store, visit_host(visit), comment.id, visit->person.id);
	if (result == STORE_OK)
		go_to_thread(visit, comment.slug);
	else
		visit_failed(visit, result);
}

static void keep_report(struct visit *visit, int64_t comment, struct span reason)
{
	if (!limit_by_person(visit, LIMIT_REPORTS_OF_PERSON) ||
		!limit_by_address(visit, LIMIT_REPORTS_OF_ADDRESS))
		return;
	enum store_result result = store_report_add(visit->comments->store, visit_host(visit),
		comment, visit->person.id, reason, visit->request->now);
	if (result == STORE_OK || result == STORE_REPEATED)
		go_to_comment(visit, comment);
	else
		visit_failed(visit, result);
}

void writing_report(struct visit *visit)
{
	struct store_comment comment;
	struct buf prompt;
	struct span typed, reason;
	if (!find_comment(visit, &comment))
		return;
	if (comment.state != STORE_SHOWN || comment.person == visit->person.id) {
		reply_status(visit->request, visit->reply, STATUS_PERMANENT_FAILURE, "%s",
			comment.person == visit->person.id
				? "This comment is your own; you can change or delete it"
				: "This comment is hidden or held already");
		return;
	}
	buf_init(&prompt, visit->request->arena, PROMPT_MAX);
	buf_text(&prompt, "What is wrong with ");
	show_excerpt(&prompt, &comment);
	buf_text(&prompt, " by ");
	show_name(&prompt, comment.author);
	buf_text(&prompt, "? Moderators will read your reason and your name; 1 to 500 characters");
	if (!visit_typed(visit, text_of(&prompt, "What is wrong with it?"), &typed))
		return;
	const char *wrong = rules_check_reason(typed, visit->request->arena, &reason);
	if (wrong != NULL)
		visit_ask(visit, wrong);
	else
		keep_report(visit, comment.id, reason);
}
