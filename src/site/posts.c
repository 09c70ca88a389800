/*
 * Posts: a list sorted by slug, made anew and swapped in whole when the feed page has changed.
 */
#include "site/posts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "os/fd.h"
#include "proto/feed.h"
#include "site/bytes.h"
#include "site/names.h"

#define LOOK_EVERY_MS 1000
#define POSTS_MAX     10000
#define LIST_MAX      (16 << 20) /* the page, and for each link its path */

struct posts_list {
	struct arena arena;
	struct post *items;
	struct post **newest; /* the same, the newest first */
	size_t count;
	struct span title; /* of the page; empty for none */
};

bool posts_slug_of(struct span path, struct span *slug)
{
	if (!span_starts_with(path, SPAN_LIT("/")) || !span_ends_with(path, SPAN_LIT(".gmi")) ||
		names_hold_hidden(path))
		return false;
	*slug = span_take(span_skip(path, 1), path.len - strlen("/.gmi"));
	return true;
}

static int compare_slugs(struct span a, struct span b)
{
	size_t least = a.len < b.len ? a.len : b.len;
	int order = memcmp(a.ptr, b.ptr, least);
	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* Of two links to one file the one that stands first on the page counts; both their titles lie
 * in that page. */
static int compare(const void *left, const void *right)
{
	const struct post *a = left, *b = right;
	int order = compare_slugs(a->slug, b->slug);
	return order != 0 ? order : (a->title.ptr > b->title.ptr) - (a->title.ptr < b->title.ptr);
}

/* Of one day's posts that one is the newest which stands first on the page. */
static int compare_age(const void *left, const void *right)
{
	const struct post *a = *(struct post *const *)left, *b = *(struct post *const *)right;
	if (a->published != b->published)
		return a->published < b->published ? 1 : -1;
	return (a->title.ptr > b->title.ptr) - (a->title.ptr < b->title.ptr);
}

static void sort(struct posts_list *list)
{
	size_t kept = 0;
	qsort(list->items, list->count, sizeof *list->items, compare);
	for (size_t i = 0; i < list->count; i++) {
		if (i == 0 || !span_equal(list->items[i].slug, list->items[kept - 1].slug))
			list->items[kept++] = list->items[i];
	}
	list->count = kept;
}

/* The page; one that is too long ends with the last line that fits. */
static bool read_page(int fd, off_t size, struct arena *arena, struct span *page)
{
	if (!bytes_read(fd, size, POSTS_PAGE_MAX, arena, page))
		return false;
	while (size > POSTS_PAGE_MAX && page->len > 0 && page->ptr[page->len - 1] != '\n')
		page->len--;
	return true;
}

/* The first second of a day that is one of the calendar. */
static int64_t first_second(struct span date)
{
	uint64_t year = 0, month = 0, day = 0;
	(void)span_to_u64(span_take(date, 4), 9999, &year);
	(void)span_to_u64(span_take(span_skip(date, 5), 2), 12, &month);
	(void)span_to_u64(span_skip(date, 8), 31, &day);
	struct tm fields = {
		.tm_year = (int)year - 1900, .tm_mon = (int)month - 1, .tm_mday = (int)day};
	return (int64_t)timegm(&fields);
}

/* False: no memory left. */
static bool collect(struct posts_list *list, const struct conf_capsule *conf, struct span page)
{
	struct feed_entry entry;
	struct span host = span_of(conf->host), feed = span_of(conf->feed);
	bool preformatted = false;
	list->items = malloc(POSTS_MAX * sizeof *list->items);
	if (list->items == NULL)
		return false;
	while (feed_next_entry(&page, &preformatted, &entry)) {
		struct post post = {.title = entry.title, .published = first_second(entry.date)};
		if (!uri_resolve_local(entry.url, host, feed, &list->arena, &post.path) ||
			!posts_slug_of(post.path, &post.slug))
			continue;
		if (list->count == POSTS_MAX) {
			log_message(LOG_WARNING, "%s: only its first %d posts are known",
				conf->feed, POSTS_MAX);
			break;
		}
		list->items[list->count++] = post;
	}
	sort(list);
	struct post *exact = realloc(list->items, (list->count + 1) * sizeof *exact);
	if (exact != NULL)
		list->items = exact;
	list->newest = calloc(list->count + 1, sizeof(struct post *));
	if (list->newest == NULL)
		return false;
	for (size_t i = 0; i < list->count; i++)
		list->newest[i] = &list->items[i];
	qsort(list->newest, list->count, sizeof(struct post *), compare_age);
	return true;
}

static void free_list(struct posts_list *list)
{
	if (list == NULL)
		return;
	free(list->newest);
	free(list->items);
	arena_end(&list->arena);
	free(list);
}

static struct posts_list *read_list(const struct conf_capsule *conf, int fd, off_t size)
{
	struct span page;
	struct posts_list *list = calloc(1, sizeof *list);
	if (list == NULL)
		return NULL;
	arena_init(&list->arena, LIST_MAX);
	if (size > POSTS_PAGE_MAX)
		log_message(LOG_WARNING, "%s: only its first %d bytes are searched for posts",
			conf->feed, POSTS_PAGE_MAX);
	if (read_page(fd, size, &list->arena, &page) && collect(list, conf, page)) {
		list->title = feed_title(page);
		return list;
	}
	free_list(list);
	return NULL;
}

static void swap(struct posts *posts, struct posts_list *list, struct stamp stamp)
{
	pthread_mutex_lock(&posts->lock);
	struct posts_list *old = posts->list;
	posts->list = list;
	posts->stamp = stamp;
	pthread_mutex_unlock(&posts->lock);
	free_list(old);
}

/* Where the system has run dry the old list goes on until the next look. */
static void read_again(struct posts *posts, struct stamp known)
{
	int fd;
	struct stat info;
	enum beneath_result result = folder_open(posts->folder, posts->conf->feed + 1, &fd, &info);
	if (result == BENEATH_EXHAUSTED)
		return;
	if (result == BENEATH_FILE) {
		struct stamp stamp = stamp_of(&info);
		bool settled = stamp_is_settled(&stamp);
		if (!stamp_equal(&stamp, &known)) {
			struct posts_list *list = read_list(posts->conf, fd, info.st_size);
			if (list == NULL)
				log_message(LOG_WARNING, "%s cannot be read for its posts",
					posts->conf->feed);
			else
				swap(posts, list, settled ? stamp : (struct stamp){.size = 0});
		}
	} else {
		swap(posts, NULL, (struct stamp){.size = 0});
	}
	fd_close(&fd);
}

static void look_again(struct posts *posts)
{
	int64_t now = clock_monotonic_ms();
	pthread_mutex_lock(&posts->lock);
	bool due = now - posts->looked >= LOOK_EVERY_MS;
	struct stamp known = posts->stamp;
	if (due)
		posts->looked = now;
	pthread_mutex_unlock(&posts->lock);
	if (due)
		read_again(posts, known);
}

void posts_begin(struct posts *posts, const struct conf_capsule *conf, struct folder *folder)
{
	*posts = (struct posts){.conf = conf, .folder = folder, .looked = clock_monotonic_ms()};
	pthread_mutex_init(&posts->lock, NULL);
	read_again(posts, posts->stamp);
}

void posts_end(struct posts *posts)
{
	free_list(posts->list);
	pthread_mutex_destroy(&posts->lock);
}

static int compare_key(const void *key, const void *item)
{
	return compare_slugs(*(const struct span *)key, ((const struct post *)item)->slug);
}

static bool copy_span(struct span *span, struct arena *arena)
{
	span->ptr = arena_copy(arena, *span);
	return span->ptr != NULL;
}

static bool copy_post(struct post *post, const struct post *found, struct arena *arena)
{
	*post = *found;
	return copy_span(&post->slug, arena) && copy_span(&post->path, arena) &&
	       copy_span(&post->title, arena);
}

bool posts_find(struct posts *posts, struct span slug, struct arena *arena, struct post *post)
{
	bool found = false;
	look_again(posts);
	pthread_mutex_lock(&posts->lock);
	if (posts->list != NULL && slug.len > 0) {
		const struct posts_list *list = posts->list;
		const struct post *item =
			bsearch(&slug, list->items, list->count, sizeof *list->items, compare_key);
		found = item != NULL && copy_post(post, item, arena);
	}
	pthread_mutex_unlock(&posts->lock);
	return found;
}

bool posts_newest(struct posts *posts, size_t most, struct arena *arena, struct post **items,
	size_t *count, struct span *title)
{
	*count = 0;
	*title = (struct span){0};
	look_again(posts);
	pthread_mutex_lock(&posts->lock);
	const struct posts_list *list = posts->list;
	size_t known = list != NULL ? list->count : 0, wanted = known < most ? known : most;
	*items = arena_alloc(arena, (wanted + 1) * sizeof **items);
	bool done = *items != NULL;
	for (size_t i = 0; done && i < wanted; i++, (*count)++)
		done = copy_post(&(*items)[i], list->newest[i], arena);
	if (done && list != NULL) {
		*title = list->title;
		done = copy_span(title, arena);
	}
	pthread_mutex_unlock(&posts->lock);
	return done;
}

bool posts_read(struct posts *posts, const struct post *post, size_t max, struct arena *arena,
	int64_t *known, struct span *text)
{
	int fd;
	struct stat info;
	const char *path = arena_copy(arena, span_skip(post->path, 1));
	if (path == NULL)
		return false;
	bool done = folder_open(posts->folder, path, &fd, &info) == BENEATH_FILE;
	*text = (struct span){0};
	if (done) {
		struct stamp stamp = stamp_of(&info);
		int64_t number = stamp_is_settled(&stamp) ? stamp_number(&stamp) : 0;
		if (number == 0 || number != *known)
			done = bytes_read(fd, info.st_size, max, arena, text);
		*known = number;
	}
	fd_close(&fd);
	return done;
}
