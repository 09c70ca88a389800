/*
 * Writing comments: answers, edits, deletions, reports and uploads; and when none are taken.
 */
#include <pthread.h>
#include <time.h>

#include "moderator.h"
#include "pair.h"
#include "upload.h"

#define THREAD "/comments/on/posts/essay/"

/* Stops it and starts it with other flags. */
static void start_again(const char *const *extra)
{
	daemon_stop(&server);
	server.extra = extra;
	daemon_start(&server);
}

static const char *path_of(char out[64], long id, const char *tail)
{
	snprintf(out, 64, "/comments/%ld%s", id, tail);
	return out;
}

/* Types an answer; the status counts, and META holds the words. The number of a new comment. */
static long type(const struct person *person, const char *path, const char *text, int status,
	const char *words)
{
	char query[URL_SIZE / 2];
	struct answer answer =
		reader_answer(&server, person, path, encode_query(text, query, sizeof(query)));
	long id = comment_id(&answer);

	assert_answer(&answer, status, path);
	assert_contains(answer.meta, words);
	answer_free(&answer);
	return id;
}

static void answers(void **state)
{
	char path[64], url[URL_SIZE];
	long first, second;

	(void)state;
	first = reader_comment(&server, &rosa, ESSAY, "The driver waited for me.");
	snprintf(path, sizeof(path), "/comments/?%ld/reply", first);
	expect_redirect(&server, NULL, url_of(url, "/comments/%ld/reply", first), 30, path);
	path_of(path, first, "/reply");
	expect_answered(&server, &luz, path, NULL, 10);
	second = type(&luz, path, "I held the lift.", 30, "/comments/");
	assert_true(second > first);
	expect_on_page(&server, NULL, path_of(path, second, ""), "> The driver waited for me.\n");
	expect_on_page(&server, NULL, path, "> I held the lift.\n");
	expect_on_page(&server, NULL, path_of(path, first, ""), "> I held the lift.\n");
	expect_on_page(&server, NULL, THREAD, "Luz, passing on Rosa's");
	/* The same again, as after a reload. */
	assert_int_equal(
		type(&luz, path_of(path, first, "/reply"), "I held the lift.", 30, ""), second);
	type(&luz, "/comments/99/reply", "Nobody", 51, "/comments/recent");
}

static void edits(void **state)
{
	char path[64];
	long id;

	(void)state;
	id = reader_comment(&server, &rosa, ESSAY, "Frist");
	path_of(path, id, "/edit");
	expect_guarded(&server, &rosa, path, NULL, 10, "\"Frist\"");
	expect_guarded(&server, &rosa, path, "First", 30, "/comments/");
	expect_on_page(&server, NULL, path_of(path, id, ""), "> First\n");
	expect_on_page(&server, NULL, path, "(edited ");
	expect_not_on_page(&server, NULL, THREAD, "Frist");
	path_of(path, id, "/edit");
	expect_guarded(&server, &luz, path, "Hers", 61, "by Rosa");
	/* One reader's guard is none for another. */
	{
		char url[URL_SIZE], *guard;
		struct answer answer = ask(&server, &luz, url_of(url, "%s", path));

		guard = strdup(redirect_path(&answer));
		answer_free(&answer);
		answer = ask(&server, &rosa, url_of(url, "%s?Stolen", guard));
		assert_answer(&answer, 30, url);
		assert_string_not_equal(redirect_path(&answer), guard);
		assert_contains(answer.meta, "/edit/~");
		answer_free(&answer);
		free(guard);
	}
	expect_on_page(&server, NULL, path_of(path, id, ""), "> First\n");
}

