/*
 * One writer and a server whose store is in trouble: what must hold meanwhile and afterwards.
 */
#ifndef KINDLING_TESTS_FAULT_TROUBLE_H
#define KINDLING_TESTS_FAULT_TROUBLE_H

#include "fixture.h"
#include "writers.h"

#include <sqlite3.h>

static struct person writer;

/* A number in its text tells each comment from all others; the answer's status is kept. */
#define SAID_MAX 4000
static unsigned char said[SAID_MAX];
static unsigned said_count;

static inline int trouble_start(void **state)
{
	static const char *const extra[] = {"--comments-per-hour", "1000", NULL};

	fixture_prepare(state);
	server.noisy = true;
	server.extra = extra;
	daemon_start(&server);
	reader_join(&server, &writer, "Writer");
	return 0;
}

static inline int trouble_end(void **state)
{
	person_end(&writer);
	return fixture_end(state);
}

/* Writes a comment: the status. What rests says so in a sentence. */
static inline int say(void)
{
	char text[64];
	struct answer answer;
	int status;

	assert_true(said_count < SAID_MAX);
	snprintf(text, sizeof(text), "Comment number %u end", said_count);
	answer = reader_send(&server, &writer, ESSAY, text);
	status = answer.status;
	if (status != 30 && status != 41)
		fail_msg("\"%s\" was answered %d %s", text, status, answer.meta);
	if (status == 41 && strchr(answer.meta, ' ') == NULL)
		fail_msg("no sentence: 41 %s", answer.meta);
	if (status == 30 && comment_id(&answer) == 0)
		fail_msg("not where the comment is: 30 %s", answer.meta);
	said[said_count++] = (unsigned char)status;
	answer_free(&answer);
	return status;
}

/* The service is there again: at once, or, where each process of the server has to find out by
 * itself what has happened, within so many tries, and it stays. */
#define STEADY 8

static inline void expect_return(int tries)
{
	int row = tries == 1 ? STEADY - 1 : 0;

	while (tries-- > 0 && row < STEADY)
		row = say() == 30 ? row + 1 : 0;
	if (row < STEADY)
		fail_msg("the service does not return");
}

/* The capsule's own pages. */
static inline void expect_pages(void)
{
	struct answer answer = ask(&server, NULL, "gemini://localhost/posts/essay.gmi");

	assert_answer(&answer, 20, "the essay");
	assert_contains(answer.body, "The essay's text.");
	answer_free(&answer);
	expect(&server, NULL, "gemini://localhost/", 20);
	expect(&server, NULL, "gemini://localhost/folder/page.gmi", 20);
}

/* Every comment that was acknowledged is there exactly once, no other one twice. */
static inline void expect_all_that_was_said(void)
{
	char *thread = read_pages(&server, "/comments/on/" ESSAY "/", "?after=");

	for (unsigned i = 0; i < said_count; i++) {
		char text[64];
		size_t times;

		snprintf(text, sizeof(text), "Comment number %u end", i);
		times = count_of(thread, text);
		if (said[i] == 30 ? times != 1 : times > 1)
			fail_msg("\"%s\" was answered %d and is there %zu times", text, said[i],
				times);
	}
	free(thread);
}

/* And after the power has failed, too. */
static inline void expect_all_after_a_crash(void)
{
	daemon_kill(&server);
	assert_store_is_sound(&server);
	daemon_start(&server);
	expect_all_that_was_said();
}

static inline sqlite3 *open_store(void)
{
	char path[DAEMON_PATH_SIZE];
	sqlite3 *database;

	assert_int_equal(sqlite3_open_v2(daemon_path(&server, "store.db", path), &database,
				 SQLITE_OPEN_READWRITE, NULL),
		SQLITE_OK);
	sqlite3_busy_timeout(database, PATIENCE_MS);
	return database;
}

#endif
