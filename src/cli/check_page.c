/*
 * kindling check: one text of a capsule, and where its links lead.
 */
#include "cli/check.h"

#include <string.h>

#include "os/fd.h"
#include "proto/gemtext.h"
#include "proto/review.h"
#include "proto/uri.h"
#include "site/names.h"

const char *check_place(const struct check_page *page, size_t line)
{
	const char *root = page->capsule->conf->root;
	const char *place = line > 0
				    ? arena_printf(page->arena, "%s/%s:%zu", root, page->path, line)
				    : arena_printf(page->arena, "%s/%s", root, page->path);

	return place != NULL ? place : page->path;
}

/* ---- its encoding */

static void check_gemtext(struct check_page *page, const struct review *review)
{
	struct check *check = page->capsule->check;

	if (review->mark)
		check_error(check, check_place(page, 1),
			"the page begins with a byte-order mark, which hides from clients what its "
			"first line is: save it without");
	if (review->not_utf8 > 0)
		check_error(check, check_place(page, review->not_utf8),
			"this is not UTF-8, so the page is not served as gemtext: save it as "
			"UTF-8");
	if (review->lone_return > 0)
		check_error(check, check_place(page, review->lone_return),
			"a line ends in the middle, with CR alone: save the page with LF");
	if (review->bare_arrow > 0)
		check_warning(check, check_place(page, review->bare_arrow),
			"no URL follows the =>, so it is no link");
	if (review->unclosed > 0 && page->whole)
		check_warning(check, check_place(page, review->unclosed),
			"the preformatted text that begins here goes on to the end of the page");
}

static void check_encoding(struct check_page *page)
{
	struct check *check = page->capsule->check;
	struct review review;

	review_text(page->text, page->gemtext, &review);
	if (review.control > 0)
		check_warning(check, check_place(page, review.control),
			"there is a control character, U+%04X, which clients leave out or obey",
			review.control_code);
	if (page->gemtext) {
		check_gemtext(page, &review);
		return;
	}
	if (review.not_utf8 > 0)
		check_warning(check, check_place(page, review.not_utf8),
			"this is not UTF-8: clients are told an encoding that is a guess");
	else if (review.lone_return > 0)
		check_warning(check, check_place(page, review.lone_return),
			"a line ends in the middle, with CR alone");
}

/* ---- its links */

bool check_is_ours(const struct conf_capsule *capsule, struct span path)
{
	return capsule->comments && (span_equal(path, SPAN_LIT("/comments")) ||
					    span_starts_with(path, SPAN_LIT("/comments/")) ||
					    span_equal(path, SPAN_LIT("/search")));
}

/* Where it answers what the capsule does not have. */
static bool is_ours_otherwise(const struct conf_capsule *capsule, struct span path)
{
	return span_equal(path, SPAN_LIT("/atom.xml")) ||
	       (capsule->comments && span_equal(path, SPAN_LIT("/robots.txt")));
}

static enum beneath_result look(const struct check_capsule *capsule, const char *path)
{
	struct stat info;
	int fd = -1;
	enum beneath_result result =
		path != NULL ? beneath_open(&capsule->root, path, &fd, &info) : BENEATH_EXHAUSTED;

	fd_close(&fd);
	return result;
}

/* `path` is a folder beneath the root. */
static bool has_index(const struct check_capsule *capsule, const char *path, struct arena *arena)
{
	const char *between = path[0] != '\0' ? "/" : "";

	return look(capsule, arena_printf(arena, "%s%sindex.gmi", path, between)) == BENEATH_FILE ||
	       look(capsule, arena_printf(arena, "%s%sindex.gemini", path, between)) ==
		       BENEATH_FILE;
}

bool check_is_served(
	struct check_capsule *capsule, struct span path, struct arena *arena, const char **why)
{
	bool as_folder = span_ends_with(path, SPAN_LIT("/"));

	if (check_is_ours(capsule->conf, path) || is_ours_otherwise(capsule->conf, path))
		return true;
	*why = "a name that begins with a dot is never served";
	if (names_hold_hidden(path))
		return false;
	path = span_skip(path, 1);
	path = span_take(path, path.len - (as_folder && path.len > 0));

	const char *beneath = arena_copy(arena, path);

	switch (look(capsule, beneath)) {
	case BENEATH_FILE:
		*why = "that is a file: leave out the slash at the end";
		return !as_folder;
	case BENEATH_DIRECTORY:
		*why = "that folder has no index.gmi, and listing is off";
		return capsule->conf->listing || has_index(capsule, beneath, arena);
	case BENEATH_MISSING:
		*why = "nothing that can be served is there";
		return false;
	case BENEATH_EXHAUSTED:
		break;
	}
	*why = "no descriptor or memory is left to look there";
	return false;
}

/* Links to other capsules are not followed. */
static bool is_elsewhere(const struct check_capsule *capsule, const struct uri *uri)
{
	return uri->scheme != URI_GEMINI || uri->port != URI_DEFAULT_PORT ||
	       (uri->host.len > 0 &&
		       conf_find_capsule(capsule->check->conf, uri->host) != capsule->index);
}

static void check_link(struct check_page *page, struct span url, size_t line)
{
	struct check_capsule *capsule = page->capsule;
	const char *base = arena_printf(page->arena, "/%s", page->path);
	const char *why = "no memory is left to look at it";
	struct uri uri;

	if (base != NULL) {
		why = uri_resolve(url, span_of(base), page->arena, &uri);
		if (why == NULL && (is_elsewhere(capsule, &uri) ||
					   check_is_served(capsule, uri.path, page->arena, &why)))
			return;
	}
	check_error(capsule->check, check_place(page, line), "the link to %.*s is dead: %s",
		SPAN_ARG(span_take(url, 200)), why);
}

void check_page(struct check_page *page)
{
	struct span rest = page->text, line, url, label;
	bool preformatted = false;

	check_encoding(page);
	for (size_t number = 1; page->gemtext && span_next_line(&rest, &line); number++) {
		if (gemtext_is_fence(line))
			preformatted = !preformatted;
		else if (!preformatted && gemtext_read_link(line, &url, &label))
			check_link(page, url, number);
	}
}
