/*
 * kindling check: what it finds in the files of a capsule. Each test writes a folder of its own.
 */
#include "checking.h"

#include <sys/stat.h>

#define FEED "# A capsule\n=> post.gmi 2026-01-02 - A post\n"

static int begin(void **state)
{
	fixture_prepare(state);
	daemon_write_text(&server, "c/index.gmi", FEED);
	daemon_write_text(&server, "c/post.gmi", "# A post\n");
	return 0;
}

static void write_page(const char *path, const char *text)
{
	char whole[DAEMON_PATH_SIZE];

	snprintf(whole, sizeof(whole), "c/%s", path);
	daemon_write_text(&server, whole, text);
}

static void put_link(const char *path, const char *target)
{
	char whole[DAEMON_PATH_SIZE];

	if (symlink(target, daemon_path(&server, path, whole)) != 0)
		fail_msg("%s cannot be made", whole);
}

static void the_shipped_capsule(void **state)
{
	const char *shipped = getenv("KINDLING_CAPSULE");

	(void)state;
	if (shipped == NULL)
		fail_msg("KINDLING_CAPSULE has to name the capsule");
	assert_checked(CHECK_CAPSULE(shipped), 0, "");
}

static void encodings(void **state)
{
	(void)state;
	write_page("a.gmi", "\xef\xbb\xbf# A\n");
	write_page("b.gemini", "caf\xe9\n");
	write_page("c.gmi", "fine\r\nlines\r\n");
	write_page("d.gmi", "one\rtwo\rthree");
	write_page("e.gmi", "# E\n\n\x1b[31mred\n=>\n```\nno end\n");
	write_page("f.txt", "caf\xe9\n");
	write_page("g.png", "\x89PNG\xe9\x1b");
	write_page("h.gmi", "");
	assert_checked(CHECK_CAPSULE("c"), 1,
		"c/a.gmi:1: the page begins with a byte-order mark, which hides from clients what "
		"its first line is: save it without\n"
		"c/b.gemini:1: this is not UTF-8, so the page is not served as gemtext: save it as "
		"UTF-8\n"
		"c/d.gmi:1: a line ends in the middle, with CR alone: save the page with LF\n"
		"c/e.gmi:3: warning: there is a control character, U+001B, which clients leave out "
		"or obey\n"
		"c/e.gmi:4: warning: no URL follows the =>, so it is no link\n"
		"c/e.gmi:5: warning: the preformatted text that begins here goes on to the end of "
		"the page\n"
		"c/f.txt:1: warning: this is not UTF-8: clients are told an encoding that is a "
		"guess\n");
}

static void links_that_live(void **state)
{
	(void)state;
	write_page("folder/index.gmi",
		"=> ../post.gmi\n=> /post.gmi?query#fragment\n=> . here\n=> ..\n=> ./page.gmi\n"
		"=> page.gmi\n=> #top\n=> ?query\n=> gemini://localhost/post.gmi\n"
		"=> //localhost/folder\n=> gemini://alias.example:1965/folder/\n");
	write_page("folder/page.gmi",
		"=> /comments/\n=> /comments/recent Recent\n=> /search?word\n=> /atom.xml\n"
		"=> /robots.txt\n=> gemini://elsewhere.example/none.gmi\n=> "
		"https://localhost/none\n"
		"=> mailto:me@example.org\n=> gemini://localhost:7000/none\n"
		"=> /sp%20ace%C3%A9.txt\n=> /sp%20ace\xc3\xa9.txt\n=>/folder/other/ tight\n"
		"```\n=> none.gmi\n```\n");
	write_page("sp ace\xc3\xa9.txt", "text");
	write_page("folder/other/index.gemini", "# Other\n=> ../../inside.gmi\n");
	put_link("c/inside.gmi", "folder/page.gmi");
	put_link("c/folder/again", "../folder");
	assert_checked(CHECK_CAPSULE("c", "--aliases", "alias.example"), 0, "");
}

