/*
 * Threads: answers and the chains they make, pages, permanent links, placeholders, the picture of
 * who passed it on to whom, and the section under the post.
 */
#include "fixture.h"
#include "moderator.h"
#include "reader.h"

#define THREAD "/comments/on/posts/essay/"
#define SPREAD "/comments/on/posts/essay/spread"
#define POST   "/posts/essay.gmi"
#define DEEP   300

static struct person vera, rosa, ibrahim; /* the first is the owner */

static int start(void **state)
{
	char code[CODE_TEXT_SIZE];

	fixture_prepare(state);
	assert_true(person_make_ordinary(&vera, "vera"));
	moderator_configure(&server, &vera, "\tcomments_per_hour = 1000\n");
	daemon_start(&server);
	reader_register(&server, &vera, "Vera", code);
	reader_join(&server, &rosa, "Rosa");
	reader_join(&server, &ibrahim, "Ibrahim");
	return 0;
}

static int end(void **state)
{
	person_end(&vera);
	person_end(&rosa);
	person_end(&ibrahim);
	return fixture_end(state);
}

#define WITH_READERS(words, function)                                                              \
	{                                                                                          \
		words, function, start, end, NULL                                                  \
	}

/* The number of the answer. */
static long pass_on(const struct person *person, long parent, const char *text)
{
	char query[URL_SIZE / 2], path[64];
	struct answer answer;
	long id;

	snprintf(path, sizeof(path), "/comments/%ld/reply", parent);
	answer = reader_answer(&server, person, path, encode_query(text, query, sizeof(query)));
	id = comment_id(&answer);
	assert_answer(&answer, 30, path);
	assert_true(id > parent);
	answer_free(&answer);
	return id;
}

static char *comment_page(const struct person *person, long id)
{
	char path[64];

	snprintf(path, sizeof(path), "/comments/%ld", id);
	return page_of(&server, person, path);
}

static void expect_comment(long id, int status)
{
	char url[URL_SIZE];

	expect(&server, NULL, url_of(url, "/comments/%ld", id), status);
}

static void answers(void **state)
{
	long first, second, below;
	char *body, line[128];

	(void)state;
	expect_on_page(&server, NULL, THREAD, "\nNo comments yet.\n");
	first = reader_comment(&server, &rosa, ESSAY, "The driver waited.");
	second = reader_comment(&server, &rosa, ESSAY, "So did I.");
	below = pass_on(&ibrahim, first, "I held the lift.");
	body = page_of(&server, NULL, THREAD);
	assert_contains(body, "# Comments on \"An Essay\" (3)\n");
	assert_contains(body, "\n### Ibrahim, passing on Rosa's, today\n> I held the lift.\n");
	assert_true(strstr(body, "The driver") < strstr(body, "I held"));
	assert_true(strstr(body, "I held") < strstr(body, "So did I"));
	snprintf(line, sizeof(line), "\n=> /comments/%ld Open it: passed on once\n", first);
	assert_contains(body, line);
	free(body);

	body = comment_page(NULL, below);
	assert_contains(body, "# Passed on from Rosa to Ibrahim to you\n");
	assert_contains(body, "\n=> " POST " An Essay\n> The essay's text.\n");
	assert_contains(body, "\n### Rosa, today\n> The driver waited.\n");
	snprintf(line, sizeof(line), "\n=> /comments/%ld/reply Pass it on\n", below);
	assert_contains(body, line);
	assert_lacks(body, "titan:");
	free(body);
	body = comment_page(&rosa, below);
	snprintf(line, sizeof(line),
		"/comments/%ld/reply Or write a longer one (with a client that knows Titan)\n",
		below);
	assert_contains(body, "\n=> titan://localhost");
	assert_contains(body, line);
	free(body);
	body = comment_page(NULL, first);
	assert_contains(body, "\n## Passed on by\n\n### Ibrahim, passing on Rosa's, today\n");
	free(body);
	body = comment_page(NULL, second);
	assert_lacks(body, "Passed on by");
	free(body);
}

/* Up from the end by the links that pages of long chains have, to the first. */
static void climb(long id, long first)
{
	static const char *const label = " stand above these\n";
	int pages = 1;

	for (char *body; id != first; pages++) {
		char *found, *link;

		body = comment_page(NULL, id);
		found = strstr(body, label);
		if (found == NULL) {
			assert_contains(body, "> step 1.\n");
			id = first;
		} else {
			*found = '\0';
			link = strrchr(body, '\n');
			assert_non_null(link);
			assert_int_equal(strncmp(link, "\n=> /comments/", 14), 0);
			id = strtol(link + 14, NULL, 10);
		}
		free(body);
	}
	assert_in_range(pages, DEEP / 11, DEEP / 9);
}

