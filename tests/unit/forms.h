/*
 * The lines that the server itself writes on the pages that show what readers typed: whatever they
 * type, no page has a line of another form.
 *
 * In a form, 9 stands for some digits, ~ for bytes of a URL, and * for whatever may stand on one
 * line: names, titles, and labels that hold them.
 */
#ifndef KINDLING_TESTS_UNIT_FORMS_H
#define KINDLING_TESTS_UNIT_FORMS_H

#include <string.h>

#include "base/span.h"
#include "proto/gemtext.h"
#include "text/unicode.h"

#define FORMS_MARKS_MAX 8

static const char *const forms_own[] = {
	"",
	">",
	"> *",
	"───────────────",
	"Links in this comment:",
	/* headings */
	"### *, today",
	"### *, yesterday",
	"### *, 9 days ago",
	"### *, 9-9-9",
	"### *, * (edited * later)",
	"### A comment, deleted by its author",
	"### A comment, removed by a moderator",
	"### A comment, hidden by a moderator",
	"### A comment, waiting for a moderator",
	"Until a moderator has approved this, only its author and moderators see it.",
	"A moderator has hidden this; only its author and moderators see it.",
	"## Comments",
	"## Comments (9)",
	"## Passed on by",
	"## For moderators",
	"# Comments on \"*\" (9)",
	"# The latest comments",
	"# Passed on from * to you",
	"# Passed on from * by you",
	"# Your comment",
	"# How \"*\" was passed on",
	"# *", /* of a person's page */
	/* sentences */
	"No comments yet. Yours could be the first.",
	"No comments yet.",
	"There are no later comments yet.",
	"There are no earlier ones.",
	"Nobody has passed it on later than that yet.",
	"Nobody has passed it on yet.",
	"Thank you. Your comment is stored, and everyone can read it.",
	"Here since 9-9-9. No comments yet.",
	"Here since 9-9-9. One comment.",
	"Here since 9-9-9. 9 comments.",
	"The longest chain is 9 comments long.",
	"The post that it was left on is no longer here.",
	"You will be asked *.",
	"You need an identity (a client certificate). Your client makes one in a moment; no "
	"e-mail, "
	"no password.",
	/* links: each leads to a place of ours */
	"=> /comments/9 Open it: passed on once",
	"=> /comments/9 Open it: passed on 9 times",
	"=> /comments/9 Open it: not passed on yet",
	"=> /comments/9 The rest of this comment",
	"=> /comments/9 Its end, and the chain above it",
	"=> /comments/9 9 more comments stand above these",
	"=> /comments/9 9 more comment stands above these",
	"=> /comments/9 First page",
	"=> /comments/9?after=9 Next page",
	"=> /comments/people/9 More by *",
	"=> /comments/people/9?before=9 Older ones",
	"=> /comments/people/9 The latest ones",
	"=> /comments/recent?before=9 Older comments",
	"=> /comments/recent The latest comments of everybody",
	"=> /comments/feed.gmi Follow all comments",
	"=> /comments/atom.xml Follow them as Atom",
	"=> /comments/help How that works",
	"=> /comments/ Your page",
	"=> /comments/ Your own page, or log in or register",
	"=> /comments/ 9 * for a moderator",
	"=> /comments/moderation/ To moderate: 9 held *, 9 report*",
	"=> /comments/moderation/~ *",
	"=> /search Search posts and comments",
	"=> / Home page",
	"=> /posts/~.gmi *",
	"=> /comments/on/posts/~/ All comments on this post",
	"=> /comments/on/posts/~/ Read all 9 comments",
	"=> /comments/on/posts/~/ The comments on their own page",
	"=> /comments/on/posts/~/ First page",
	"=> /comments/on/posts/~/?after=9 Next page",
	"=> /comments/on/posts/~/spread Who passed it on to whom",
	"=> /comments/on/posts/~/spread First part",
	"=> /comments/on/posts/~/spread?after=9 Next part",
	"=> /comments/on/posts/~/feed.gmi Follow these comments",
	"=> /comments/on/posts/~/atom.xml Follow them as Atom",
	"=> /comments/on/posts/~/new/~ Leave a comment (as *)",
	"=> titan://here.example/comments/on/posts/~/new Or write a longer one (with a client that "
	"knows Titan)",
	"=> /comments/?on/posts/~/new Log in or register to leave a comment",
	"=> /comments/9/reply Pass it on",
	"=> /comments/9/reply/~ Pass it on",
	"=> titan://here.example/comments/9/reply Or write a longer one (with a client that knows "
	"Titan)",
	"=> /comments/9/report Report it to the moderators",
	"=> /comments/9/report/~ Report it to the moderators",
	"=> /comments/9/edit/~ Change it",
	"=> titan://here.example/comments/9/edit;edit Or change the text as it is (with a client "
	"that knows Titan)",
	"=> /comments/9/delete/~ Delete it",
};

