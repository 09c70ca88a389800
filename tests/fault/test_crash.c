/*
 * kill -9 at random moments under a load of comments: what was acknowledged is there, once.
 *
 * KINDLING_ROUNDS sets how many times (5), KINDLING_SEED repeats the moments of an earlier run.
 */
#include "reader.h"
#include "fixture.h"

#include <pthread.h>
#include <time.h>

#include <openssl/rand.h>
#include <sqlite3.h>

#define WRITERS     4
#define EACH_PERSON 9 /* comments; the tenth within an hour is the last one allowed */
#define WRITTEN_MAX 4000
#define MOMENT_MS   700

/* One thread's readers, one after the other, and what they were told was stored. */
struct writer {
	pthread_t thread;
	int number, round;
	unsigned port;
	size_t tried, count;
	long acknowledged[WRITTEN_MAX]; /* the numbers of the comments */
	size_t attempts[WRITTEN_MAX];   /* which text each of them has */
	bool wrong;                     /* an answer came that must not */
	struct answer last;             /* and this is it */
};

static unsigned seed;

static int start(void **state)
{
	const char *given = getenv("KINDLING_SEED");

	if (given != NULL)
		seed = (unsigned)strtoul(given, NULL, 10);
	else
		assert_int_equal(RAND_bytes((unsigned char *)&seed, sizeof(seed)), 1);
	print_message("# KINDLING_SEED=%u\n", seed);
	fixture_prepare(state);
	server.noisy = true;
	daemon_start(&server);
	return 0;
}

/* Texts name their thread, round and number, so that each is told from every other. */
static void text_of(char *text, size_t size, int round, int writer, size_t attempt)
{
	snprintf(text, size, "Round %d writer %d number %zu end", round, writer, attempt);
}

/* One answer to a page as this person: true where it was answered whole with 30. */
static bool redirected(
	struct writer *writer, const struct person *person, const char *path, const char *text)
{
	char query[256];
	struct answer answer;
	bool whole = reader_fetch(
		writer->port, person, path, encode_query(text, query, sizeof(query)), &answer);

	if (whole && answer.status != 30) {
		writer->wrong = true;
		writer->last = answer;
		return false;
	}
	if (whole && comment_id(&answer) > 0) {
		writer->acknowledged[writer->count] = comment_id(&answer);
		writer->attempts[writer->count++] = writer->tried;
	}
	answer_free(&answer);
	return whole;
}

static void *write_comments(void *argument)
{
	struct writer *writer = argument;
	bool going = true;

	for (int number = 0; going; number++) {
		struct person person;
		char text[128];

		snprintf(text, sizeof(text), "R%dW%dN%d", writer->round, writer->number, number);
		going = person_make_ordinary(&person, text) &&
			redirected(writer, &person, "/comments/register", text);
		for (int i = 0; going && i < EACH_PERSON; i++) {
			writer->tried++;
			text_of(text, sizeof(text), writer->round, writer->number, writer->tried);
			going = writer->count < WRITTEN_MAX &&
				redirected(writer, &person, "/comments/on/" ESSAY "/new", text);
		}
		person_end(&person);
	}
	return NULL;
}

static void check_integrity(void)
{
	char path[DAEMON_PATH_SIZE];
	sqlite3 *database;
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_open_v2(daemon_path(&server, "store.db", path), &database,
				 SQLITE_OPEN_READWRITE, NULL),
		SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(database, "PRAGMA integrity_check", -1, &statement, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	assert_string_equal((const char *)sqlite3_column_text(statement, 0), "ok");
	sqlite3_finalize(statement);
	assert_int_equal(
		sqlite3_prepare_v2(database, "PRAGMA foreign_key_check", -1, &statement, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_DONE);
	sqlite3_finalize(statement);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
}

static void check_writer(const struct writer *writer, const char *thread)
{
	char text[128], url[URL_SIZE];

	if (writer->wrong)
		fail_msg("writer %d was answered %d %s", writer->number, writer->last.status,
			writer->last.meta);
	for (size_t i = 0; i < writer->count; i++) {
		text_of(text, sizeof(text), writer->round, writer->number, writer->attempts[i]);
		if (count_of(thread, text) != 1)
			fail_msg("acknowledged and there %zu times: %s", count_of(thread, text),
				text);
	}
	for (size_t attempt = 1; attempt <= writer->tried; attempt++) {
		text_of(text, sizeof(text), writer->round, writer->number, attempt);
		if (count_of(thread, text) > 1)
			fail_msg("stored %zu times: %s", count_of(thread, text), text);
	}
	if (writer->count > 0) {
		struct answer answer;

		text_of(text, sizeof(text), writer->round, writer->number,
			writer->attempts[writer->count - 1]);
		answer = ask(&server, NULL,
			url_of(url, "/comments/%ld", writer->acknowledged[writer->count - 1]));
		assert_answer(&answer, 20, url);
		assert_contains(answer.body, text);
		answer_free(&answer);
	}
}

static size_t one_round(int round)
{
	static struct writer writers[WRITERS];
	const struct timespec moment = {
		.tv_nsec = (long)(50 + rand_r(&seed) % MOMENT_MS) * 1000000L};
	size_t acknowledged = 0;
	char *thread;

	for (int i = 0; i < WRITERS; i++) {
		memset(&writers[i], 0, sizeof(writers[i]));
		writers[i].number = i;
		writers[i].round = round;
		writers[i].port = server.port;
		assert_int_equal(
			pthread_create(&writers[i].thread, NULL, write_comments, &writers[i]), 0);
	}
	/* The random moment is what is tested here; nothing is waited for. */
	nanosleep(&moment, NULL);
	daemon_kill(&server);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(writers[i].thread, NULL), 0);
	check_integrity();
	daemon_start(&server);
	thread = read_pages(&server, "/comments/on/" ESSAY "/", "?after=");
	for (int i = 0; i < WRITERS; i++) {
		check_writer(&writers[i], thread);
		acknowledged += writers[i].count;
	}
	free(thread);
	return acknowledged;
}

static void rounds(void **state)
{
	const char *given = getenv("KINDLING_ROUNDS");
	const int count = given != NULL ? (int)strtol(given, NULL, 10) : 5;
	size_t acknowledged = 0;

	(void)state;
	for (int round = 0; round < count; round++)
		acknowledged += one_round(round);
	print_message("# %zu comments were acknowledged in %d rounds\n", acknowledged, count);
	assert_true(acknowledged > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("kill -9 of everything under load: what was acknowledged is there, once",
			rounds),
	};

	return cmocka_run_group_tests_name("crash", tests, start, fixture_end);
}
