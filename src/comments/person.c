/*
 * A person's page: their name, since when they are here, and what they wrote for everybody.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "comments/orders.h"
#include "comments/pages.h"
#include "comments/show.h"

/* That they are banned at all, moderators alone can see. */
static void write_moderator_links(
	struct buf *page, struct visit *visit, const struct store_person *person)
{
	if (!visit_is_moderator(visit) || person->id == visit->person.id)
		return;
	buf_text(page, "\n## For moderators\n");
	if (person->standing == STORE_BANNED)
		buf_text(page, "This person is banned: they can read, and nothing else.\n");
	orders_on_person(page, visit, person);
}

static void write_comments(
	struct buf *page, struct visit *visit, const struct store_comments *comments)
{
	for (size_t i = 0; i < comments->count; i++) {
		const struct store_comment *comment = &comments->items[i];
		struct post post;
		show_comment(page, visit->request, comment, SHOW_LISTED, false);
		show_permanent_link(page, comment);
		if (visit_find_post(visit, comment->slug, &post))
			show_post_link(page, &post);
	}
}

static void write_person(struct buf *page, struct visit *visit, const struct store_person *person,
	const struct store_comments *comments, int64_t before)
{
	char date[CLOCK_DATE_SIZE];
	clock_format_date(person->registered, date);
	buf_text(page, "# ");
	show_name(page, person->name);
	buf_printf(page, "\n\nHere since %s. ", date);
	if (person->comments == 0)
		buf_text(page, "No comments yet.\n");
	else if (person->comments == 1)
		buf_text(page, "One comment.\n");
	else
		buf_printf(page, "%" PRIu64 " comments.\n", person->comments);
	if (comments->count == 0 && before > 0)
		buf_text(page, "There are no earlier ones.\n");
	write_comments(page, visit, comments);
	buf_byte(page, '\n');
	if (comments->more)
		buf_printf(page, "=> /comments/people/%" PRId64 "?before=%" PRId64 " Older ones\n",
			person->id, comments->items[comments->count - 1].id);
	if (before > 0)
		buf_printf(page, "=> /comments/people/%" PRId64 " The latest ones\n", person->id);
	buf_text(page, "=> /comments/recent The latest comments of everybody\n"
		       "=> / Home page\n");
	write_moderator_links(page, visit, person);
}

void person_page(struct visit *visit)
{
	struct store *store = visit->comments->store;
	struct arena *arena = visit->request->arena;
	struct store_person person;
	struct store_comments comments;
	int64_t before;
	if (!visit_cursor(visit, "before", &before))
		return;
	enum store_result result =
		store_person_by_id(store, visit_host(visit), visit->path.id, arena, &person);
	if (result == STORE_OK && person.standing == STORE_LEFT)
		result = STORE_GONE;
	if (result == STORE_OK)
		result = store_comments_of(store, visit_host(visit), person.id, before,
			COMMENTS_PER_PAGE, arena, &comments);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	if (visit_is_moderator(visit))
		orders_raise_owner(visit, &person);
	struct buf page;
	visit_page_begin(visit, &page);
	write_person(&page, visit, &person, &comments, before);
	visit_page_end(visit, &page);
}