static void links_that_are_dead(void **state)
{
	(void)state;
	write_page("folder/text.txt", "no index here");
	write_page(".hidden/x.gmi", "never served: => nothing\n=> none.gmi\n");
	write_page("post.gmi",
		"=> none.gmi\n=> /folder/\n=> folder\n=> .hidden/x.gmi\n=> ../up.gmi\n=> %zz\n"
		"=> folder/text.txt/\n=> gemini://localhost/none\n=> gemini://me@localhost/\n");
	assert_checked(CHECK_CAPSULE("c"), 1,
		"c/post.gmi:1: the link to none.gmi is dead: nothing that can be served is there\n"
		"c/post.gmi:2: the link to /folder/ is dead: that folder has no index.gmi, and "
		"listing is off\n"
		"c/post.gmi:3: the link to folder is dead: that folder has no index.gmi, and "
		"listing is off\n"
		"c/post.gmi:4: the link to .hidden/x.gmi is dead: a name that begins with a dot is "
		"never served\n"
		"c/post.gmi:5: the link to ../up.gmi is dead: This path leads above the root; the "
		"home page is at /\n"
		"c/post.gmi:6: the link to %zz is dead: In a URL two hexadecimal digits follow "
		"each percent sign; the sign itself is written %25\n"
		"c/post.gmi:7: the link to folder/text.txt/ is dead: that is a file: leave out the "
		"slash at the end\n"
		"c/post.gmi:8: the link to gemini://localhost/none is dead: nothing that can be "
		"served is there\n"
		"c/post.gmi:9: the link to gemini://me@localhost/ is dead: A Gemini URL holds no "
		"user name; leave out all up to the @\n");
	write_page("post.gmi", "=> folder\n=> /comments/recent\n");
	assert_checked(CHECK_CAPSULE("c", "--listing", "yes"), 0, "");
	assert_found(CHECK_CAPSULE("c", "--listing", "yes", "--comments", "no"), 1,
		"c/post.gmi:2: the link to /comments/recent is dead");
}

/* Names, links and special files that no request can get, and what tries to lead astray. */
static void hostile_trees(void **state)
{
	char path[DAEMON_PATH_SIZE], deep[1400] = "c";
	struct program_result result;

	(void)state;
	write_page("bad\xff.txt", "");
	write_page("new\nline.txt", "");
	write_page("comments/page.gmi", "");
	write_page("search", "");
	put_link("c/loop", ".");
	put_link("c/self", "self");
	put_link("c/gone", "nowhere");
	put_link("c/out", "/etc/hostname");
	put_link("c/sideways", "../certs");
	assert_int_equal(mkfifo(daemon_path(&server, "c/pipe.gmi", path), 0600), 0);
	for (int i = 0; i < 6; i++) {
		memset(deep + strlen(deep), 0, 1);
		snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "/%0*d", 190, i);
	}
	snprintf(deep + strlen(deep), sizeof(deep) - strlen(deep), "/x.gmi");
	daemon_write_text(&server, deep, "# Deep\n");
	result = CHECK_CAPSULE("c");
	assert_code(&result, 1);
	said_by_check(&result);
	assert_contains(result.err, "c/bad\xef\xbf\xbd.txt: nobody can ask for it");
	assert_contains(result.err, "c/new line.txt: nobody can ask for it");
	assert_contains(result.err, "c/comments: it is never served");
	assert_contains(result.err, "c/search: it is never served");
	assert_contains(result.err, "c/gone: this link leads nowhere\n");
	assert_contains(result.err, "c/self: this link leads nowhere\n");
	assert_contains(result.err, "c/out: this link leads to what is never served");
	assert_contains(result.err, "c/sideways: this link leads ");
	assert_contains(result.err, "c/pipe.gmi: warning: it is neither a file nor a folder");
	assert_contains(result.err, "5: nobody can ask for it");
	assert_int_equal(count_of(result.err, "c/loop"), 0);
	assert_int_equal(count_of(result.err, "\n"), 10);
	program_result_free(&result);
}

