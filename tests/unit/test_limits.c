/*
 * Limits: who is counted with whom, and what is answered over the limit.
 */
#include "testing.h"

#include "members.h"

#include "comments/limits.h"

static struct visit visit;

/* Somebody of this network, person and capsule. */
static struct visit *by(uint64_t visitor, int64_t person)
{
	prepare_request(BASE "/comments/", 1);
	request.visitor = visitor;
	visit = (struct visit){.comments = comments, .request = &request, .reply = &reply};
	visit.person.id = person;
	return &visit;
}

static void assert_told_to_wait(unsigned least, unsigned most)
{
	uint64_t seconds;

	assert_int_equal(reply.status, STATUS_SLOW_DOWN);
	/* The bare number: clients print "wait N seconds". */
	assert_true(span_to_u64(reply.meta, 86400, &seconds));
	assert_in_range(seconds, least, most);
}

static void per_network(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		assert_true(limit_by_address(by(1, i), LIMIT_REGISTRATIONS_OF_ADDRESS));
	assert_int_equal(reply.status, 0);
	assert_false(limit_by_address(by(1, 11), LIMIT_REGISTRATIONS_OF_ADDRESS));
	assert_told_to_wait(350, 360);
	assert_true(limit_by_address(by(2, 11), LIMIT_REGISTRATIONS_OF_ADDRESS));
}

static void per_person(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 5; i++)
		assert_true(limit_by_person(by(i, 7), LIMIT_RENAMES_OF_PERSON));
	assert_false(limit_by_person(by(99, 7), LIMIT_RENAMES_OF_PERSON));
	assert_told_to_wait(17270, 17280);
	assert_true(limit_by_person(by(99, 8), LIMIT_RENAMES_OF_PERSON));
}

static void per_anything(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		assert_true(limit_by_bytes(by(1, 1), LIMIT_GUESSES_AT_NAME, "ada", 3));
	assert_false(limit_by_bytes(by(2, 2), LIMIT_GUESSES_AT_NAME, "ada", 3));
	assert_told_to_wait(30, 36);
	assert_true(limit_by_bytes(by(1, 1), LIMIT_GUESSES_AT_NAME, "ad", 2));
	assert_true(limit_by_bytes(by(1, 1), LIMIT_GUESSES_AT_NAME, "adam", 4));
	assert_true(limit_by_bytes(by(1, 1), LIMIT_GUESSES_AT_NAME, NULL, 0));
}

static void limits_are_apart(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		limit_by_person(by(1, 7), LIMIT_EXPORTS_OF_PERSON);
	assert_false(limit_by_person(by(1, 7), LIMIT_EXPORTS_OF_PERSON));
	assert_true(limit_by_person(by(1, 7), LIMIT_CODES_OF_PERSON));
	assert_true(limit_by_person(by(1, 7), LIMIT_EDITS_OF_PERSON));
}

static void capsules_are_apart(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		limit_by_person(by(1, 7), LIMIT_EXPORTS_OF_PERSON);
	capsule.host = "neighbour.example";
	assert_true(limit_by_person(by(1, 7), LIMIT_EXPORTS_OF_PERSON));
	capsule.host = "here.example";
	assert_false(limit_by_person(by(1, 7), LIMIT_EXPORTS_OF_PERSON));
}

/* What lies in memory tells nothing without the secret: another one counts anew. */
static void keyed(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++)
		limit_by_person(by(1, 7), LIMIT_EXPORTS_OF_PERSON);
	shared.secret[0] ^= 1;
	assert_true(limit_by_person(by(1, 7), LIMIT_EXPORTS_OF_PERSON));
}

static void no_memory(void **state)
{
	struct arena none;

	(void)state;
	by(1, 7);
	arena_init(&none, 0);
	request.arena = &none;
	assert_false(limit_by_person(&visit, LIMIT_EXPORTS_OF_PERSON));
	assert_int_equal(reply.status, STATUS_TEMPORARY_FAILURE);
	request.arena = &w.arena;
	arena_end(&none);
}

/* What is asked is not done by then, wherever it is. */
static void every_page_keeps_to_them(void **state)
{
	static const struct {
		const char *path, *typed;
		bool (*use)(struct visit *visit, enum limit limit);
		enum limit limit;
	} pages[] = {
		{"/comments/account/recovery", "yes", limit_by_person, LIMIT_CODES_OF_PERSON},
		{"/comments/account/device", "yes", limit_by_person, LIMIT_CODES_OF_PERSON},
		{"/comments/account/feed/renew", "yes", limit_by_person, LIMIT_CODES_OF_PERSON},
		{"/comments/account/data.gmi", "yes", limit_by_person, LIMIT_EXPORTS_OF_PERSON},
		{"/comments/account/rename", "Vera", limit_by_person, LIMIT_RENAMES_OF_PERSON},
		{"/comments/1/edit", "Better", limit_by_person, LIMIT_EDITS_OF_PERSON},
		{"/comments/moderation/invite", "Ana", limit_by_person, LIMIT_CODES_OF_PERSON},
		{"/comments/2/report", "Unkind", limit_by_person, LIMIT_REPORTS_OF_PERSON},
		{"/comments/2/report", "Unkind", limit_by_address, LIMIT_REPORTS_OF_ADDRESS},
		{"/comments/account/owner", "heron-maple-violin-otter-9271", limit_by_address,
			LIMIT_GUESSES_OF_ADDRESS},
		{ESSAY_ON "/new", "One%20more", limit_by_address, LIMIT_COMMENTS_OF_ADDRESS},
	};
	int64_t id = person_of(1, "rosa");

	(void)state;
	moderate(STORE_ACT_APPOINT, id);
	capsule.registration = REGISTRATION_INVITATION;
	assert_int_equal(say(id, SPREADS, 0, S("One of mine")), 1);
	assert_int_equal(say(person_of(3, "luz"), SPREADS, 0, S("One of hers")), 2);
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		const char *at = typed_at(pages[i].path, 1, pages[i].typed);
		uint64_t before = w.generation;

		memset(rates_memory, 0, sizeof(rates_memory));
		while (pages[i].use(by(1, id), pages[i].limit))
			continue;
		assert_says(at, 1, STATUS_SLOW_DOWN, "");
		assert_int_equal(w.generation, before);
	}
	/* And those of strangers. */
	const char *at = typed_at("/comments/invitation", 2, made_code(STORE_CODE_INVITATION));

	while (limit_by_address(by(1, 0), LIMIT_GUESSES_OF_ADDRESS))
		continue;
	assert_says(at, 2, STATUS_SLOW_DOWN, "");
	memset(rates_memory, 0, sizeof(rates_memory));
	led_to(at, 2);
	at = typed_at("/comments/register", 2, "Ana");
	while (limit_by_address(by(1, 0), LIMIT_REGISTRATIONS_OF_ADDRESS))
		continue;
	assert_says(at, 2, STATUS_SLOW_DOWN, "");
	assert_is_nobody(2);
}

#define ROW(words, function)                                                                       \
	{                                                                                          \
		words, function, set_up, tear_down, NULL                                           \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ROW("a network is one, whoever asks from it", per_network),
		ROW("a person is one, wherever they are", per_person),
		ROW("a name is one, whoever asks for it", per_anything),
		ROW("no limit counts for another", limits_are_apart),
		ROW("no capsule counts for another", capsules_are_apart),
		ROW("subjects are hashed with this run's secret", keyed),
		ROW("without memory nobody gets by", no_memory),
		ROW("every page that has a limit keeps to it", every_page_keeps_to_them),
	};

	return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}
