/*
 * The capsule that is shipped, as readers meet it: every link of it leads somewhere.
 *
 * KINDLING_CAPSULE says where it lies; without that it is "capsule" of the folder the test runs in.
 */
#include "reader.h"
#include "fixture.h"

#include <limits.h>

#define PAGES_MAX 64
#define PICTURE   200000 /* bytes that the picture stays under */

static int start(void **state)
{
	const char *named = getenv("KINDLING_CAPSULE");
	char root[PATH_MAX], conf[PATH_MAX + 128];

	if (realpath(named != NULL ? named : "capsule", root) == NULL)
		fail_msg("no capsule at %s", named != NULL ? named : "capsule");
	snprintf(conf, sizeof(conf),
		"capsule \"localhost\" {\n    root = \"%s\"\n    certs = \"certs\"\n}\n", root);
	fixture_prepare(state);
	daemon_write_text(&server, "kindling.conf", conf);
	server.conf = "kindling.conf";
	daemon_start(&server);
	return 0;
}

/* Paths still to be visited and visited ones, each once. */
struct walk {
	char paths[PAGES_MAX][512];
	size_t count;
};

static void add_path(struct walk *walk, const char *path, size_t length)
{
	assert_true(length < sizeof(walk->paths[0]));
	for (size_t i = 0; i < walk->count; i++)
		if (strlen(walk->paths[i]) == length && memcmp(walk->paths[i], path, length) == 0)
			return;
	assert_true(walk->count < PAGES_MAX);
	memcpy(walk->paths[walk->count], path, length);
	walk->paths[walk->count++][length] = '\0';
}

/* The links of a page that begin with a slash; the shipped pages write all their own so. */
static void add_links(struct walk *walk, const char *page)
{
	for (const char *line = page; line != NULL; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "=> /", 4) == 0)
			add_path(walk, line + 3, strcspn(line + 3, " \t\n"));
	}
}

/* What somebody without an identity is answered where all is well. */
static int status_without_identity(const char *path)
{
	if (strcmp(path, "/comments/") == 0 || strncmp(path, "/comments/?", 11) == 0)
		return 60;
	if (strncmp(path, "/comments/account/", 18) == 0)
		return 30; /* to the page that asks for one */
	return strcmp(path, "/search") == 0 ? 10 : 20;
}

static void links_lead_somewhere(void **state)
{
	static struct walk walk;

	(void)state;
	add_path(&walk, "/", 1);
	for (size_t i = 0; i < walk.count; i++) {
		char url[URL_SIZE];
		struct answer answer = ask(&server, NULL, url_of(url, "%s", walk.paths[i]));

		assert_answer(&answer, status_without_identity(walk.paths[i]), url);
		if (strncmp(answer.meta, "text/gemini", 11) == 0)
			add_links(&walk, answer.body);
		answer_free(&answer);
	}
	assert_true(walk.count >= 4);
}

static void essay_and_picture(void **state)
{
	struct answer answer = ask(&server, NULL, "gemini://localhost/posts/kindness-spreads.gmi");
	char link[512], url[URL_SIZE];

	(void)state;
	assert_answer(&answer, 20, "the essay");
	assert_int_equal(strncmp(answer.body, "# Kindness Spreads\n", 19), 0);
	assert_contains(answer.body, "\nP.S. The graphic that belongs here is from my favourite "
				     "daily mental-health calendar, created by Kate Allen.\n");
	assert_contains(answer.body, "\n## Comments\n");
	assert_contains(answer.body, "\n=> /comments/?on/posts/kindness-spreads/new ");
	assert_true(find_link(answer.body, "/pictures/", link, sizeof(link)));
	assert_contains(answer.body,
		"drawn for this capsule: a stand-in for a page of Kate Allen's "
		"calendar\n");
	answer_free(&answer);
	answer = ask(&server, NULL, url_of(url, "%s", link));
	assert_answer(&answer, 20, url);
	assert_string_equal(answer.meta, "image/png");
	assert_in_range(answer.length, 1000, PICTURE);
	answer_free(&answer);
}

/* Amfora's folder is there once Amfora ran, and openssl makes none. */
static void what_the_page_about_it_says(void **state)
{
	struct answer answer = ask(&server, NULL, "gemini://localhost/about.gmi");

	(void)state;
	assert_answer(&answer, 20, "the page about the capsule");
	assert_contains(answer.body, "\nmkdir -p ~/.config/amfora\nopenssl req ");
	assert_contains(answer.body, "You can leave ten an hour.");
	assert_contains(answer.body, "Links in your comment, up to ten, are shown below it");
	assert_lacks(answer.body, "4,000");
	answer_free(&answer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("every link of the shipped capsule leads somewhere", links_lead_somewhere),
		TEST("the essay has its comment section and its picture", essay_and_picture),
		TEST("the page about it tells how to make an identity, and what fits",
			what_the_page_about_it_says),
	};

	return cmocka_run_group_tests_name("capsule", tests, start, fixture_end);
}