/* Inside the picture. */
static const char *const forms_drawn[] = {"● *", "│  *", "   *", "├─ *", "└─ *"};

#define FORMS_PICTURE                                                                              \
	"``` Picture: who passed it on to whom. Each name hangs below the one that it passes on."

static inline bool form_fits(const char *form, struct span line)
{
	for (; *form != '*' && *form != '~'; form++) {
		if (*form == '\0')
			return line.len == 0;
		if (*form == '9') {
			size_t digits = 0;
			while (digits < line.len && line.ptr[digits] >= '0' &&
				line.ptr[digits] <= '9')
				digits++;
			if (digits == 0)
				return false;
			line = span_skip(line, digits);
			continue;
		}
		if (line.len == 0 || line.ptr[0] != *form)
			return false;
		line = span_skip(line, 1);
	}
	for (;; line = span_skip(line, 1)) {
		if (form_fits(form + 1, line))
			return true;
		if (line.len == 0 || (*form == '~' && (line.ptr[0] <= ' ' || line.ptr[0] > '~')))
			return false;
	}
}

static inline bool form_is_among(const char *const *forms, size_t count, struct span line)
{
	for (size_t i = 0; i < count; i++)
		if (form_fits(forms[i], line))
			return true;
	return false;
}

/* A link of a comment's is its own label, and never hides that it leads elsewhere. */
static inline bool form_is_bare_link(struct span line)
{
	struct span url, label;
	return gemtext_read_link(line, &url, &label) && span_equal(url, label) &&
	       url.ptr[0] != '/' && memchr(url.ptr, ':', url.len) != NULL;
}

/* What may stand on any line: nothing that acts without being seen, no towers of marks. */
static inline bool form_is_clean(struct span line)
{
	uint32_t code_point;
	size_t marks = 0;
	while (unicode_next(&line, &code_point)) {
		if (unicode_is_invisible_control(code_point) && !unicode_is_joiner(code_point))
			return false;
		marks = unicode_is_mark(code_point)     ? marks + 1
			: unicode_is_joiner(code_point) ? marks
							: 0;
		if (marks > FORMS_MARKS_MAX)
			return false;
	}
	return true;
}

/* The first line of a page that is not the server's own; false where all are. `more` are forms
 * beside these. */
static inline bool form_find_foreign(
	struct span page, const char *const *more, size_t more_count, struct span *foreign)
{
	bool drawn = false;
	*foreign = page;
	if (!unicode_is_valid(page) || !span_ends_with(page, SPAN_LIT("\n")))
		return true;
	/* Not span_next_line: a CR at its end is part of a line here. */
	while (span_cut(page, '\n', foreign, &page)) {
		bool fence = gemtext_is_fence(*foreign);
		if (!form_is_clean(*foreign))
			return true;
		if (fence && span_equal(*foreign, span_of(drawn ? "```" : FORMS_PICTURE)))
			drawn = !drawn;
		else if (fence)
			return true;
		else if (drawn) {
			if (!form_is_among(forms_drawn, sizeof forms_drawn / sizeof forms_drawn[0],
				    *foreign))
				return true;
		} else if (!form_is_bare_link(*foreign) &&
			   !form_is_among(
				   forms_own, sizeof forms_own / sizeof forms_own[0], *foreign) &&
			   !form_is_among(more, more_count, *foreign)) {
			return true;
		}
	}
	return drawn;
}

#endif
