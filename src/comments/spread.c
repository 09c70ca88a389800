/*
 * Who passed it on to whom, as one picture of lines and names.
 *
 * Every line of the picture begins with a line drawn here, so that no name can end the block. It is
 * at most some 80 columns wide: what hangs deeper than LEVELS_MAX is drawn there, and says how deep
 * it hangs.
 */
#include <inttypes.h>

#include "comments/pages.h"
#include "comments/show.h"
#include "proto/gemtext.h"

#define PART_MAX   400 /* comments */
#define LEVELS_MAX 10
#define NAME_SHOWN 32 /* code points */

static unsigned level_of(const struct store_comment *comment)
{
	return comment->depth < LEVELS_MAX ? comment->depth : LEVELS_MAX;
}

/* For each comment the levels, as bits, on which a line goes on below it. What is only known from
 * the next part is no line here, but for the one comment that `tree` holds more than are drawn. */
static void find_lines(const struct store_comments *tree, uint32_t *lines)
{
	uint32_t open = 0;
	for (size_t i = tree->count; i > 0; i--) {
		unsigned level = level_of(&tree->items[i - 1]);
		uint32_t above = (UINT32_C(2) << level) - 1; /* and on it */
		lines[i - 1] = open & above;
		open = (open & above) | UINT32_C(1) << level;
	}
}

static void draw_comment(struct buf *page, const struct store_comment *comment, uint32_t lines)
{
	unsigned level = level_of(comment);
	for (unsigned i = 0; i < level; i++)
		buf_text(page, lines >> i & 1 ? "│  " : "   ");
	buf_text(page, lines >> level & 1 ? "├─ " : "└─ ");
	if (comment->depth > LEVELS_MAX)
		buf_printf(page, "%u deep: ", comment->depth + 1);
	if (comment->state != STORE_SHOWN)
		buf_text(page, "somebody");
	else if (comment->author.len > 0)
		gemtext_inline(page, comment->author, NAME_SHOWN);
	else
		show_name(page, comment->author);
	buf_byte(page, '\n');
}

static void draw(
	struct buf *page, const struct post *post, const struct store_comments *tree, size_t count)
{
	uint32_t *lines = arena_alloc(page->arena, (tree->count + 1) * sizeof *lines);
	if (lines == NULL) {
		page->failed = true;
		return;
	}
	find_lines(tree, lines);
	buf_text(page, "\n" GEMTEXT_FENCE " Picture: who passed it on to whom. Each name hangs "
		       "below the one that it passes on.\n● ");
	gemtext_inline(page, post->title, COMMENTS_TITLE_MAX);
	buf_byte(page, '\n');
	for (size_t i = 0; i < count; i++)
		draw_comment(page, &tree->items[i], lines[i]);
	buf_text(page, GEMTEXT_FENCE "\n");
}

static void write_spread(struct buf *page, struct visit *visit, const struct post *post,
	const struct store_comments *tree, int64_t after)
{
	int64_t deepest;
	unsigned depth;
	size_t count = tree->count < PART_MAX ? tree->count : PART_MAX;
	buf_text(page, "# How ");
	show_title(page, post);
	buf_text(page, " was passed on\n\n");
	show_post_link(page, post);
	comments_write_on(page, "=> /comments/", post->slug, "/ All comments on this post\n");
	if (store_thread_deepest(visit->comments->store, visit_host(visit), post->slug, &deepest,
		    &depth) == STORE_OK &&
		depth > 0)
		buf_printf(page,
			"The longest chain is %u comments long.\n"
			"=> /comments/%" PRId64 " Its end, and the chain above it\n",
			depth + 1, deepest);
	if (count > 0)
		draw(page, post, tree, count);
	else
		buf_text(page, after > 0 ? "\nNobody has passed it on later than that yet.\n"
					 : "\nNobody has passed it on yet.\n");
	buf_byte(page, '\n');
	if (tree->count > count || tree->more) {
		comments_write_on(page, "=> /comments/", post->slug, "/spread?after=");
		buf_printf(page, "%" PRId64 " Next part\n", tree->items[count - 1].id);
	}
	if (after > 0)
		comments_write_on(page, "=> /comments/", post->slug, "/spread First part\n");
}

void spread_page(struct visit *visit)
{
	struct post post;
	struct store_comments tree;
	int64_t after;
	if (!visit_find_place(visit, &post, &after))
		return;
	/* One more than is drawn, so that the last lines know whether they go on. */
	enum store_result result = store_thread_tree(visit->comments->store, visit_host(visit),
		post.slug, after, PART_MAX + 1, visit->request->arena, &tree);
	if (result != STORE_OK) {
		visit_failed(visit, result);
		return;
	}
	struct buf page;
	visit_page_begin(visit, &page);
	write_spread(&page, visit, &post, &tree, after);
	visit_page_end(visit, &page);
}