/* Lines of the picture: all of them begin with what the server draws. */
static void look_at_picture(const char *body, size_t names)
{
	const char *line = strstr(body, "\n``` ");
	size_t count = 0;

	assert_non_null(line);
	line = strchr(line + 1, '\n');
	assert_int_equal(strncmp(line, "\n● An Essay\n", 14), 0);
	for (line = strchr(line + 1, '\n'); strncmp(line, "\n```\n", 5) != 0; count++) {
		size_t columns = 0;

		if (strncmp(line + 1, "   ", 3) != 0 && strncmp(line + 1, "│  ", 5) != 0 &&
			strncmp(line + 1, "├─ ", 7) != 0 && strncmp(line + 1, "└─ ", 7) != 0)
			fail_msg("a line that nothing is drawn on: %.80s", line);
		for (line++; *line != '\n'; line++) {
			assert_int_not_equal(*line, '\0');
			columns += (*line & 0xc0) != 0x80;
		}
		assert_in_range(columns, 4, 80);
	}
	assert_int_equal(count, names);
	assert_null(strstr(line + 1, "\n```"));
}

static void deep(void **state)
{
	long first, id;
	char text[64], *body, *again;

	(void)state;
	id = first = reader_comment(&server, &rosa, ESSAY, "step 1.");
	for (int i = 2; i <= DEEP; i++) {
		snprintf(text, sizeof(text), "step %d.", i);
		id = pass_on(i % 2 == 0 ? &ibrahim : &rosa, id, text);
	}
	body = comment_page(NULL, id);
	assert_contains(body, "# Passed on from others to ");
	assert_contains(body, " 289 more comments stand above these\n");
	free(body);
	climb(id, first);
	body = read_pages(&server, THREAD, "?after=");
	for (int i = 1; i <= DEEP; i++) {
		snprintf(text, sizeof(text), "\n> step %d.\n", i);
		assert_int_equal(count_of(body, text), 1);
	}
	for (char *before = NULL, *place; before == NULL || id > first; before = place, id--) {
		snprintf(text, sizeof(text), "\n=> /comments/%ld ", id);
		place = strstr(body, text);
		assert_non_null(place);
		assert_true(before == NULL || place < before);
	}
	free(body);
	body = page_of(&server, NULL, SPREAD);
	assert_contains(body, "The longest chain is 300 comments long.\n");
	assert_contains(body, " 300 deep: Ibrahim\n");
	look_at_picture(body, DEEP);
	again = page_of(&server, &rosa, SPREAD);
	assert_string_equal(body, again);
	free(body);
	free(again);
}

static void picture(void **state)
{
	struct person fence;
	long first, branch;
	char line[128], *body;

	(void)state;
	expect_on_page(&server, NULL, SPREAD, "\nNobody has passed it on yet.\n");
	reader_join(&server, &fence, "``` Luz");
	first = reader_comment(&server, &rosa, ESSAY, "one");
	branch = pass_on(&ibrahim, first, "two");
	pass_on(&fence, branch, "three");
	pass_on(&fence, first, "four");
	reader_comment(&server, &fence, ESSAY, "five");
	body = page_of(&server, NULL, SPREAD);
	assert_contains(body, "# How \"An Essay\" was passed on\n");
	assert_contains(body, "\n● An Essay\n"
			      "├─ Rosa\n"
			      "│  ├─ Ibrahim\n"
			      "│  │  └─ ``` Luz\n"
			      "│  └─ ``` Luz\n"
			      "└─ ``` Luz\n"
			      "```\n");
	snprintf(line, sizeof(line), "3 comments long.\n=> /comments/%ld Its end", branch + 1);
	assert_contains(body, line);
	look_at_picture(body, 5);
	free(body);
	person_end(&fence);
}

static void placeholders(void **state)
{
	long gone, hidden, below, alone;
	char path[64], *body;

	(void)state;
	gone = reader_comment(&server, &rosa, ESSAY, "Rosa said this first.");
	hidden = pass_on(&rosa, gone, "Rosa said this next.");
	below = pass_on(&ibrahim, hidden, "Ibrahim said this last.");
	alone = reader_comment(&server, &rosa, ESSAY, "Nobody answered this.");
	snprintf(path, sizeof(path), "/comments/%ld/delete", gone);
	expect_guarded(&server, &rosa, path, "yes", 30, THREAD);
	snprintf(path, sizeof(path), "/comments/%ld/delete", alone);
	expect_guarded(&server, &rosa, path, "yes", 30, THREAD);
	snprintf(path, sizeof(path), "/comments/moderation/%ld/hide", hidden);
	expect_guarded(&server, &vera, path, "unkind", 30, "/comments/");

	body = page_of(&server, NULL, THREAD);
	assert_contains(body, "\n### A comment, deleted by its author\n");
	assert_contains(body, "\n### A comment, hidden by a moderator\n");
	assert_contains(body, "\n### Ibrahim, passing on somebody's, today\n");
	assert_lacks(body, "Rosa");
	assert_lacks(body, "Nobody answered");
	free(body);
	body = comment_page(NULL, below);
	assert_contains(body, "# Passed on from somebody to somebody to Ibrahim to you\n");
	assert_contains(body, "> Ibrahim said this last.\n");
	assert_lacks(body, "Rosa");
	free(body);
	expect_comment(gone, 20);
	expect_comment(hidden, 20);
	expect_comment(alone, 52);
	body = comment_page(&rosa, hidden);
	assert_contains(body, "\nA moderator has hidden this; ");
	assert_contains(body, "> Rosa said this next.\n");
	free(body);
	body = page_of(&server, NULL, SPREAD);
	assert_contains(body, "\n└─ somebody\n   └─ somebody\n      └─ Ibrahim\n");
	free(body);
}

