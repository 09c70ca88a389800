/*
 * Who may do what: every route of the conversation against everybody who may ask for it. Asking is
 * answered as the table says, and whoever answers what they were not asked changes nothing.
 */
#include "access.h"
#include "fixture.h"
#include "kept.h"
#include "moderator.h"
#include "reader.h"
#include "upload.h"

static const char *const who_names[] = {
	"nobody", "unknown", "reader", "author", "moderator", "owner", "banned", "expired"};

static struct person people[WHO_COUNT], second_device;

/* ---- a capsule with all of them in it */

static const struct person *person_of(enum who who)
{
	return who == NOBODY ? NULL : &people[who];
}

static void configure_again(const char *more)
{
	daemon_stop(&server);
	moderator_configure(&server, &people[OWNER], more);
	daemon_start(&server);
}

static void link_second_device(void)
{
	char code[CODE_TEXT_SIZE], key[KEY_TEXT_SIZE];
	struct answer answer;

	assert_true(person_make_ordinary(&second_device, "second"));
	reader_device_code(&server, &people[AUTHOR], code);
	answer = reader_type_code(&server, &second_device, "/comments/link", code);
	assert_answer(&answer, 30, code);
	answer_free(&answer);
	key_of_person(&second_device, key);
	snprintf(access_second_key, sizeof(access_second_key), ACCOUNT "certificates/%s/remove",
		key);
}

static void write_comments(void)
{
	const struct person *author = &people[AUTHOR];
	static const char *const texts[] = {
		"One that is shown.", "One with casino.", "One that is hidden."};

	for (long i = 0; i < (long)COUNT(texts); i++)
		assert_int_equal(reader_comment(&server, author, ESSAY, texts[i]), i + 1);
	expect_guarded(&server, &people[OWNER], QUEUE HIDDEN "/hide", REASON, 30, "");
	expect_guarded(
		&server, &people[MODERATOR], "/comments/" SHOWN "/report", "Why not", 30, "");
}

static int start_with_all(void **state)
{
	static const char *const names[] = {
		[READER] = "Walid", "Rosa", "Luz", "Ida", "Tomas", "Ines"};
	struct person dated;

	fixture_prepare(state);
	daemon_start(&server);
	assert_true(person_make_ordinary(&people[UNKNOWN], "unknown"));
	for (enum who who = READER; who < WHO_COUNT; who++)
		reader_join(&server, &people[who], names[who]);
	configure_again("\theld_words = {\"casino\"}\n\tregistration = \"invitation\"\n"
			"\tcomments_per_hour = 1000\n");
	expect_guarded(&server, &people[OWNER], QUEUE "people/3/appoint", REASON, 30, "");
	expect_guarded(&server, &people[OWNER], QUEUE "people/5/ban", REASON, 30, "");
	link_second_device();
	write_comments();
	/* Its key is known, and its dates have run out. */
	assert_true(person_renew_for(&dated, &people[EXPIRED], -30, -1));
	person_end(&people[EXPIRED]);
	people[EXPIRED] = dated;
	return 0;
}

static int end_with_all(void **state)
{
	for (enum who who = UNKNOWN; who < WHO_COUNT; who++)
		person_end(&people[who]);
	person_end(&second_device);
	return fixture_end(state);
}

/* ---- what is answered */

#define OUTCOME_SIZE 256

static void say(struct answer *answer, char out[OUTCOME_SIZE])
{
	if (answer->status == 30 || answer->status == 31)
		snprintf(out, OUTCOME_SIZE, ">%s", redirect_path(answer));
	else
		snprintf(out, OUTCOME_SIZE, "%d", answer->status);
	answer_free(answer);
}

/* Of one request, no further. */
static void ask_once(enum who who, const char *path, const char *typed, char out[OUTCOME_SIZE])
{
	char url[URL_SIZE], query[OUTCOME_SIZE] = "";
	struct answer answer;

	if (typed != NULL)
		encode_query(typed, query, sizeof(query));
	url_of(url, "%s%s%s", path, typed != NULL ? "?" : "", query);
	answer = ask_from_anywhere(&server, person_of(who), url);
	say(&answer, out);
}

/* True where the outcome is a redirect to the path's guarded form: then `guarded` is that. */
static bool is_guard(const char *outcome, const char *path, char guarded[OUTCOME_SIZE])
{
	size_t length = strlen(path);

	if (outcome[0] != '>' || strncmp(outcome + 1, path, length) != 0 ||
		strncmp(outcome + 1 + length, "/~", 2) != 0)
		return false;
	snprintf(guarded, OUTCOME_SIZE, "%s", outcome + 1);
	return true;
}

/* By way of the guard, where there is one. */
static void ask_all_the_way(
	enum who who, const char *path, const char *typed, char out[OUTCOME_SIZE])
{
	char guarded[OUTCOME_SIZE], found[OUTCOME_SIZE];

	ask_once(who, path, typed, out);
	if (!is_guard(out, path, guarded))
		return;
	ask_once(who, guarded, typed, found);
	snprintf(out, OUTCOME_SIZE, "~%.200s", found);
}

static void assert_outcome(const struct row *row, enum who who, const char *path, const char *typed,
	const char *outcome)
{
	const char *expected = row->expected[who];
	char login[OUTCOME_SIZE];

	if (strcmp(expected, ">") == 0) {
		snprintf(login, sizeof(login), ">/comments/%s%s", row->way != NULL ? "?" : "",
			row->way != NULL ? row->way : "");
		expected = login;
	}
	if (strlen(expected) > 2 && strcmp(expected + strlen(expected) - 2, "/~") == 0 &&
		strncmp(outcome, expected, strlen(expected)) == 0)
		return;
	if (strcmp(outcome, expected) != 0)
		fail_msg("%s, by %s, typed \"%s\": %s instead of %s", path, who_names[who],
			typed != NULL ? typed : "", outcome, expected);
}