static void feed_lines(void **state)
{
	(void)state;
	write_page("b.gmi", "# B\n");
	write_page("index.gmi",
		"=> post.gmi 2026-01-02 - A post\n=> b.gmi 2026-01-03 - Newer\n"
		"=> post.gmi 2026-01-01 - Again\n=> b.gmi 2026-02-30 - No day\n"
		"=> b.gmi 2026-01-021 x\n=> b.gmi 2026-01-02\n=> b.gmi 2026-01-02 - 5 things\n"
		"=> b.gmi Title 2026-01-02\n=> b.gmi 2/1/2026 Title\n=> post.gmi Posts\n"
		"=> https://example.org/ 2999-01-01 - Ahead\n");
	assert_checked(CHECK_CAPSULE("c"), 1,
		"c/index.gmi:2: warning: this entry is newer than the one above it: the newest "
		"stands first\n"
		"c/index.gmi:4: no client takes this for an entry: a date is a day of the "
		"calendar, written like 2026-01-31\n"
		"c/index.gmi:5: no client takes this for an entry: a blank has to follow the "
		"date\n"
		"c/index.gmi:6: no client takes this for an entry: a title has to follow the "
		"date\n"
		"c/index.gmi:7: some clients do not take this for an entry, nor does the server: "
		"begin the title with something else than a digit\n"
		"c/index.gmi:8: warning: this is no entry: the date of one comes first, before its "
		"title\n"
		"c/index.gmi:9: no client takes this for an entry: a date is a day of the "
		"calendar, written like 2026-01-31\n"
		"c/index.gmi:11: warning: 2999-01-01 is yet to come: clients may not show this "
		"entry until then\n"
		"c/index.gmi:3: warning: this entry has the URL of the one on line 1: clients show "
		"one of them\n"
		"c/index.gmi: warning: the feed page has no title: begin it with a line like # My "
		"capsule\n");
}

/* A post is for check what it is for serve. */
static void feed_pages(void **state)
{
	char path[DAEMON_PATH_SIZE], *large = malloc((1 << 20) + 64);
	struct program_result result;

	(void)state;
	write_page("b.txt", "text");
	write_page("folder/index.gmi", "# Folder");
	write_page("index.gmi", "# C\n=> folder/ 2026-01-03 - Folder\n"
				"=> post.gmi 2026-01-02 - C\n=> b.txt 2026-01-01 - B\n");
	result = CHECK_CAPSULE("c");
	assert_contains(result.out, "c with 4 files, 1 post\n");
	assert_checked(result, 0, "");
	write_page("index.gmi", "# C\n=> b.txt 2026-01-01 - B\n");
	assert_found(CHECK_CAPSULE("c"), 1, "c/index.gmi: the feed page has no dated link to");
	assert_checked(CHECK_CAPSULE("c", "--comments", "no"), 0, "");
	assert_non_null(large);
	memset(large, '\n', 1 << 20);
	snprintf(large + (1 << 20), 64, FEED);
	write_page("index.gmi", large);
	free(large);
	assert_found(CHECK_CAPSULE("c"), 1, "the feed page is larger than 1048576 bytes");
	assert_int_equal(unlink(daemon_path(&server, "c/index.gmi", path)), 0);
	assert_found(CHECK_CAPSULE("c"), 1, "the feed page /index.gmi is not in c");
	assert_checked(CHECK_CAPSULE("c", "--comments", "no"), 0, "");
}

/* What nobody would read is counted. */
static void many_complaints(void **state)
{
	struct program_result result;
	char *page = malloc(300 * 16);
	size_t len = 0;

	(void)state;
	assert_non_null(page);
	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(page + len, 16, "=> none%d\n", i);
	write_page("post.gmi", page);
	free(page);
	result = CHECK_CAPSULE("c");
	assert_code(&result, 1);
	assert_int_equal(count_of(result.err, "\n"), 201);
	assert_contains(result.err, geteuid() == 0 ? "\nand 101 more\n" : "\nand 100 more\n");
	assert_contains(result.out, "\n300 errors, ");
	program_result_free(&result);
}

#define ALONE(words, function)                                                                     \
	{                                                                                          \
		words, function, begin, fixture_end, NULL                                          \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE("the capsule that is shipped is in order", the_shipped_capsule),
		ALONE("texts in a wrong encoding are told of", encodings),
		ALONE("links that lead somewhere are not", links_that_live),
		ALONE("links that lead nowhere are", links_that_are_dead),
		ALONE("nothing in a tree leads check astray", hostile_trees),
		ALONE("lines of the feed page that clients do not see are told of", feed_lines),
		ALONE("check and serve agree on what a post is", feed_pages),
		ALONE("after 200 complaints they are only counted", many_complaints),
	};

	return cmocka_run_group_tests_name("check_capsule", tests, NULL, NULL);
}
