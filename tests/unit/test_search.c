/*
 * The search page, and how what it knows of the posts follows their files.
 */
#include "answers.h"
#include "slow.h"

#include "comments/indexing.h"
#include "comments/visit.h"
#include "store/search.h"

static int64_t rosa;

static int begin(void **state)
{
	set_up(state);
	post_text = "# A post\n\nSomebody held the door.\n";
	post_stamp = 1;
	rosa = person_of(1, "Rosa");
	return 0;
}

/* As if ten seconds had passed. */
static void look_again(void)
{
	atomic_store(&comments->posts_indexed, 0);
}

static void what_it_asks(void **state)
{
	(void)state;
	assert_says("/search", 0, STATUS_INPUT, "words");
	assert_says("/search?", 0, STATUS_INPUT, "words");
	assert_says("/search?%ff", 0, STATUS_INPUT, "UTF-8");
	assert_says("/search?%22%2a%22", 0, STATUS_INPUT, "no word");
	assert_says("/search?...", 0, STATUS_INPUT, "no word");
}

static void posts_and_comments_are_found(void **state)
{
	(void)state;
	int64_t id = say(rosa, SPREADS, 0, S("The bus driver\nheld the door\nfor me."));
	struct span page = page_of("/search?door", 0);
	assert_true(span_starts_with(page, S("# Search: door\n\n## Posts\n\n=> /posts/")));
	assert_holds(page, "=> /posts/kindness-spreads.gmi Kindness Spreads\n"
			   "> A post Somebody held the door.\n");
	assert_holds(page, arena_printf(&w.arena,
				   "\n## Comments\n\n=> /comments/%lld Comment by Rosa on "
				   "\"Kindness Spreads\", today\n"
				   "> The bus driver held the door for me.\n",
				   (long long)id));
	assert_holds(page, "\n=> /search Search for something else\n");
	assert_lacks(page, "Nothing was found");
	assert_lacks(page, "Only the best");
	page = page_of("/search?%22held%20the%22%20driv*", 0);
	assert_lacks(page, "## Posts");
	assert_holds(page, "## Comments");
	page = page_of("/search?%22the%20held%22", 1);
	assert_holds(page, "Nothing was found");
	assert_lacks(page, "##");
}

static void what_was_typed_starts_no_line(void **state)
{
	(void)state;
	say(rosa, SPREADS, 0, S("needle\n=> gemini://evil.example/ needle\n# needle\n```\nneedle"));
	post_text = "needle\n=> gemini://evil.example/ needle\n```\n# needle";
	struct span page = page_of("/search?needle%0A%3D%3E%20evil%0A%60%60%60", 0);
	assert_true(span_starts_with(page, S("# Search: needle => evil ```\n")));
	page = page_of("/search?needle", 0);
	assert_holds(page, "> needle => gemini://evil.example/ needle # needle ``` needle\n");
	assert_holds(page, "> needle needle needle\n"); /* of the post, without its markup */
	assert_lacks(page, "\n=> gemini:");
	assert_lacks(page, "\n```");
	assert_lacks(page, "\n# ");
	assert_lacks(page, "\x02");
}

static void what_is_not_shown_is_not_found(void **state)
{
	(void)state;
	int64_t id = say(rosa, SPREADS, 0, S("quince"));
	assert_holds(page_of("/search?quince", 0), "> quince\n");
	moderate(STORE_ACT_HIDE, id);
	assert_lacks(page_of("/search?quince", 0), "/comments/1 ");
	assert_lacks(page_of("/search?quince", 1), "/comments/1 "); /* to its author neither */
	moderate(STORE_ACT_UNHIDE, id);
	assert_holds(page_of("/search?quince", 0), "> quince\n");
	assert_int_equal(store_comment_delete(w.store, HERE, id, rosa), STORE_OK);
	assert_lacks(page_of("/search?quince", 0), "/comments/1 ");
}

static void of_many_the_best_are_shown(void **state)
{
	(void)state;
	for (int i = 0; i < 21; i++)
		say(rosa, SPREADS, 0, S("plum"));
	struct span page = page_of("/search?plum", 0), line;
	assert_holds(page,
		"Only the best 20 of each are shown, among the newest 1000 that have the "
		"words. More words find fewer.\n");
	size_t found = 0;
	while (span_next_line(&page, &line))
		found += span_starts_with(line, S("=> /comments/")) && holds(line, "Comment by");
	assert_int_equal(found, 20);
}