static void section(void **state)
{
	long first = 0, id = 0;
	char text[64], *body;

	(void)state;
	expect_on_page(&server, NULL, POST, "\nNo comments yet. Yours could be the first.\n");
	for (int i = 1; i <= 4; i++) {
		snprintf(text, sizeof(text), "number %d.", i);
		id = reader_comment(&server, &rosa, ESSAY, text);
		first = i == 1 ? id : first;
	}
	pass_on(&ibrahim, id, "number 5.");
	body = page_of(&server, NULL, POST);
	assert_contains(body, "\n## Comments (5)\n\n### Ibrahim, passing on Rosa's, today\n"
			      "> number 5.\n");
	assert_contains(body, "\n> number 1.\n");
	assert_contains(body, "\n=> " THREAD " The comments on their own page\n");
	snprintf(text, sizeof(text), "\n=> /comments/%ld Open it: passed on once\n", id);
	assert_contains(body, text);
	free(body);
	pass_on(&ibrahim, id, "number 6.");
	body = page_of(&server, NULL, POST);
	assert_lacks(body, "number 1.");
	assert_contains(body, "\n=> " THREAD " Read all 6 comments\n");
	snprintf(text, sizeof(text), "\n=> /comments/%ld Open it: passed on 2 times\n", id);
	assert_contains(body, text);
	assert_contains(body, "\n=> /comments/?on/posts/essay/new Log in or register to ");
	assert_contains(body, "\n=> " THREAD "feed.gmi Follow these comments\n");
	free(body);
	body = page_of(&server, &rosa, POST);
	assert_contains(body, "\n=> " THREAD "new/~");
	assert_contains(body, " Leave a comment (as Rosa)\n");
	assert_contains(body, "\n=> titan://localhost");
	free(body);
	/* Gone from there at once, for every worker. */
	snprintf(text, sizeof(text), "/comments/%ld/delete", first + 1);
	expect_guarded(&server, &rosa, text, "yes", 30, THREAD);
	for (int again = 0; again < 6; again++)
		expect_not_on_page(&server, NULL, POST, "number 2.");
}

static void hostile(void **state)
{
	static const char *const texts[] = {"```\n=> gemini://evil.example/ Log in here\n```",
		"# Comments\n## For moderators\n### Rosa, today\n> said so",
		"20 text/gemini\r\n=> /comments/account/leave Leave",
		"\x1b[31mred\x1b[0m \xe2\x80\xae drow"};
	static const char *const paths[] = {THREAD, "/comments/recent", POST, SPREAD};
	long id = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		id = reader_comment(&server, &rosa, ESSAY, texts[i]);
	for (size_t i = 0; i < COUNT(paths) + 1; i++) {
		char *body = i < COUNT(paths) ? page_of(&server, NULL, paths[i])
					      : comment_page(NULL, id - 3);

		assert_lacks(body, "\n=> gemini://evil.example/ Log");
		assert_lacks(body, "\n=> /comments/account/leave");
		assert_lacks(body, "\n## For moderators");
		assert_lacks(body, "\n20 ");
		assert_lacks(body, "\x1b");
		assert_lacks(body, "\r");
		assert_lacks(body, "\xe2\x80\xae");
		if (i != 3)
			assert_int_equal(count_of(body, "\n```"), 0);
		free(body);
	}
}

static void pages_of_answers(void **state)
{
	long first;
	char path[64], text[64], *body;

	(void)state;
	first = reader_comment(&server, &rosa, ESSAY, "the first");
	for (int i = 1; i <= 45; i++) {
		snprintf(text, sizeof(text), "answer %d.", i);
		pass_on(&ibrahim, first, text);
	}
	snprintf(path, sizeof(path), "/comments/%ld", first);
	body = read_pages(&server, path, "?after=");
	for (int i = 1; i <= 45; i++) {
		snprintf(text, sizeof(text), "\n> answer %d.\n", i);
		assert_int_equal(count_of(body, text), 1);
	}
	free(body);
	body = page_of(&server, NULL, "/comments/people/3");
	assert_contains(body, "# Ibrahim\n");
	assert_contains(body, " 45 comments.\n");
	free(body);
	body = read_pages(&server, "/comments/people/3", "?before=");
	assert_int_equal(count_of(body, "\n> answer "), 45);
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_READERS(
			"an answer stands behind what it answers, and names whose it passes on",
			answers),
		WITH_READERS("a chain three hundred deep is read from end to end", deep),
		WITH_READERS("the picture of who passed it on to whom", picture),
		WITH_READERS(
			"what was answered leaves a place, what was not is gone", placeholders),
		WITH_READERS("the section under the post", section),
		WITH_READERS("no comment passes for the server's own lines", hostile),
		WITH_READERS("many answers, and a person's many comments, come in pages",
			pages_of_answers),
	};

	return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}