static void deletions(void **state)
{
	char path[64], url[URL_SIZE];
	long alone, answered, answer;

	(void)state;
	alone = reader_comment(&server, &rosa, ESSAY, "Nobody answers this.");
	answered = reader_comment(&server, &rosa, ESSAY, "Somebody answers this.");
	answer = type(&luz, path_of(path, answered, "/reply"), "I do.", 30, "");
	expect_guarded(&server, &luz, path_of(path, alone, "/delete"), "yes", 61, "by Rosa");
	expect_guarded(&server, &rosa, path_of(path, alone, "/delete"), "on", 10, "Type yes");
	expect(&server, NULL, url_of(url, "/comments/%ld", alone), 20);
	expect_guarded(&server, &rosa, path_of(path, alone, "/delete"), "yes", 30, THREAD);
	expect(&server, NULL, url_of(url, "/comments/%ld", alone), 52);
	expect_guarded(&server, &rosa, path_of(path, answered, "/delete"), "Yes", 30, THREAD);
	expect_not_on_page(&server, NULL, THREAD, "Somebody answers this.");
	expect_on_page(&server, NULL, THREAD, "deleted by its author");
	expect_on_page(&server, NULL, THREAD, "> I do.\n");
	expect_not_on_page(&server, NULL, path_of(path, answer, ""), "Somebody answers");
	expect_guarded(&server, &rosa, path_of(path, answered, "/delete"), "yes", 52, "");
	type(&luz, path_of(path, answered, "/reply"), "Late", 52, "no longer there");
}

static void reports(void **state)
{
	char path[64];
	long id;

	(void)state;
	id = reader_comment(&server, &rosa, ESSAY, "Something unkind.");
	path_of(path, id, "/report");
	expect_guarded(&server, &luz, path, NULL, 10, "Something unkind.");
	expect_guarded(&server, &luz, path, " ", 10, "nothing to read");
	expect_guarded(&server, &luz, path, "It is unkind", 30, "/comments/");
	expect_guarded(&server, &luz, path, "Once more", 30, "/comments/");
	expect_guarded(&server, &rosa, path, "Mine", 50, "your own");
}

static void uploads(void **state)
{
	static const char text[] = "A longer one.\n\n# Not a heading\n=> /x Not a link\n";
	char path[64], url[URL_SIZE], whole[URL_SIZE];
	struct answer answer;
	long id, below;

	(void)state;
	id = uploaded_comment(&server, &rosa, titan_url(url, "/comments/on/posts/essay/new"), text);
	expect_on_page(&server, NULL, path_of(path, id, ""),
		"\n> A longer one.\n>\n> # Not a heading\n> => /x Not a link\n");
	below = uploaded_comment(
		&server, &luz, titan_url(url, "/comments/%ld/reply", id), "Passed on.");
	expect_on_page(&server, NULL, path_of(path, below, ""), "\n> Passed on.\n");
	/* It leads to a gemini:// URL, of the port that was asked where one was named. */
	answer = upload(&server, &luz, titan_url(url, "/comments/%ld/edit", below), "Passed on!");
	assert_answer(&answer, 30, url);
	snprintf(whole, sizeof(whole), "gemini://localhost/comments/%ld", below);
	assert_string_equal(answer.meta, whole);
	answer_free(&answer);
	snprintf(url, sizeof(url), "titan://localhost:%u/comments/%ld/edit", server.port, below);
	answer = upload(&server, &luz, url, "Passed on.");
	snprintf(whole, sizeof(whole), "gemini://localhost:%u/comments/%ld", server.port, below);
	assert_string_equal(answer.meta, whole);
	answer_free(&answer);
	/* What is to be edited, as it is kept; and nothing where there is nothing yet. */
	answer = ask_edit(&server, &rosa, titan_url(url, "/comments/%ld/edit", id));
	assert_answer(&answer, 20, url);
	assert_int_equal(strncmp(answer.meta, "text/gemini", 11), 0);
	assert_string_equal(answer.body, "A longer one.\n\n# Not a heading\n=> /x Not a link");
	answer_free(&answer);
	answer = ask_edit(&server, &rosa, titan_url(url, "/comments/on/posts/essay/new"));
	assert_answer(&answer, 20, url);
	assert_int_equal(answer.length, 0);
	answer_free(&answer);
	answer = ask_edit(&server, &luz, titan_url(url, "/comments/%ld/edit", id));
	assert_answer(&answer, 61, url);
	answer_free(&answer);
}