static void a_changed_post_is_found_by_its_new_words(void **state)
{
	(void)state;
	assert_holds(page_of("/search?door", 0), "## Posts");
	post_text = "# A post\n\nSomebody held the lift.\n";
	post_stamp++;
	assert_holds(page_of("/search?door", 0), "## Posts"); /* within ten seconds */
	look_again();
	assert_holds(page_of("/search?door", 0), "Nothing was found");
	assert_holds(page_of("/search?lift", 0), "## Posts");
	/* Where the stamp is the same, nothing is read. */
	post_text = "# A post\n\nSomebody held the rope.\n";
	look_again();
	assert_holds(page_of("/search?rope", 0), "Nothing was found");
	/* A stamp of 0 is none. */
	post_stamp = 0;
	look_again();
	assert_holds(page_of("/search?rope", 0), "## Posts");
	post_text = "# A post\n\nSomebody held the hand.\n";
	look_again();
	assert_holds(page_of("/search?hand", 0), "## Posts");
}

static void put(const char *slug, const char *title, int64_t stamp, const char *text)
{
	const struct store_post post = {
		.slug = span_of(slug), .title = span_of(title), .stamp = stamp};
	assert_int_equal(store_post_put(w.store, HERE, &post, span_of(text)), STORE_OK);
}

static void what_is_no_post_any_more_is_forgotten(void **state)
{
	struct store_post *items;
	size_t count;
	(void)state;
	put("posts/gone", "Gone", 1, "somebody held the ladder");
	put("posts/new", "An older title", 1, "somebody held the ladder");
	assert_holds(page_of("/search?ladder", 0), "Nothing was found");
	assert_int_equal(store_posts(w.store, HERE, &w.arena, &items, &count), STORE_OK);
	assert_int_equal(count, 3);
	assert_span_equal(items[1].slug, "posts/kindness-spreads");
	assert_span_equal(items[2].title, "New here");
	/* One that came in meanwhile is no link on this page. */
	put("posts/gone", "Gone", 1, "somebody held the ladder");
	assert_holds(page_of("/search?ladder", 0), "Nothing was found");
}

static bool cannot_read(void *posts, struct request *asking, const struct post *post, size_t max,
	int64_t *stamp, struct span *text)
{
	(void)posts, (void)asking, (void)post, (void)max, (void)stamp, (void)text;
	return false;
}

static bool cannot_list(void *posts, struct request *asking, struct post **items, size_t *count)
{
	(void)posts, (void)asking, (void)items, (void)count;
	return false;
}

static void search_with(const struct request_posts *posts, const char *url)
{
	look_again();
	prepare_request(url, 0);
	request.posts = posts;
	comments_answer(comments, &request, &reply);
	assert_int_equal(reply.status, STATUS_SUCCESS);
	assert_ptr_equal(request.arena, &w.arena);
}

static void posts_that_cannot_be_read(void **state)
{
	static const struct request_posts unreadable = {find_post, list_posts, cannot_read},
					  unlisted = {find_post, cannot_list, cannot_read};
	(void)state;
	assert_holds(page_of("/search?door", 0), "## Posts");
	search_with(&unlisted, BASE "/search?door");
	assert_holds(reply.body.memory, "## Posts"); /* what it knows */
	search_with(&unreadable, BASE "/search?door");
	assert_holds(reply.body.memory, "Nothing was found");
}

static void a_store_that_takes_nothing(void **state)
{
	(void)state;
	assert_holds(page_of("/search?door", 0), "## Posts");
	tell_file("CREATE TRIGGER refusal BEFORE INSERT ON posts"
		  " BEGIN SELECT RAISE (ABORT, 'full'); END");
	post_stamp++;
	look_again();
	assert_holds(page_of("/search?door", 0), "## Posts"); /* what it knows */
}

static void a_post_of_any_size_and_bytes(void **state)
{
	const size_t size = INDEXING_TEXT_BYTES + 100;
	char *text = malloc(size + 1);
	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < size; i++)
		text[i] = (char)(i % 7 == 0 ? '\n' : i % 255 + 1);
	memcpy(text, "\nfirst ", 7);
	memcpy(text + size - 8, "\nlast  \n", 8);
	text[size] = '\0';
	post_text = text;
	assert_holds(page_of("/search?first", 0), "## Posts");
	assert_lacks(page_of("/search?last", 0), "## Posts");
	free(text);
	post_text = "";
	post_stamp++;
	look_again();
	assert_holds(page_of("/search?first", 0), "Nothing was found");
	assert_holds(page_of("/search?spreads", 0), "Kindness Spreads\n\n"); /* no context */
}

