/*
 * A load of comments.
 */
#include "writers.h"

#include <stdatomic.h>

#include <openssl/rand.h>
#include <sqlite3.h>

#include "wire.h"

#define EACH_PERSON 9 /* comments; the tenth within an hour is the last one allowed */
#define TEXT_SIZE   128

static void text_of(char text[TEXT_SIZE], const struct writer *writer, size_t attempt)
{
	snprintf(text, TEXT_SIZE, "Round %d writer %d number %zu end", writer->all->round,
		writer->number, attempt);
}

/* One answer to a page as this person: true where it was answered whole with 30. */
static bool redirected(
	struct writer *writer, const struct person *person, const char *path, const char *text)
{
	char query[TEXT_SIZE * 3 + 1];
	struct answer answer;
	bool whole = reader_fetch(
		writer->all->port, person, path, encode_query(text, query, sizeof(query)), &answer);

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

static bool goes_on(const struct writer *writer)
{
	return !atomic_load(&writer->all->over) && !writer->wrong && writer->count < WRITTEN_MAX;
}

static void *write_comments(void *argument)
{
	struct writer *writer = argument;

	for (int number = 0; goes_on(writer); number++) {
		struct person person;
		char text[TEXT_SIZE];

		snprintf(text, sizeof(text), "R%dW%dN%d", writer->all->round, writer->number,
			number);
		if (!person_make_ordinary(&person, text))
			break;
		if (redirected(writer, &person, "/comments/register", text)) {
			for (int i = 0; i < EACH_PERSON && goes_on(writer); i++) {
				writer->tried++;
				text_of(text, writer, writer->tried);
				redirected(writer, &person, "/comments/on/" ESSAY "/new", text);
			}
		}
		person_end(&person);
	}
	return NULL;
}

void writers_begin(struct writers *writers, unsigned port, int round)
{
	memset(writers, 0, sizeof(*writers));
	writers->round = round;
	writers->port = port;
	for (int i = 0; i < WRITERS; i++) {
		struct writer *writer = &writers->each[i];

		writer->number = i;
		writer->all = writers;
		assert_int_equal(pthread_create(&writer->thread, NULL, write_comments, writer), 0);
	}
}

void writers_end(struct writers *writers)
{
	atomic_store(&writers->over, true);
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(writers->each[i].thread, NULL), 0);
}

static void check_writer(
	const struct writer *writer, const struct daemon *daemon, const char *thread)
{
	char text[TEXT_SIZE], url[URL_SIZE];

	if (writer->wrong)
		fail_msg("writer %d was answered %d %s", writer->number, writer->last.status,
			writer->last.meta);
	for (size_t i = 0; i < writer->count; i++) {
		text_of(text, writer, writer->attempts[i]);
		if (count_of(thread, text) != 1)
			fail_msg("acknowledged and there %zu times: %s", count_of(thread, text),
				text);
	}
	for (size_t attempt = 1; attempt <= writer->tried; attempt++) {
		text_of(text, writer, attempt);
		if (count_of(thread, text) > 1)
			fail_msg("stored %zu times: %s", count_of(thread, text), text);
	}
	if (writer->count > 0) {
		struct answer answer;

		text_of(text, writer, writer->attempts[writer->count - 1]);
		answer = ask(daemon, NULL,
			url_of(url, "/comments/%ld", writer->acknowledged[writer->count - 1]));
		assert_answer(&answer, 20, url);
		assert_contains(answer.body, text);
		answer_free(&answer);
	}
}

size_t writers_check(const struct writers *writers, const struct daemon *daemon)
{
	char *thread = read_pages(daemon, "/comments/on/" ESSAY "/", "?after=");
	size_t acknowledged = 0;

	for (int i = 0; i < WRITERS; i++) {
		check_writer(&writers->each[i], daemon, thread);
		acknowledged += writers->each[i].count;
	}
	free(thread);
	return acknowledged;
}

void assert_store_is_sound(const struct daemon *daemon)
{
	char path[DAEMON_PATH_SIZE];
	sqlite3 *database;
	sqlite3_stmt *statement;

	assert_int_equal(sqlite3_open_v2(daemon_path(daemon, "store.db", path), &database,
				 SQLITE_OPEN_READWRITE, NULL),
		SQLITE_OK);
	sqlite3_busy_timeout(database, PATIENCE_MS);
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

unsigned seed_of_run(void)
{
	const char *given = getenv("KINDLING_SEED");
	unsigned seed;

	if (given != NULL)
		seed = (unsigned)strtoul(given, NULL, 10);
	else
		assert_int_equal(RAND_bytes((unsigned char *)&seed, sizeof(seed)), 1);
	print_message("# KINDLING_SEED=%u\n", seed);
	return seed;
}

int rounds_of_run(int ordinary)
{
	const char *given = getenv("KINDLING_ROUNDS");
	long rounds = given != NULL ? strtol(given, NULL, 10) : 0;

	return rounds > 0 ? (int)rounds : ordinary;
}
