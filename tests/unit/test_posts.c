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

static struct span newest(size_t most, struct span *title)
{
	struct post *items;
	size_t count;
	struct buf list;
	buf_init(&list, &arena, 4096);
	assert_true(posts_newest(&posts, most, &arena, &items, &count, title));
	for (size_t i = 0; i < count; i++)
		buf_printf(&list, "%.*s %lld\n", SPAN_ARG(items[i].slug),
			(long long)items[i].published);
	return buf_view(&list);
}

static void newest_first(void **state)
{
	struct span title;
	struct post post;
	(void)state;
	begin("## No title\n```\n# Nor this\n```\n#  The capsule \r\n# Another\n"
	      "=> /old.gmi 0001-01-01 Old\n"
	      "=> /b.gmi 2026-11-23 The day's newest\n"
	      "=> /a.gmi 2026-11-23 Before it\n"
	      "=> /leap.gmi 2024-02-29 Leap\n"
	      "=> /b.gmi 2027-01-01 Again\n"
	      "=> /first.gmi 1970-01-01 First\n"
	      "=> /new.gmi 9999-12-31 New\n");
	assert_span_equal(newest(100, &title), "new 253402214400\nb 1795392000\na 1795392000\n"
					       "leap 1709164800\nfirst 0\nold -62135596800\n");
	assert_span_equal(title, "The capsule");
	assert_span_equal(newest(2, &title), "new 253402214400\nb 1795392000\n");
	assert_true(posts_find(&posts, S("leap"), &arena, &post));
	assert_int_equal(post.published, 1709164800);
	assert_span_equal(newest(0, &title), "");
}

static void nothing_is_newest(void **state)
{
	struct span title;
	(void)state;
	posts_begin(&posts, &conf, &folder);
	assert_span_equal(newest(10, &title), "");
	assert_int_equal(title.len, 0);
}

static void no_memory_for_a_list(void **state)
{
	struct arena small;
	struct post *items;
	struct span title;
	size_t count;
	(void)state;
	begin("=> /a.gmi 2026-11-23 A\n");
	arena_init(&small, 16);
	assert_false(posts_newest(&posts, 10, &small, &items, &count, &title));
	assert_int_equal(count, 0);
	arena_end(&small);
}

/* A file that changed just now is read whatever is known of it. */
static int64_t settled_stamp(const struct post *post)
{
	const struct timespec pause = {.tv_nsec = 2000000};
	struct span text;
	int64_t stamp = 0;
	for (int i = 0; i < 1000 && stamp == 0; i++) {
		nanosleep(&pause, NULL);
		assert_true(posts_read(&posts, post, 100, &arena, &stamp, &text));
		assert_true(text.len > 0);
	}
	assert_int_not_equal(stamp, 0);
	return stamp;
}

static void texts_are_read_where_they_have_changed(void **state)
{
	struct post post;
	struct span text;
	(void)state;
	tree_file(&tree, "a.gmi", "# A\nwords\n");
	begin("=> /a.gmi 2026-11-23 A\n");
	assert_true(posts_find(&posts, S("a"), &arena, &post));
	int64_t stamp = settled_stamp(&post), before = stamp;
	assert_true(posts_read(&posts, &post, 100, &arena, &stamp, &text));
	assert_int_equal(text.len, 0);
	assert_int_equal(stamp, before);
	tree_file(&tree, "a.gmi", "# A\nWORDS\n"); /* of the same size */
	assert_true(posts_read(&posts, &post, 100, &arena, &stamp, &text));
	assert_span_equal(text, "# A\nWORDS\n");
	assert_int_not_equal(stamp, before);
	stamp = before;
	assert_true(posts_read(&posts, &post, 4, &arena, &stamp, &text));
	assert_span_equal(text, "# A\n");
}

static void texts_that_cannot_be_read(void **state)
{
	struct post post;
	struct span text;
	struct arena small;
	int64_t stamp = 0;
	(void)state;
	begin("=> /none.gmi 2026-11-23 None\n=> /folder.gmi 2026-11-23 Folder\n"
	      "=> /out.gmi 2026-11-23 Out\n=> /big.gmi 2026-11-23 Big\n");
	tree_folder(&tree, "folder.gmi");
	tree_link(&tree, "out.gmi", "/etc/passwd");
	tree_file(&tree, "big.gmi", "More than there is room for");
	assert_true(posts_find(&posts, S("none"), &arena, &post));
	assert_false(posts_read(&posts, &post, 100, &arena, &stamp, &text));
	assert_true(posts_find(&posts, S("folder"), &arena, &post));
	assert_false(posts_read(&posts, &post, 100, &arena, &stamp, &text));
	assert_true(posts_find(&posts, S("out"), &arena, &post));
	assert_false(posts_read(&posts, &post, 100, &arena, &stamp, &text));
	assert_true(posts_find(&posts, S("big"), &arena, &post));
	arena_init(&small, 8);
	assert_false(posts_read(&posts, &post, 100, &small, &stamp, &text));
	arena_end(&small);
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
		TEST(newest_first),
		TEST(nothing_is_newest),
		TEST(no_memory_for_a_list),
		TEST(texts_are_read_where_they_have_changed),
		TEST(texts_that_cannot_be_read),
	};
	return cmocka_run_group_tests_name("posts", tests, NULL, NULL);
}
