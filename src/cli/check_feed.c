/*
 * kindling check: the feed page, and what clients that follow it do not see (subscription
 * companion).
 */
#include "cli/check.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "proto/feed.h"
#include "proto/gemtext.h"
#include "proto/uri.h"
#include "site/posts.h"

#define ENTRIES_MAX    10000       /* as many as the server takes for posts */
#define FARTHEST_AHEAD (14 * 3600) /* of UTC, in seconds: there it is tomorrow already */

struct entry {
	struct span path; /* or the whole URL, of what is elsewhere */
	size_t line;
};

struct feed {
	struct check_page *page;
	char today[CLOCK_DATE_SIZE];
	struct span last; /* the date of the entry above */
	struct entry *entries;
	size_t count;
	bool unsorted;
};

/* What an author meant for an entry, and no client takes for one. */
static void check_label(struct feed *feed, enum feed_label kind, size_t line)
{
	struct check *check = feed->page->capsule->check;
	const char *place = check_place(feed->page, line);

	switch (kind) {
	case FEED_NO_DAY:
		check_error(check, place,
			"no client takes this for an entry: a date is a day of the calendar, "
			"written like 2026-01-31");
		break;
	case FEED_NO_GAP:
		check_error(check, place,
			"no client takes this for an entry: a blank has to follow the date");
		break;
	case FEED_NO_TITLE:
		check_error(check, place,
			"no client takes this for an entry: a title has to follow the date");
		break;
	case FEED_DIGIT_TITLE:
		check_error(check, place,
			"some clients do not take this for an entry, nor does the server: begin "
			"the title with something else than a digit");
		break;
	case FEED_DATE_LATE:
		check_warning(check, place,
			"this is no entry: the date of one comes first, before its title");
		break;
	case FEED_ENTRY:
	case FEED_UNDATED:
		break;
	}
}

static void check_date(struct feed *feed, struct span date, size_t line)
{
	struct check *check = feed->page->capsule->check;

	if (memcmp(date.ptr, feed->today, date.len) > 0)
		check_warning(check, check_place(feed->page, line),
			"%.*s is yet to come: clients may not show this entry until then",
			SPAN_ARG(date));
	if (feed->last.len > 0 && memcmp(date.ptr, feed->last.ptr, date.len) > 0 &&
		!feed->unsorted) {
		feed->unsorted = true;
		check_warning(check, check_place(feed->page, line),
			"this entry is newer than the one above it: the newest stands first");
	}
	feed->last = date;
}

static void take_entry(struct feed *feed, const struct feed_entry *entry, size_t line)
{
	struct check_page *page = feed->page;
	struct check_capsule *capsule = page->capsule;
	struct span base = span_of(capsule->conf->feed), path = entry->url, slug;

	check_date(feed, entry->date, line);
	if (feed->count == ENTRIES_MAX) {
		check_warning(capsule->check, check_place(page, line),
			"this entry, and what follows it, is one too many: the first %d are posts",
			ENTRIES_MAX);
	} else if (feed->count < ENTRIES_MAX) {
		if (uri_resolve_local(
			    entry->url, span_of(capsule->conf->host), base, page->arena, &path))
			capsule->posts += posts_slug_of(path, &slug);
		feed->entries[feed->count] = (struct entry){path, line};
	}
	feed->count++;
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	size_t least = a->path.len < b->path.len ? a->path.len : b->path.len;
	int order = memcmp(a->path.ptr, b->path.ptr, least);

	if (order == 0)
		order = (a->path.len > b->path.len) - (a->path.len < b->path.len);
	return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/* Clients tell entries by their URL: of two with one URL they show one. */
static void check_twins(struct feed *feed)
{
	struct check *check = feed->page->capsule->check;
	size_t count = feed->count < ENTRIES_MAX ? feed->count : ENTRIES_MAX;

	qsort(feed->entries, count, sizeof(*feed->entries), compare_entries);
	for (size_t i = 1; i < count; i++) {
		const struct entry *entry = &feed->entries[i], *before = entry - 1;

		if (!span_equal(entry->path, before->path))
			continue;
		feed->page->capsule->posts -= posts_slug_of(entry->path, &(struct span){0});
		check_warning(check, check_place(feed->page, entry->line),
			"this entry has the URL of the one on line %zu: clients show one of them",
			before->line);
	}
}

static void check_lines(struct feed *feed)
{
	struct span rest = feed->page->text, line, label;
	bool preformatted = false;

	for (size_t number = 1; span_next_line(&rest, &line); number++) {
		struct feed_entry entry;

		if (gemtext_is_fence(line))
			preformatted = !preformatted;
		if (preformatted || !gemtext_read_link(line, &entry.url, &label))
			continue;

		enum feed_label kind = feed_read_label(label, &entry);

		if (kind == FEED_ENTRY)
			take_entry(feed, &entry, number);
		else
			check_label(feed, kind, number);
	}
}

void check_feed_page(struct check_page *page)
{
	struct check_capsule *capsule = page->capsule;
	struct feed feed = {.page = page,
		.entries = arena_alloc(page->arena, ENTRIES_MAX * sizeof(struct entry))};

	if (feed.entries == NULL || !page->whole) {
		check_error(capsule->check, check_place(page, 0),
			"the feed page is larger than %d bytes: move the older entries to another "
			"page",
			POSTS_PAGE_MAX);
		return;
	}
	clock_format_date(clock_wall_seconds() + FARTHEST_AHEAD, feed.today);
	check_lines(&feed);
	check_twins(&feed);
	if (feed_title(page->text).len == 0)
		check_warning(capsule->check, check_place(page, 0),
			"the feed page has no title: begin it with a line like # My capsule");
	if (capsule->posts == 0 && capsule->conf->comments)
		check_error(capsule->check, check_place(page, 0),
			"the feed page has no dated link to a .gmi page of this capsule, so there "
			"is no post to comment on: add a line like => /post.gmi 2026-01-31 - "
			"Title");
}