static void asking(void **state)
{
	bool seen[ROUTE_NONE] = {false};
	char outcome[OUTCOME_SIZE];

	(void)state;
	for (size_t i = 0; i < access_row_count; i++) {
		seen[access_rows[i].route] = true;
		for (enum who who = NOBODY; who < WHO_COUNT; who++) {
			ask_all_the_way(who, access_rows[i].path, NULL, outcome);
			assert_outcome(&access_rows[i], who, access_rows[i].path, NULL, outcome);
		}
	}
	for (size_t i = 0; i < ROUTE_NONE; i++) {
		static const char *const names[] = {
#define ROUTE_NAME(name, path, page, who, flags) #name,
			COMMENTS_ROUTES(ROUTE_NAME)
#undef ROUTE_NAME
		};

		if (!seen[i])
			fail_msg("nobody has asked for the route %s", names[i]);
	}
}

/* ---- whoever answers what they were not asked */

static bool is_asked(const struct row *row, enum who who)
{
	const char *expected = row->expected[who];

	expected += expected[0] == '~';
	return strcmp(expected, "10") == 0 || strcmp(expected, "11") == 0;
}

/* Where no guard of theirs is: those of all others, and one that was made up. */
static void answer_at_guards(const struct row *row, enum who who)
{
	char outcome[OUTCOME_SIZE], guarded[OUTCOME_SIZE];

	for (enum who other = NOBODY; other < WHO_COUNT; other++) {
		snprintf(outcome, sizeof(outcome), ">%s/~0123456789ab", row->path);
		if (other != NOBODY)
			ask_once(other, row->path, NULL, outcome);
		if (other == who || !is_guard(outcome, row->path, guarded))
			continue;
		ask_once(who, guarded, row->typed, outcome);
		if (row->expected[who][0] != '~')
			assert_outcome(row, who, guarded, row->typed, outcome);
		else if (strcmp(outcome + 1, guarded) == 0 ||
			 !is_guard(outcome, row->path, guarded))
			fail_msg("%s at %s's guard: %s", who_names[who], who_names[other], outcome);
	}
}

/* Whether anybody is asked there under an address of their own. */
static bool is_guarded(const struct row *row)
{
	bool guarded = false;

	for (enum who who = NOBODY; who < WHO_COUNT; who++)
		guarded |= row->expected[who][0] == '~';
	return guarded;
}

static void upload_at(const struct row *row, enum who who)
{
	static const int refused[WHO_COUNT] = {
		[NOBODY] = 60, [UNKNOWN] = 61, [BANNED] = 61, [EXPIRED] = 62};
	const char *expected = row->expected[who];
	char url[URL_SIZE];
	struct answer answer;
	int status = refused[who];

	if (status == 0)
		status = (int)strtol(expected + (expected[0] == '~'), NULL, 10);
	answer = upload(&server, person_of(who), titan_url(url, "%s", row->path), row->typed);
	assert_answer(&answer, status, row->path);
	answer_free(&answer);
	answer = ask_edit(&server, person_of(who), url);
	assert_answer(&answer, status, row->path);
	answer_free(&answer);
}

static void answer_as(const struct row *row, enum who who)
{
	char outcome[OUTCOME_SIZE], guarded[OUTCOME_SIZE];

	if (!is_asked(row, who)) {
		ask_all_the_way(who, row->path, row->typed, outcome);
		assert_outcome(row, who, row->path, row->typed, outcome);
		if (row->route == ROUTE_NEW || row->route == ROUTE_REPLY ||
			row->route == ROUTE_EDIT)
			upload_at(row, who);
	} else if (row->expected[who][0] == '~') {
		/* By a link on somebody's page: it leads to the question alone. */
		ask_once(who, row->path, row->typed, outcome);
		assert_true(is_guard(outcome, row->path, guarded));
	}
	if (is_guarded(row))
		answer_at_guards(row, who);
}

static void answering(void **state)
{
	char *before = kept_in_store(&server);

	(void)state;
	assert_contains(before, "comments ");
	for (size_t i = 0; i < access_row_count; i++) {
		char *after;

		if (access_rows[i].typed == NULL)
			continue;
		for (enum who who = NOBODY; who < WHO_COUNT; who++)
			answer_as(&access_rows[i], who);
		after = kept_in_store(&server);
		if (strcmp(before, after) != 0)
			fail_msg("%s changed the store:\n%s\nwas:\n%s", access_rows[i].path, after,
				before);
		free(after);
	}
	free(before);
}

/* What belongs to one person, or to moderators, stands on nobody else's pages. */
static void secrets(void **state)
{
	static const char *const hidden[] = {"casino", "One that is hidden."};

	(void)state;
	for (size_t i = 0; i < access_row_count; i++) {
		for (enum who who = NOBODY; who < WHO_COUNT; who++) {
			char url[URL_SIZE];
			struct answer answer;

			if (strcmp(access_rows[i].expected[who], "20") != 0 || who == AUTHOR ||
				who == MODERATOR || who == OWNER)
				continue;
			answer = ask_from_anywhere(
				&server, person_of(who), url_of(url, "%s", access_rows[i].path));
			for (size_t j = 0; j < COUNT(hidden); j++)
				if (strstr(answer.body, hidden[j]) != NULL)
					fail_msg("%s shows \"%s\" to %s", access_rows[i].path,
						hidden[j], who_names[who]);
			answer_free(&answer);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("every route answers everybody as it should", asking),
		TEST("answering what one was not asked changes nothing", answering),
		TEST("what is held or hidden is on no page of others", secrets),
	};

	return cmocka_run_group_tests_name("access", tests, start_with_all, end_with_all);
}
