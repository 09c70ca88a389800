/*
 * The latest comments as feeds: of the capsule, of a post, and answers to one person. Each as a
 * page that clients follow (subscription companion) and as Atom.
 */
#include "proto/atom.h"

#include <inttypes.h>

#include "base/clock.h"
#include "comments/pages.h"
#include "comments/show.h"
#include "page/url.h"
#include "proto/gemtext.h"
#include "text/unicode.h"

#define FEED_MAX 30

/* What both forms are made of. */
struct feed {
	struct span title;  /* may hold what a reader or the author typed */
	const char *beside; /* the path of the same as Atom */
	struct span page;   /* the path of what it is a feed of */
	int64_t began;      /* while there is no comment */
	bool of_one_post;
	struct store_comments comments;
};

/* "Comment by Rosa on "Kindness Spreads": "The bus driver ..."": a word of ours comes first, since
 * a title that begins with a digit is none to a client. */
static void write_title(struct buf *buf, struct visit *visit, const struct feed *feed,
	const struct store_comment *comment)
{
	struct post post;
	buf_text(buf, "Comment by ");
	show_name(buf, comment->author);
	if (!feed->of_one_post && visit_find_post(visit, comment->slug, &post)) {
		buf_text(buf, " on ");
		show_title(buf, &post);
	}
	buf_text(buf, ": ");
	show_excerpt(buf, comment);
}

/* Nothing on it changes but by comments: clients follow such a page by its bytes. */
static void answer_page(struct visit *visit, const struct feed *feed)
{
	struct buf page;
	visit_page_begin(visit, &page);
	buf_text(&page, "# ");
	gemtext_inline(&page, feed->title, 0);
	buf_printf(&page, "\n## %s\n\n=> ", visit->comments->capsule->host);
	uri_append_path(&page, feed->page);
	buf_text(&page, " Where they stand\n");
	buf_text(&page, "=> ");
	uri_append_path(&page, span_of(feed->beside));
	buf_text(&page, " The same as Atom\n");
	buf_text(&page, feed->comments.count == 0 ? "\nNo comments yet.\n" : "\n");
	for (size_t i = 0; i < feed->comments.count; i++) {
		const struct store_comment *comment = &feed->comments.items[i];
		char date[CLOCK_DATE_SIZE];
		clock_format_date(comment->written, date);
		buf_printf(&page, "=> /comments/%" PRId64 " %s - ", comment->id, date);
		write_title(&page, visit, feed, comment);
		buf_byte(&page, '\n');
	}
	visit_page_end(visit, &page);
}

/* Made in the request's arena; where that is full, so is the feed's buffer. */
static struct span url_of(struct buf *atom, struct visit *visit, struct span path)
{
	struct buf url;
	buf_init(&url, visit->request->arena, COMMENTS_PAGE_BYTES);
	url_write(&url, visit->request, path);
	atom->failed |= buf_failed(&url);
	return buf_view(&url);
}

static int64_t updated(const struct store_comment *comment)
{
	return comment->edited > comment->written ? comment->edited : comment->written;
}

/* As much of it as stands on pages among others: thirty long ones, with an entity for each
 * character, would be more than a feed may hold, and whoever wrote them would have ended it for
 * everybody. */
static struct span text_of(struct buf *atom, const struct store_comment *comment)
{
	struct span rest = comment->text;
	uint32_t code_point;
	for (size_t count = 0; count < SHOW_LISTED_MAX && rest.len > 0; count++)
		(void)unicode_next(&rest, &code_point);
	if (rest.len == 0)
		return comment->text;
	struct span shown = span_take(comment->text, comment->text.len - rest.len);
	const char *text = arena_printf(atom->arena, "%.*s\xe2\x80\xa6", SPAN_ARG(shown));
	atom->failed |= text == NULL;
	return span_of(text);
}

static void write_entry(struct buf *atom, struct visit *visit, const struct feed *feed,
	const struct store_comment *comment)
{
	struct arena *arena = visit->request->arena;
	struct buf title, author;
	buf_init(&title, arena, COMMENTS_PAGE_BYTES);
	write_title(&title, visit, feed, comment);
	buf_init(&author, arena, COMMENTS_PAGE_BYTES);
	show_name(&author, comment->author);
	const char *path = arena_printf(arena, "/comments/%" PRId64, comment->id);
	atom->failed |= buf_failed(&title) || buf_failed(&author) || path == NULL;
	atom_entry(atom, &(struct atom_entry){.title = buf_view(&title),
				 .id = url_of(atom, visit, span_of(path)),
				 .author = buf_view(&author),
				 .published = comment->written,
				 .updated = updated(comment),
				 .text = text_of(atom, comment)});
}

