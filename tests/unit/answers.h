/*
 * What readers are answered under /comments/.
 */
#ifndef KINDLING_TESTS_UNIT_ANSWERS_H
#define KINDLING_TESTS_UNIT_ANSWERS_H

#include "proto/gemtext.h"
#include "readers.h"
#include "store/comments.h"
#include "store/moderation.h"
#include "store/people.h"

#define SPREADS   S("posts/kindness-spreads")
#define ESSAY_ON  "/comments/on/posts/kindness-spreads"
#define ESSAY_WAY "on/posts/kindness-spreads/new"

static inline const char *path_with(const char *path, const char *typed)
{
	return arena_printf(&w.arena, "%s?%s", path, typed);
}

/* As a link leads there. */
static inline void answer_once(const char *path, unsigned char who)
{
	char url[2048];
	snprintf(url, sizeof url, BASE "%s", path);
	prepare_request(url, who);
	comments_answer(comments, &request, &reply);
}

/* Whether that was answered with a redirect to where the page asks this reader alone. */
static inline bool is_sent_to_guard(const char *path)
{
	size_t len = strcspn(path, "?");
	return reply.status == STATUS_REDIRECT && reply.meta.len > len + 2 &&
	       memcmp(reply.meta.ptr, path, len) == 0 && memcmp(reply.meta.ptr + len, "/~", 2) == 0;
}

/* What is typed at a guarded page is typed where that asks. */
static inline void answer(const char *path, unsigned char who)
{
	answer_once(path, who);
	if (is_sent_to_guard(path))
		answer_once(arena_printf(&w.arena, "%.*s%s", SPAN_ARG(reply.meta),
				    path + strcspn(path, "?")),
			who);
}

/* The address where a guarded page asks this reader. */
static inline const char *guard_of(const char *path, unsigned char who)
{
	answer_once(path, who);
	if (!is_sent_to_guard(path))
		fail_msg("%s by %d: %d %.*s, no guard", path, who, (int)reply.status,
			SPAN_ARG(reply.meta));
	return arena_copy(&w.arena, reply.meta);
}

static inline void assert_answer(
	const char *path, unsigned char who, enum status status, const char *meta)
{
	answer(path, who);
	if (reply.status != status || !span_equal(reply.meta, span_of(meta)))
		fail_msg("%s by %d: %d %.*s, not %d %s", path, who, (int)reply.status,
			SPAN_ARG(reply.meta), (int)status, meta);
}

/* As above, where META has only to hold the words. */
static inline void assert_says(
	const char *path, unsigned char who, enum status status, const char *words)
{
	answer(path, who);
	if (reply.status != status || !holds(reply.meta, words))
		fail_msg("%s by %d: %d %.*s, not %d … %s", path, who, (int)reply.status,
			SPAN_ARG(reply.meta), (int)status, words);
}

static inline struct span page_of(const char *path, unsigned char who)
{
	assert_answer(path, who, STATUS_SUCCESS, "text/gemini");
	return reply.body.memory;
}

/* Where a redirect leads to. */
static inline const char *led_to(const char *path, unsigned char who)
{
	assert_says(path, who, STATUS_REDIRECT, "/");
	return arena_copy(&w.arena, reply.meta);
}

/* The URL of the first link with this label. */
static inline const char *link_of(struct span page, const char *words)
{
	struct span line, url, label;
	while (span_next_line(&page, &line))
		if (gemtext_read_link(line, &url, &label) && span_equal(label, span_of(words)))
			return arena_copy(&w.arena, url);
	fail_msg("no link \"%s\"", words);
	return NULL;
}

/* Whether it leads to where that guarded page asks this reader. */
static inline void assert_leads_to_guard(
	struct span page, const char *words, const char *path, unsigned char who)
{
	assert_string_equal(link_of(page, words), guard_of(path, who));
}

/* What stands behind "=> " and `path` up to the next blank: a guarded path, mostly. Empty where no
 * line begins so. */
static inline struct span link_on(struct span page, const char *path)
{
	struct span line, url, label;
	while (span_next_line(&page, &line))
		if (gemtext_read_link(line, &url, &label) && span_starts_with(url, span_of(path)))
			return url;
	return (struct span){0};
}

/* Below `parent`; 0: below the post. No limit stands in its way. */
static inline int64_t say(int64_t person, struct span slug, int64_t parent, struct span text)
{
	struct store_comment_added added = {0};
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = slug,
		.text = text,
		.person = person,
		.parent = parent,
		.now = now,
		.repeat_since = now + 1,
		.count_since = now - 3600,
		.most = 1u << 30};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	assert_int_equal(added.state, STORE_SHOWN);
	return added.id;
}

static inline void moderate(enum store_act act, int64_t subject)
{
	const struct store_order order = {.capsule = HERE,
		.act = act,
		.subject = subject,
		.reason = S("it had to be"),
		.now = now};
	assert_int_equal(store_moderate(w.store, &order), STORE_OK);
}

#endif