static void it_is_limited(void **state)
{
	(void)state;
	for (int i = 0; i < 60; i++)
		assert_says("/search?door", 0, STATUS_SUCCESS, "text/gemini");
	answer("/search?door", 0);
	assert_int_equal(reply.status, STATUS_SLOW_DOWN);
	assert_says("/search", 0, STATUS_INPUT, "words"); /* asking is free */
}

static void few_search_at_once(void **state)
{
	(void)state;
	for (int i = 0; i < STORE_SEARCHES; i++)
		assert_true(store_search_begin(w.store));
	assert_says("/search?door", 0, STATUS_SLOW_DOWN, "2");
	assert_int_equal(reply.meta.len, 1);                         /* seconds, and nothing else */
	assert_int_equal(ask_file("SELECT count(*) FROM posts"), 0); /* nor are posts looked at */
	store_search_end(w.store);
	/* It is one of the others meanwhile, and none when it is done, however that ends. */
	for (int i = 0; i < 3; i++) {
		assert_holds(page_of("/search?door", 0), "## Posts");
		assert_says("/search?...", 0, STATUS_INPUT, "no word");
	}
	tell_file("ALTER TABLE post_words RENAME TO elsewhere");
	assert_says("/search?door", 0, STATUS_SERVER_UNAVAILABLE, "Comments are resting");
	assert_says("/search?door", 0, STATUS_SERVER_UNAVAILABLE, "Comments are resting");
}

static void a_search_that_takes_long(void **state)
{
	(void)state;
	assert_holds(page_of("/search?door", 0), "## Posts"); /* the posts are known */
	say(rosa, SPREADS, 0, S("plum"));
	tell_file(
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)"
		" INSERT INTO comments (capsule, thread, person, text, written)"
		" SELECT capsule, thread, person, 'a plum', i FROM n JOIN comments c ON c.id = 1");
	slow_ms = STORE_SEARCH_MS / 10;
	struct span page = page_of("/search?plum", 0);
	assert_holds(page, "not everything was looked at");
	assert_holds(page, "\n=> /comments/501 Comment by Rosa");
	assert_lacks(page, "Only the best");
	slow_ms = STORE_SEARCH_MS;
	page = page_of("/search?plum", 0);
	slow_ms = 0;
	assert_holds(page, "not everything was looked at");
	assert_lacks(page, "Nothing was found");
	assert_lacks(page, "## ");
	assert_holds(page_of("/search?plum", 0), "Only the best 20 of each");
}

static void looking_at_posts_ends_as_well(void **state)
{
	(void)state;
	for (int i = 0; i < 30; i++)
		put(arena_printf(&w.arena, "posts/gone%d", i), "Gone", 1, "a ladder");
	slow_ms = INDEXING_MOST_MS / 10;
	answer("/search?door", 0);
	slow_ms = 0;
	assert_in_range(ask_file("SELECT count(*) FROM posts"), 20, 32);
	/* The next one goes on, and not only after ten seconds. */
	assert_holds(page_of("/search?door", 0), "## Posts");
	assert_int_equal(ask_file("SELECT count(*) FROM posts"), 3);
}

static void a_post_of_many_lines(void **state)
{
	const size_t size = INDEXING_TEXT_BYTES;
	char *text = malloc(size + 1);
	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < size; i++)
		text[i] = i % 2 == 0 ? 'a' : '\n';
	memcpy(text + size - 8, "\nneedle", 8);
	post_text = text;
	assert_holds(page_of("/search?needle", 0), "## Posts");
	assert_int_equal(ask_file("SELECT count(*) FROM posts"), 3);
	free(text);
}

static void the_store_rests(void **state)
{
	(void)state;
	tell_file("ALTER TABLE post_words RENAME TO elsewhere");
	assert_says("/search?door", 0, STATUS_SERVER_UNAVAILABLE, "Comments are resting");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_it_asks),
		TEST(posts_and_comments_are_found),
		TEST(what_was_typed_starts_no_line),
		TEST(what_is_not_shown_is_not_found),
		TEST(of_many_the_best_are_shown),
		TEST(a_changed_post_is_found_by_its_new_words),
		TEST(what_is_no_post_any_more_is_forgotten),
		TEST(posts_that_cannot_be_read),
		TEST(a_store_that_takes_nothing),
		TEST(a_post_of_any_size_and_bytes),
		TEST(it_is_limited),
		TEST(few_search_at_once),
		TEST(a_search_that_takes_long),
		TEST(looking_at_posts_ends_as_well),
		TEST(a_post_of_many_lines),
		TEST(the_store_rests),
	};
	return cmocka_run_group_tests_name("search", tests, NULL, NULL);
}
