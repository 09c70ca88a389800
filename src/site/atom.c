/*
 * The posts as an Atom feed: what the feed page says of each, and nothing of its text.
 */
#include "site/atom.h"

#include "page/url.h"
#include "proto/atom.h"

#define FEED_BYTES_MAX (4 << 20)

/* A URL that was cut would lead elsewhere: then there is no feed. */
static struct span url_of(struct buf *feed, struct request *request, struct span path)
{
	struct buf url;
	buf_init(&url, request->arena, FEED_BYTES_MAX);
	url_write(&url, request, path);
	feed->failed |= buf_failed(&url);
	return buf_view(&url);
}

void atom_answer(struct posts *posts, struct request *request, struct reply *reply)
{
	struct post *items;
	size_t count;
	struct span title;
	struct buf feed;
	buf_init(&feed, request->arena, FEED_BYTES_MAX);
	bool done = posts_newest(posts, ATOM_POSTS_MAX, request->arena, &items, &count, &title);
	if (title.len == 0)
		title = span_of(request->capsule->host);
	/* A capsule names no author. Its title stands for them, as each entry needs one. */
	atom_begin(&feed, &(struct atom_feed){.title = title,
				  .id = url_of(&feed, request, SPAN_LIT("/atom.xml")),
				  .page = url_of(&feed, request, span_of(request->capsule->feed)),
				  .author = title,
				  .updated = done && count > 0 ? items[0].published : 0});
	for (size_t i = 0; done && i < count; i++)
		atom_entry(&feed, &(struct atom_entry){.title = items[i].title,
					  .id = url_of(&feed, request, items[i].path),
					  .published = items[i].published,
					  .updated = items[i].published});
	atom_end(&feed);
	if (done && !buf_failed(&feed))
		reply_bytes(reply, ATOM_TYPE, buf_view(&feed));
	else
		reply_status(request, reply, STATUS_TEMPORARY_FAILURE,
			"This feed did not fit into memory. Try again in a minute");
}
