/*
 * Where a reader was going before logging in: whether that is still there, and in words.
 */
#include "comments/account.h"
#include "comments/show.h"
#include "store/comments.h"

void destination_find(
	struct visit *visit, const struct comments_way *way, struct destination *destination)
{
	*destination = (struct destination){.way = {.id = 0}};
	bool found = way->id != 0 ? store_comment_by_id(visit->comments->store, visit_host(visit),
					    way->id, visit->request->arena,
					    &destination->comment) == STORE_OK &&
					    destination->comment.state == STORE_SHOWN
				  : visit_find_post(visit, way->slug, &destination->post);
	if (found)
		destination->way = *way;
}

void destination_describe(struct buf *page, const struct destination *destination)
{
	if (destination->way.id != 0) {
		buf_text(page, "pass on the comment by ");
		show_name(page, destination->comment.author);
	} else {
		buf_text(page, "leave a comment on ");
		show_title(page, &destination->post);
	}
}
