/*
 * What a site tells others of its posts: the Atom feed, and the list and the texts for other pages.
 */
#include "sites.h"
#include "xmllint.h"

#include "page/url.h"

/* The feed of posts, as it is sent. */
static struct span atom_at(const char *url, struct arena *own, struct reply *reply)
{
	struct request request = {.arena = own, .capsule = &conf};
	assert_null(uri_parse(span_of(url), &arena, &request.uri));
	*reply = (struct reply){.status = STATUS_TEMPORARY_FAILURE};
	site_atom(site, &request, reply);
	return reply->body.memory;
}

static void assert_holds(struct span text, const char *words)
{
	if (text.len == 0 || memmem(text.ptr, text.len, words, strlen(words)) == NULL)
		fail_msg("\"%.*s\" does not hold \"%s\"", SPAN_ARG(text), words);
}

static void posts_as_atom(void **state)
{
	struct reply reply;
	(void)state;
	tree_file(&tree, "root/index.gmi",
		"# Rosa's <capsule>\n=> a.gmi 2026-11-22 Older & \xff\x1b[1m\n"
		"=> dir/sp%20ace%C3%A4.gmi 2026-11-23 - Newer\n");
	reopen();
	struct span feed = atom_at("gemini://localhost/atom.xml", &arena, &reply);
	assert_int_equal(reply.status, 20);
	assert_span_equal(reply.meta, "application/atom+xml");
	assert_atom(feed.ptr, feed.len);
	assert_holds(feed, "<title>Rosa's &lt;capsule&gt;</title>\n"
			   "<id>gemini://localhost/atom.xml</id>\n");
	assert_holds(feed, "href=\"gemini://localhost/index.gmi\"/>\n"
			   "<updated>2026-11-23T00:00:00Z</updated>\n");
	assert_holds(feed, "<title>Newer</title>\n"
			   "<id>gemini://localhost/dir/sp%20ace%C3%A4.gmi</id>\n");
	assert_holds(feed, "<updated>2026-11-23T00:00:00Z</updated>\n</entry>\n<entry>\n"
			   "<title>Older &amp; \xef\xbf\xbd[1m</title>\n"
			   "<id>gemini://localhost/a.gmi</id>\n");
	/* The capsule's own name, whichever was asked for; the port that was. */
	feed = atom_at("gemini://alias.example:1966/atom.xml", &arena, &reply);
	assert_holds(feed, "<id>gemini://localhost:1966/a.gmi</id>");
	body_close(&reply.body);
}

static void a_feed_without_posts(void **state)
{
	struct reply reply;
	(void)state;
	tree_file(&tree, "root/index.gmi", "No heading\n");
	reopen();
	struct span feed = atom_at("gemini://localhost/", &arena, &reply);
	assert_atom(feed.ptr, feed.len);
	assert_holds(feed, "<title>localhost</title>");
	assert_holds(feed, "<updated>1970-01-01T00:00:00Z</updated>");
	tree_remove(&tree, "root/index.gmi");
	reopen();
	feed = atom_at("gemini://localhost/", &arena, &reply);
	assert_atom(feed.ptr, feed.len);
	struct arena small;
	arena_init(&small, 512);
	(void)atom_at("gemini://localhost/", &small, &reply);
	assert_int_equal(reply.status, 40);
	arena_end(&small);
}

static void a_feed_of_many_posts(void **state)
{
	char page[60 * 64];
	size_t len = 0;
	struct reply reply;
	(void)state;
	for (int i = 0; i < 60; i++)
		len += (size_t)snprintf(
			page + len, sizeof page - len, "=> /p%d.gmi 2026-11-23 Post\n", i);
	tree_file(&tree, "root/index.gmi", page);
	reopen();
	struct span feed = atom_at("gemini://localhost/", &arena, &reply);
	assert_holds(feed, "/p0.gmi");
	assert_holds(feed, "/p49.gmi");
	assert_null(memmem(feed.ptr, feed.len, "/p50.gmi", 8));
}

static void an_address_in_urls(void **state)
{
	struct buf url;
	struct conf_capsule capsule = {.host = "::1"};
	struct request request = {.arena = &arena, .capsule = &capsule, .uri.port = 1965};
	(void)state;
	buf_init(&url, &arena, 100);
	url_write(&url, &request, S("/a b"));
	assert_span_equal(buf_view(&url), "gemini://[::1]/a%20b");
}

static void posts_for_other_pages(void **state)
{
	struct request request = {.arena = &arena, .capsule = &conf};
	struct post post, *items;
	struct span text;
	size_t count;
	int64_t stamp = 0;
	(void)state;
	tree_file(&tree, "root/index.gmi", "=> a.gmi 2026-11-22 A\n=> gone.gmi 2026-11-23 Gone\n");
	reopen();
	assert_true(site_posts.list(site, &request, &items, &count));
	assert_int_equal(count, 2);
	assert_span_equal(items[0].slug, "gone");
	assert_span_equal(items[1].slug, "a");
	assert_true(site_posts.find(site, &request, S("a"), &post));
	assert_false(site_posts.find(site, &request, S("b"), &post));
	assert_true(site_posts.read(site, &request, &post, 100, &stamp, &text));
	assert_span_equal(text, "# A\n");
	assert_false(site_posts.read(site, &request, &items[0], 100, &stamp, &text));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, site_begin, site_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(posts_as_atom),
		TEST(a_feed_without_posts),
		TEST(a_feed_of_many_posts),
		TEST(an_address_in_urls),
		TEST(posts_for_other_pages),
	};
	return cmocka_run_group_tests_name("site_posts", tests, NULL, NULL);
}
