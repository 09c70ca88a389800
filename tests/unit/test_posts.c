/*
 * Posts: which links of the feed page are some, and that a changed page is noticed.
 */
#include "tree.h"

#include <time.h>

#include "site/posts.h"

#define NOTICED_WITHIN_MS 5000 /* changes are looked for once a second */

static struct tree tree;
static struct conf_capsule conf;
static struct folder folder;
static struct posts posts;
static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	tree_begin(&tree);
	assert_true(folder_begin(&folder, tree.path, NULL));
	conf = (struct conf_capsule){.host = "example.org", .feed = "/news/feed.gmi"};
	tree_folder(&tree, "news");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	posts_end(&posts);
	folder_end(&folder);
	tree_end(&tree);
	arena_end(&arena);
	return 0;
}

static void begin(const char *page)
{
	tree_file(&tree, "news/feed.gmi", page);
	posts_begin(&posts, &conf, &folder);
}

static bool is_post(const char *slug)
{
	struct post post;
	return posts_find(&posts, span_of(slug), &arena, &post);
}

static void what_is_a_post(void **state)
{
	(void)state;
	begin("# News\n"
	      "=> first.gmi 2026-11-23 - First\n"
	      "=> /posts/second.gmi 2026-11-22 Second & last\n"
	      "=> gemini://example.org/posts/third.gmi 2026-11-21 Third\n"
	      "=> /posts/sp%20ace%C3%A4.gmi 2026-11-20 Space\n"
	      "=> ../up.gmi 2026-11-19 Up\n"
	      "=> gemini://example.com/other.gmi 2026-11-18 Elsewhere\n"
	      "=> https://example.org/web.gmi 2026-11-18 The web\n"
	      "=> /undated.gmi Undated\n"
	      "=> /picture.png 2026-11-17 A picture\n"
	      "=> /folder/ 2026-11-17 A folder\n"
	      "=> /.gmi 2026-11-17 No name\n"
	      "=> /.hidden.gmi 2026-11-17 Hidden\n"
	      "=> /.git/x.gmi 2026-11-17 Hidden\n"
	      "=> /%2e%2e/%2e%2e/x.gmi 2026-11-17 Climbing\n"
	      "=> /long/nothing%0a.gmi 2026-11-17 A control character\n"
	      "```\n=> /pre.gmi 2026-11-16 Preformatted\n```\n");
	static const char *const some[] = {
		"news/first", "posts/second", "posts/third", "posts/sp ace\xc3\xa4", "up"};
	static const char *const none[] = {"", "first", "other", "web", "undated", "picture",
		"picture.png", "folder", ".hidden", ".git/x", "x", "pre", "posts/secon",
		"posts/second2", "posts/second.gmi", "/posts/second", "long/nothing\n"};
	for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
		if (!is_post(some[i]))
			fail_msg("%s is none", some[i]);
	}
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		if (is_post(none[i]))
			fail_msg("\"%s\" is one", none[i]);
	}
	struct post post;
	assert_true(posts_find(&posts, S("posts/second"), &arena, &post));
	assert_span_equal(post.slug, "posts/second");
	assert_span_equal(post.path, "/posts/second.gmi");
	assert_span_equal(post.title, "Second & last");
}

static void the_first_of_two_counts(void **state)
{
	struct post post;
	(void)state;
	begin("=> /b.gmi 2026-11-23 First\n"
	      "=> /a.gmi 2026-11-22 Between\n"
	      "=> /b.gmi 2026-11-21 Second\n"
	      "=> /%62.gmi 2026-11-20 Third\n");
	assert_true(posts_find(&posts, S("b"), &arena, &post));
	assert_span_equal(post.title, "First");
	assert_true(posts_find(&posts, S("a"), &arena, &post));
	assert_span_equal(post.title, "Between");
}

static void slugs_of_paths(void **state)
{
	static const char *const none[] = {"", "/", "x.gmi", "/x", "/.gmi", "/a/.gmi", "/x.gmi/",
		"/.x.gmi", "/.a/x.gmi", "/x.GMI"};
	struct span slug;
	(void)state;
	begin("");
	assert_true(posts_slug_of(S("/x.gmi"), &slug));
	assert_span_equal(slug, "x");
	assert_true(posts_slug_of(S("/a/b.c.gmi"), &slug));
	assert_span_equal(slug, "a/b.c");
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		if (posts_slug_of(span_of(none[i]), &slug))
			fail_msg("%s has a slug", none[i]);
	}
}

static void wait_for(const char *slug, bool expected)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	for (int waited = 0; waited < NOTICED_WITHIN_MS && is_post(slug) != expected; waited += 10)
		nanosleep(&pause, NULL);
	if (is_post(slug) != expected)
		fail_msg("%s is %s after five seconds", slug, expected ? "none" : "one");
}

static void a_changed_page_is_noticed(void **state)
{
	(void)state;
	begin("=> /a.gmi 2026-11-23 A\n");
	assert_true(is_post("a"));
	assert_false(is_post("b"));
	tree_file(&tree, "news/feed.gmi", "=> /b.gmi 2026-11-23 A\n"); /* of the same size */
	wait_for("b", true);
	assert_false(is_post("a"));
	tree_remove(&tree, "news/feed.gmi");
	wait_for("b", false);
	tree_file(&tree, "news/feed.gmi", "=> /c.gmi 2026-11-23 C\n");
	wait_for("c", true);
}

static void no_page(void **state)
{
	(void)state;
	posts_begin(&posts, &conf, &folder);
	assert_false(is_post("a"));
}

static void a_page_without_bounds(void **state)
{
	const size_t lines = 40000;
	char line[64];
	(void)state;
	char *page = calloc(lines, sizeof line), *end = page;
	assert_non_null(page);
	for (size_t i = 0; i < lines; i++)
		end += snprintf(end, sizeof line, "=> /p%zu.gmi 2026-11-23 Post\n", i);
	begin(page);
	free(page);
	assert_true(is_post("p0"));
	assert_true(is_post("p9999"));
	assert_false(is_post("p10000"));
	assert_false(is_post("p39999"));
}

static void a_page_cut_in_a_line(void **state)
{
	const size_t size = (1 << 20) + 8;
	static const char last[] = "\n=> /whole.gmi 2026-11-23 Whole\n=> /x.gmi 2026-11-23 Cut off";
	(void)state;
	char *page = malloc(size + 1);
	assert_non_null(page);
	memset(page, 'x', size);
	memcpy(page + size - strlen(last), last, sizeof last);
	begin(page);
	free(page);
	assert_true(is_post("whole"));
	assert_false(is_post("x"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_a_post),
		TEST(the_first_of_two_counts),
		TEST(slugs_of_paths),
		TEST(a_changed_page_is_noticed),
		TEST(no_page),
		TEST(a_page_without_bounds),
		TEST(a_page_cut_in_a_line),
	};
	return cmocka_run_group_tests_name("posts", tests, NULL, NULL);
}
