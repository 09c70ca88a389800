/*
 * Readers of a capsule with a few posts and a store, and what they are answered.
 */
#ifndef KINDLING_TESTS_UNIT_READERS_H
#define KINDLING_TESTS_UNIT_READERS_H

#include <stdalign.h>

#include "comments/comments.h"
#include "stores.h"

#define BASE "gemini://here.example"
#define DAY  86400

static const struct {
	const char *slug, *path, *title;
} known_posts[] = {
	{"posts/kindness-spreads", "/posts/kindness-spreads.gmi", "Kindness Spreads"},
	{"posts/new", "/posts/new.gmi", "New here"},
	{"posts/caf\xc3\xa9 noir", "/posts/caf\xc3\xa9 noir.gmi", "Caf\xc3\xa9\n# noir"},
};

/* One more post, where a test has it. */
static const char *another_slug;

static struct conf_capsule capsule;
static struct comments *comments;
static struct comments_shared shared;
static alignas(64) char rates_memory[8 << 20];
static struct request request;
static struct reply reply;
static int64_t now;

static inline bool find_post(
	void *posts, struct request *asking, struct span slug, struct post *post)
{
	assert_ptr_equal(posts, &capsule);
	assert_ptr_equal(asking, &request);
	if (another_slug != NULL && span_equal(span_of(another_slug), slug)) {
		*post = (struct post){.slug = span_of(another_slug),
			.path = span_of("/another.gmi"),
			.title = span_of("Another"),
			.published = NOON};
		return true;
	}
	for (size_t i = 0; i < sizeof(known_posts) / sizeof(known_posts[0]); i++) {
		if (span_equal(span_of(known_posts[i].slug), slug)) {
			*post = (struct post){.slug = span_of(known_posts[i].slug),
				.path = span_of(known_posts[i].path),
				.title = span_of(known_posts[i].title),
				.published = NOON - DAY * (int64_t)i};
			return true;
		}
	}
	return false;
}

static inline bool list_posts(
	void *posts, struct request *asking, struct post **items, size_t *count)
{
	*count = sizeof(known_posts) / sizeof(known_posts[0]);
	*items = arena_alloc(asking->arena, *count * sizeof **items);
	for (size_t i = 0; i < *count; i++)
		assert_true(find_post(posts, asking, span_of(known_posts[i].slug), *items + i));
	return true;
}

/* What the post's file holds; a test may change it, and then counts the stamp up. */
static const char *post_text = "# A post\n\nSomebody held the door.\n";
static int64_t post_stamp = 1;
static bool post_is_unreadable;

static inline bool read_post(void *posts, struct request *asking, const struct post *post,
	size_t max, int64_t *stamp, struct span *text)
{
	assert_ptr_equal(posts, &capsule);
	assert_ptr_equal(asking, &request);
	assert_true(post->slug.len > 0 && max > 0);
	if (post_is_unreadable)
		return false;
	bool known = *stamp == post_stamp && post_stamp != 0;
	*text = known ? (struct span){0} : span_take(span_of(post_text), max);
	*stamp = post_stamp;
	return true;
}

static const struct request_posts posts_known = {find_post, list_posts, read_post};

static inline int set_up(void **state)
{
	static const char *names[] = {"here.example", "here.org", "neighbour.example"};
	world_begin_open(state);
	capsule = (struct conf_capsule){.host = names[0],
		.names = {names, 2},
		.server_names = {names, 3},
		.lang = "",
		.contact = "",
		.comments_per_hour = 10};
	assert_true(rates_size() <= sizeof rates_memory);
	memset(rates_memory, 0, sizeof rates_memory);
	shared = (struct comments_shared){
		.generation = &w.generation, .rates = rates_in(rates_memory), .secret = {1, 2, 3}};
	comments = comments_new(&capsule, w.store, &shared, (struct counting){NULL, 0});
	assert_non_null(comments);
	now = NOON;
	another_slug = NULL;
	return 0;
}

static inline int tear_down(void **state)
{
	comments_free(comments);
	return world_end(state);
}

/* `who`: 0 for no certificate, else the number of one. */
static inline void prepare_request(const char *url, unsigned char who)
{
	request = (struct request){.arena = &w.arena,
		.capsule = &capsule,
		.now = now,
		.visitor = 1,
		.posts = &posts_known,
		.posts_of = &capsule};
	const char *wrong = uri_parse(span_of(url), &w.arena, &request.uri);
	if (wrong != NULL)
		fail_msg("%s: %s", url, wrong);
	if (who != 0) {
		request.identity = (struct identity){
			.present = true, .not_before = NOON - DAY, .not_after = NOON + 365 * DAY};
		memcpy(request.identity.key, key_of(who), IDENTITY_KEY_SIZE);
		memset(request.identity.certificate, 0xc0 + who, IDENTITY_KEY_SIZE);
	}
	reply = (struct reply){.status = 0};
}

static inline bool holds(struct span text, const char *words)
{
	return text.len > 0 && memmem(text.ptr, text.len, words, strlen(words)) != NULL;
}

static inline void assert_holds(struct span text, const char *words)
{
	if (!holds(text, words))
		fail_msg("\"%.*s\" does not hold \"%s\"", SPAN_ARG(text), words);
}

static inline void assert_lacks(struct span text, const char *words)
{
	if (holds(text, words))
		fail_msg("\"%.*s\" holds \"%s\"", SPAN_ARG(text), words);
}

#endif