static void refused_uploads(void **state)
{
	char url[URL_SIZE], path[64];
	struct person stranger;
	struct answer answer;
	long id = reader_comment(&server, &rosa, ESSAY, "Mine alone.");

	(void)state;
	assert_true(person_make_ordinary(&stranger, "a stranger"));
	titan_url(url, "/comments/on/posts/essay/new");
	expect_upload(&server, NULL, url, "x", 60);
	expect_upload(&server, &stranger, url, "x", 61);
	expect_upload(&server, &rosa, url, "\xff\xfe", 59);
	expect_upload(&server, &rosa, url, " \n ", 59);
	/* Before its body: none of it is sent here. */
	answer = upload_as(
		&server, &(struct client_options){.person = &rosa}, url, "size=65537", "", 0, 0);
	assert_answer(&answer, 50, url);
	assert_contains(answer.meta, "65,536 bytes");
	answer_free(&answer);
	expect_upload(&server, &luz, titan_url(url, "/comments/%ld/edit", id), "x", 61);
	expect_upload(&server, &luz, titan_url(url, "/comments/%ld/delete", id), "yes", 50);
	expect_upload(&server, &luz, titan_url(url, "/comments/99/reply"), "x", 51);
	expect_upload(&server, &luz, titan_url(url, "/comments/on/posts/none/new"), "x", 51);
	expect_on_page(&server, NULL, path_of(path, id, ""), "> Mine alone.\n");
	person_end(&stranger);
}

static void closed(void **state)
{
	static const char *const all[] = {"--commenting", "closed", NULL};
	static const char *const old[] = {"--close-after", "30", NULL};
	char feed[256], date[16], url[URL_SIZE], path[64];
	time_t now = time(NULL);
	struct tm today;
	long id;

	(void)state;
	strftime(date, sizeof(date), "%Y-%m-%d", gmtime_r(&now, &today));
	snprintf(feed, sizeof(feed),
		"# A capsule\n\n=> posts/essay.gmi %s - An Essay\n"
		"=> posts/second.gmi 2020-01-01 - A second post\n",
		date);
	daemon_write_text(&server, "capsule/index.gmi", feed);
	start_again(NULL);
	id = reader_comment(&server, &rosa, "posts/second", "In time.");
	start_again(old);
	type(&rosa, "/comments/on/posts/second/new", "Late.", 50, "closed since 2020-01-31");
	type(&luz, path_of(path, id, "/reply"), "Late.", 50, "closed since 2020-01-31");
	expect_upload(&server, &luz, titan_url(url, "%s", path), "Late.", 50);
	expect_guarded(&server, &rosa, path_of(path, id, "/edit"), "Late.", 50, "closed");
	reader_comment(&server, &rosa, ESSAY, "Young enough.");
	start_again(all);
	type(&rosa, "/comments/on/posts/essay/new", "Late.", 50, "Comments here are closed");
	expect_not_on_page(&server, NULL, "/comments/recent", "Late.");
	expect_guarded(&server, &rosa, path_of(path, id, "/delete"), "yes", 30, "/second/");
}

static void expect_held(long id, const struct person *author, const struct person *other)
{
	char url[URL_SIZE], path[64];

	expect(&server, NULL, url_of(url, "/comments/%ld", id), 51);
	expect(&server, other, url, 51);
	expect_on_page(&server, author, path_of(path, id, ""), "moderator");
	type(other, path_of(path, id, "/reply"), "To what nobody sees", 51, "");
}