static void answer_atom(struct visit *visit, const struct feed *feed)
{
	struct buf atom;
	int64_t latest = feed->began;
	visit_page_begin(visit, &atom);
	for (size_t i = 0; i < feed->comments.count; i++) {
		int64_t time = updated(&feed->comments.items[i]);
		latest = time > latest ? time : latest;
	}
	atom_begin(&atom, &(struct atom_feed){.title = feed->title,
				  .id = url_of(&atom, visit, visit->request->uri.path),
				  .page = url_of(&atom, visit, feed->page),
				  .updated = latest});
	for (size_t i = 0; i < feed->comments.count; i++)
		write_entry(&atom, visit, feed, &feed->comments.items[i]);
	atom_end(&atom);
	if (buf_failed(&atom))
		reply_status(visit->request, visit->reply, STATUS_TEMPORARY_FAILURE,
			"This feed did not fit into memory. Try again in a minute");
	else
		reply_bytes(visit->reply, ATOM_TYPE, buf_view(&atom));
}

typedef void answer_as(struct visit *visit, const struct feed *feed);

static void answer_recent(struct visit *visit, answer_as *answer)
{
	struct feed feed = {.title = SPAN_LIT("The latest comments"),
		.beside = "/comments/atom.xml",
		.page = SPAN_LIT("/comments/recent")};
	enum store_result result = store_recent(visit->comments->store, visit_host(visit), 0,
		FEED_MAX, visit->request->arena, &feed.comments);
	if (result == STORE_OK)
		answer(visit, &feed);
	else
		visit_failed(visit, result);
}

void feed_recent(struct visit *visit)
{
	answer_recent(visit, answer_page);
}

void feed_recent_atom(struct visit *visit)
{
	answer_recent(visit, answer_atom);
}

static void answer_thread(struct visit *visit, answer_as *answer)
{
	struct arena *arena = visit->request->arena;
	struct post post;
	if (!visit_find_post(visit, visit->path.slug, &post)) {
		visit_not_found(visit);
		return;
	}
	const char *front = arena_printf(arena, "/comments/on/%.*s/", SPAN_ARG(post.slug));
	const char *title = arena_printf(arena, "Comments on \"%.*s\"", SPAN_ARG(post.title));
	const char *beside = front == NULL ? NULL : arena_printf(arena, "%satom.xml", front);
	struct feed feed = {.title = span_of(title),
		.beside = beside,
		.page = span_of(front),
		.began = post.published,
		.of_one_post = true};
	enum store_result result = store_thread_latest(visit->comments->store, visit_host(visit),
		post.slug, FEED_MAX, arena, &feed.comments);
	if (result == STORE_OK && title != NULL && beside != NULL)
		answer(visit, &feed);
	else
		visit_failed(visit, result == STORE_OK ? STORE_RESTING : result);
}

void feed_thread(struct visit *visit)
{
	answer_thread(visit, answer_page);
}

void feed_thread_atom(struct visit *visit)
{
	answer_thread(visit, answer_atom);
}

/* SECRET.gmi or SECRET.xml. What is wrong with another address is nobody's business. */
static bool read_secret(struct visit *visit, struct span *secret, answer_as **answer)
{
	struct span word = visit->path.word, gemtext = SPAN_LIT(".gmi"), atom = SPAN_LIT(".xml");
	if (span_ends_with(word, gemtext))
		*answer = answer_page;
	else if (span_ends_with(word, atom))
		*answer = answer_atom;
	else
		return false;
	*secret = span_take(word, word.len - gemtext.len);
	return secret->len > 0;
}

void feed_answers(struct visit *visit)
{
	struct store *store = visit->comments->store;
	struct arena *arena = visit->request->arena;
	struct store_person person = {.id = 0};
	struct span secret;
	answer_as *answer;
	struct feed feed = {.page = SPAN_LIT("/comments/")};
	if (!read_secret(visit, &secret, &answer)) {
		visit_not_found(visit);
		return;
	}
	enum store_result result =
		store_person_by_feed(store, visit_host(visit), secret, arena, &person);
	if (result == STORE_OK)
		result = store_answers_to(store, person.id, 0, 0, FEED_MAX, arena, &feed.comments);
	const char *title = arena_printf(arena, "Answers to %.*s", SPAN_ARG(person.name));
	feed.beside = arena_printf(arena, "/comments/answers/%.*s.xml", SPAN_ARG(secret));
	if (result == STORE_OK && title != NULL && feed.beside != NULL) {
		feed.title = span_of(title);
		feed.began = person.registered;
		answer(visit, &feed);
	} else {
		visit_failed(visit, result == STORE_OK ? STORE_RESTING : result);
	}
}