static void held(void **state)
{
	static const char *const all[] = {"--commenting", "all-held", NULL};
	static const char *const first[] = {"--commenting", "first-held", NULL};
	static const char *const words[] = {
		"--held-words", "casino", "--held-words", "buy now", NULL};
	char path[64];
	long id;

	(void)state;
	start_again(words);
	expect_held(reader_comment(&server, &rosa, ESSAY, "A CASINO, for you"), &rosa, &luz);
	expect_held(reader_comment(&server, &rosa, ESSAY, "Buy\nnow."), &rosa, &luz);
	id = reader_comment(&server, &rosa, ESSAY, "Nothing about casinos");
	expect_on_page(&server, NULL, path_of(path, id, ""), "> Nothing about casinos\n");
	expect_guarded(&server, &rosa, path_of(path, id, "/edit"), "casino", 30, "");
	expect_held(id, &rosa, &luz);
	expect_not_on_page(&server, NULL, THREAD, "asino");
	start_again(all);
	expect_held(reader_comment(&server, &rosa, ESSAY, "One that waits"), &rosa, &luz);
	start_again(NULL);
	reader_comment(&server, &rosa, ESSAY, "One that is shown");
	start_again(first);
	expect_held(reader_comment(&server, &luz, ESSAY, "The first"), &luz, &rosa);
	id = reader_comment(&server, &rosa, ESSAY, "Not the first");
	expect_on_page(&server, NULL, path_of(path, id, ""), "> Not the first\n");
}

static void too_many(void **state)
{
	static const char *const few[] = {"--comments-per-hour", "2", NULL};
	struct answer answer;
	char url[URL_SIZE];

	(void)state;
	start_again(few);
	reader_comment(&server, &rosa, ESSAY, "One");
	reader_comment(&server, &rosa, ESSAY, "Two");
	answer = reader_send(&server, &rosa, ESSAY, "Three");
	assert_answer(&answer, 44, "the third");
	assert_int_equal(strspn(answer.meta, "0123456789"), strlen(answer.meta));
	assert_in_range(strtol(answer.meta, NULL, 10), 1, 3600);
	answer_free(&answer);
	expect_upload(&server, &rosa, titan_url(url, "/comments/on/posts/essay/new"), "Three", 44);
	expect_not_on_page(&server, NULL, THREAD, "Three");
	reader_comment(&server, &luz, ESSAY, "Somebody else's one");
}

struct poster {
	pthread_t thread;
	const struct person *person;
	unsigned number;
	int statuses[8];
};

static void *post(void *argument)
{
	struct poster *poster = argument;

	for (unsigned i = 0; i < COUNT(poster->statuses); i++) {
		char query[64];
		struct answer answer;

		snprintf(query, sizeof(query), "At%%20once-%u-%u", poster->number, i);
		reader_fetch(server.port, poster->person, "/comments/on/posts/essay/new", query,
			&answer);
		poster->statuses[i] = answer.status;
		answer_free(&answer);
	}
	return NULL;
}

static void at_once(void **state)
{
	struct poster posters[] = {{.person = &rosa, .number = 1}, {.person = &luz, .number = 2}};
	char words[32], *body;

	(void)state;
	for (size_t i = 0; i < COUNT(posters); i++)
		assert_int_equal(pthread_create(&posters[i].thread, NULL, post, &posters[i]), 0);
	for (size_t i = 0; i < COUNT(posters); i++)
		assert_int_equal(pthread_join(posters[i].thread, NULL), 0);
	body = read_pages(&server, THREAD, "?after=");
	for (size_t i = 0; i < COUNT(posters); i++) {
		for (unsigned j = 0; j < COUNT(posters[i].statuses); j++) {
			assert_int_equal(posters[i].statuses[j], 30);
			snprintf(words, sizeof(words), "> At once-%u-%u\n", posters[i].number, j);
			assert_int_equal(count_of(body, words), 1);
		}
	}
	assert_contains(body, "(16)");
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MEETING("a comment is passed on", answers),
		MEETING("a comment is changed by its author alone", edits),
		MEETING("a comment is deleted, and its answers stay", deletions),
		MEETING("a comment is reported with a reason", reports),
		MEETING("comments, answers and edits are uploaded", uploads),
		MEETING("uploads are refused", refused_uploads),
		MEETING("closed posts take nothing new", closed),
		MEETING("comments wait for a moderator", held),
		MEETING("too many comments are told to wait", too_many),
		MEETING("two people post at once", at_once),
	};

	return cmocka_run_group_tests_name("writing", tests, NULL, NULL);
}
