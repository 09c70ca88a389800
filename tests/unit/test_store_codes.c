/*
 * One-time codes: each works once, for whom it was made, and not longer than it should.
 */
#include "store/codes.h"

#include <pthread.h>

#include "stores.h"

#define LATER (NOON + 900)

/* Hashes stand next to keys: any 32 bytes do. */
static enum store_result make(
	enum store_code kind, int64_t person, unsigned char hash, int64_t now, int64_t expires)
{
	const struct store_code_new code = {.capsule = HERE,
		.kind = kind,
		.person = person,
		.now = now,
		.expires = expires,
		.hash = key_of(hash)};
	return store_code_make(w.store, &code);
}

static void make_link(int64_t person, unsigned char hash)
{
	assert_int_equal(make(STORE_CODE_LINK, person, hash, NOON, LATER), STORE_OK);
}

static struct store_redeemed shown(unsigned char hash, unsigned char key, int64_t now)
{
	return (struct store_redeemed){.capsule = HERE,
		.hash = key_of(hash),
		.key = key_of(key),
		.now = now,
		.ends = NOON + 86400};
}

static enum store_result link_at(
	unsigned char hash, unsigned char key, int64_t now, int64_t *person)
{
	const struct store_redeemed redeemed = shown(hash, key, now);
	return store_code_link(w.store, &redeemed, person);
}

static enum store_result link_with(unsigned char hash, unsigned char key)
{
	int64_t person = 0;
	return link_at(hash, key, NOON, &person);
}

static enum store_result own_with(unsigned char hash, unsigned char key)
{
	const struct store_redeemed redeemed = shown(hash, key, NOON);
	return store_code_own(w.store, &redeemed);
}

static enum store_result invite_with(unsigned char hash, unsigned char key)
{
	const struct store_redeemed redeemed = shown(hash, key, NOON);
	return store_code_invite(w.store, &redeemed);
}

static enum store_result recover_with(const char *folded, unsigned char code, unsigned char key)
{
	int64_t person = 0;
	const struct store_redeemed redeemed = shown(code, key, NOON);
	return store_recovery_link(w.store, span_of(folded), &redeemed, &person);
}

static int64_t keeper_of(unsigned char key)
{
	struct store_person person = {0};
	enum store_result result =
		store_person_by_key(w.store, HERE, key_of(key), &w.arena, &person);
	assert_true(result == STORE_OK || result == STORE_NONE);
	return person.id;
}

static void set_standing(int64_t person, enum store_standing standing)
{
	char sql[96];
	snprintf(sql, sizeof sql, "UPDATE people SET standing = %d WHERE id = %lld", (int)standing,
		(long long)person);
	tell_file(sql);
}

static void a_link_code_works_once(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), person = 0;
	make_link(rosa, 100);
	assert_int_equal(link_at(101, 2, NOON, &person), STORE_NONE);
	assert_int_equal(link_at(100, 2, NOON, &person), STORE_OK);
	assert_int_equal(person, rosa);
	assert_int_equal(keeper_of(2), rosa);
	assert_int_equal(link_with(100, 3), STORE_NONE);
	assert_int_equal(keeper_of(3), 0);
	assert_int_equal(ask_file("SELECT count(*) FROM codes"), 0);
}

struct racer {
	unsigned char key;
	enum store_result result;
};

static void *race(void *argument)
{
	struct racer *racer = argument;
	racer->result = link_with(100, racer->key);
	return NULL;
}

static void of_two_with_one_code_one_wins(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	for (unsigned char round = 0; round < 8; round++) {
		struct racer racers[2] = {{.key = (unsigned char)(10 + 2 * round)},
			{.key = (unsigned char)(11 + 2 * round)}};
		pthread_t threads[2];
		make_link(rosa, 100);
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(pthread_join(threads[i], NULL), 0);
		size_t won = racers[0].result == STORE_OK ? 0 : 1;
		assert_int_equal(racers[won].result, STORE_OK);
		assert_int_equal(racers[1 - won].result, STORE_NONE);
		assert_int_equal(keeper_of(racers[won].key), rosa);
		assert_int_equal(keeper_of(racers[1 - won].key), 0);
	}
}

static void a_code_is_good_until_it_expires(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), person;
	make_link(rosa, 100);
	assert_int_equal(link_at(100, 2, LATER, &person), STORE_NONE);
	assert_int_equal(link_at(100, 2, LATER - 1, &person), STORE_OK);
	/* The next one that is made sweeps out what has expired. */
	make_link(rosa, 101);
	assert_int_equal(make(STORE_CODE_INVITATION, 0, 102, LATER, LATER + 1), STORE_OK);
	assert_int_equal(ask_file("SELECT count(*) FROM codes"), 1);
}

static void a_code_is_good_for_one_thing_in_one_capsule(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), person;
	make_link(rosa, 100);
	struct store_redeemed there = shown(100, 2, NOON);
	there.capsule = THERE;
	assert_int_equal(store_code_link(w.store, &there, &person), STORE_NONE);
	assert_int_equal(own_with(100, 1), STORE_NONE);
	assert_int_equal(invite_with(100, 2), STORE_NONE);
	assert_int_equal(link_with(100, 2), STORE_OK);
	/* Nor is one made for somebody of another capsule, or for nobody. */
	int64_t other = 0;
	assert_int_equal(register_at(THERE, 9, S("luz"), S("luz"), NOON, &other), STORE_OK);
	assert_int_equal(make(STORE_CODE_LINK, other, 103, NOON, LATER), STORE_NONE);
	assert_int_equal(make(STORE_CODE_LINK, 9999, 103, NOON, LATER), STORE_NONE);
}

static void a_new_code_takes_the_place_of_the_former(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	make_link(rosa, 100);
	make_link(luz, 101);
	make_link(rosa, 102);
	assert_int_equal(link_with(100, 3), STORE_NONE);
	assert_int_equal(link_with(101, 4), STORE_OK);
	assert_int_equal(link_with(102, 5), STORE_OK);
	assert_int_equal(make(STORE_CODE_OWNER, 0, 103, NOON, LATER), STORE_OK);
	assert_int_equal(make(STORE_CODE_OWNER, 0, 104, NOON, LATER), STORE_OK);
	assert_int_equal(own_with(103, 1), STORE_NONE);
	assert_int_equal(own_with(104, 1), STORE_OK);
	/* Invitations stand beside each other. */
	assert_int_equal(make(STORE_CODE_INVITATION, rosa, 105, NOON, LATER), STORE_OK);
	assert_int_equal(make(STORE_CODE_INVITATION, rosa, 106, NOON, LATER), STORE_OK);
	assert_int_equal(invite_with(105, 6), STORE_OK);
	assert_int_equal(invite_with(106, 7), STORE_OK);
}

static void the_code_of_somebody_banned_does_not_work(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	make_link(rosa, 100);
	assert_int_equal(make(STORE_CODE_INVITATION, rosa, 101, NOON, LATER), STORE_OK);
	set_standing(rosa, STORE_BANNED);
	assert_int_equal(link_with(100, 3), STORE_NONE);
	assert_int_equal(invite_with(101, 3), STORE_NONE);
	set_standing(rosa, STORE_ACTIVE);
	assert_int_equal(link_with(100, 3), STORE_OK);
	make_link(luz, 102);
	assert_int_equal(store_person_leave(w.store, luz, false, NOON), STORE_OK);
	assert_int_equal(link_with(102, 4), STORE_NONE);
	assert_int_equal(make(STORE_CODE_LINK, luz, 103, NOON, LATER), STORE_NONE);
}

static void a_person_has_twenty_certificates_at_most(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	for (unsigned char key = 2; key <= STORE_CERTIFICATES_MAX; key++) {
		make_link(rosa, 100);
		assert_int_equal(link_with(100, key), STORE_OK);
	}
	make_link(rosa, 100);
	assert_int_equal(link_with(100, 21), STORE_TOO_MANY);
	assert_int_equal(keeper_of(21), 0);
	assert_int_equal(ask_file("SELECT count(*) FROM certificates"), STORE_CERTIFICATES_MAX);
	/* The code is good still, once there is room. */
	assert_int_equal(store_certificate_remove(w.store, rosa, key_of(5), key_of(1)), STORE_OK);
	assert_int_equal(link_with(100, 21), STORE_OK);
}

static void the_key_of_somebody_is_not_linked(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	make_link(rosa, 100);
	assert_int_equal(link_with(100, 2), STORE_TAKEN);
	assert_int_equal(link_with(100, 1), STORE_TAKEN);
	assert_int_equal(keeper_of(2), luz);
	assert_int_equal(link_with(100, 3), STORE_OK);
}

static void an_owner_code_makes_an_owner(void **state)
{
	(void)state;
	/* Before anybody is there. */
	assert_int_equal(make(STORE_CODE_OWNER, 0, 100, NOON, LATER), STORE_OK);
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(own_with(100, 2), STORE_BARRED);
	set_standing(rosa, STORE_BANNED);
	assert_int_equal(own_with(100, 1), STORE_BARRED);
	set_standing(rosa, STORE_ACTIVE);
	assert_int_equal(own_with(100, 1), STORE_OK);
	assert_int_equal(own_with(100, 1), STORE_NONE);
	struct store_person person;
	assert_int_equal(store_person_by_id(w.store, HERE, rosa, &w.arena, &person), STORE_OK);
	assert_int_equal(person.role, STORE_OWNER);
	assert_int_equal(ask_file("SELECT count(*) FROM actions WHERE act = 9 AND actor = 1"
				  " AND actor_name = 'rosa' AND person = 1"),
		1);
	assert_int_equal(ask_file("SELECT count(*) FROM actions"), 1);
}

static enum store_result register_invited(unsigned char key, const char *name, int64_t now)
{
	int64_t id = 0;
	const struct store_person_new person = {.capsule = HERE,
		.name = span_of(name),
		.folded = span_of(name),
		.key = key_of(key),
		.now = now,
		.invited = true};
	return store_person_add(w.store, &person, &id);
}

static void an_invitation_is_for_one(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa");
	const int64_t held = NOON + STORE_INVITATION_HELD_SECONDS;
	assert_int_equal(make(STORE_CODE_INVITATION, rosa, 100, NOON, LATER), STORE_OK);
	assert_int_equal(register_invited(2, "luz", NOON), STORE_BARRED);
	assert_int_equal(store_key_is_invited(w.store, HERE, key_of(2), NOON), STORE_NONE);
	assert_int_equal(invite_with(100, 2), STORE_OK);
	assert_int_equal(invite_with(100, 3), STORE_NONE);
	/* Whoever invited has done their part. */
	assert_int_equal(store_person_leave(w.store, rosa, false, NOON), STORE_OK);
	assert_int_equal(store_key_is_invited(w.store, HERE, key_of(2), held - 1), STORE_OK);
	assert_int_equal(store_key_is_invited(w.store, HERE, key_of(2), held), STORE_NONE);
	assert_int_equal(store_key_is_invited(w.store, THERE, key_of(2), NOON), STORE_NONE);
	assert_int_equal(store_key_is_invited(w.store, HERE, key_of(3), NOON), STORE_NONE);
	assert_int_equal(register_invited(3, "mia", NOON), STORE_BARRED);
	assert_int_equal(register_invited(2, "luz", held), STORE_BARRED);
	/* A name that is taken does not cost it. */
	assert_int_equal(register_invited(2, "rosa", NOON), STORE_TAKEN);
	assert_int_equal(register_invited(2, "luz", NOON), STORE_OK);
	assert_int_equal(store_key_is_invited(w.store, HERE, key_of(2), NOON), STORE_NONE);
	assert_int_equal(ask_file("SELECT count(*) FROM codes"), 0);
}

static void a_capsule_has_a_thousand_codes_of_a_kind_at_most(void **state)
{
	(void)state;
	person_of(1, "rosa");
	tell_file("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
		  " INSERT INTO codes (capsule, kind, hash, expires)"
		  " SELECT 1, 2, randomblob(32), 1800000900 FROM n");
	assert_int_equal(make(STORE_CODE_INVITATION, 0, 100, NOON, LATER), STORE_TOO_MANY);
	/* Others have room of their own: nobody who invites keeps a person from a second device. */
	assert_int_equal(make(STORE_CODE_LINK, 1, 101, NOON, NOON + 9), STORE_OK);
	assert_int_equal(make(STORE_CODE_INVITATION, 0, 100, LATER - 1, LATER), STORE_TOO_MANY);
	assert_int_equal(make(STORE_CODE_INVITATION, 0, 100, LATER, LATER + 9), STORE_OK);
	assert_int_equal(ask_file("SELECT count(*) FROM codes"), 1);
}

static void a_recovery_code_works_once(void **state)
{
	(void)state;
	unsigned char salt[STORE_KEY_SIZE];
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(store_recovery_salt(w.store, HERE, S("rosa"), salt), STORE_NONE);
	assert_int_equal(store_recovery_set(w.store, rosa, key_of(200), key_of(100)), STORE_OK);
	assert_int_equal(store_recovery_set(w.store, rosa, key_of(201), key_of(101)), STORE_OK);
	assert_int_equal(store_recovery_set(w.store, 9999, key_of(201), key_of(101)), STORE_NONE);
	assert_int_equal(store_recovery_salt(w.store, HERE, S("rosa"), salt), STORE_OK);
	assert_memory_equal(salt, key_of(201), STORE_KEY_SIZE);
	assert_int_equal(store_recovery_salt(w.store, HERE, S("luz"), salt), STORE_NONE);
	assert_int_equal(store_recovery_salt(w.store, THERE, S("rosa"), salt), STORE_NONE);

	assert_int_equal(recover_with("rosa", 100, 2), STORE_NONE);
	assert_int_equal(recover_with("luz", 101, 2), STORE_NONE);
	assert_int_equal(recover_with("rosa", 101, 1), STORE_TAKEN);
	assert_int_equal(recover_with("rosa", 101, 2), STORE_OK);
	assert_int_equal(keeper_of(2), rosa);
	assert_int_equal(recover_with("rosa", 101, 3), STORE_NONE);
	assert_int_equal(store_recovery_salt(w.store, HERE, S("rosa"), salt), STORE_NONE);
}

static void a_banned_person_does_not_recover(void **state)
{
	(void)state;
	unsigned char salt[STORE_KEY_SIZE];
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(store_recovery_set(w.store, rosa, key_of(200), key_of(100)), STORE_OK);
	set_standing(rosa, STORE_BANNED);
	assert_int_equal(store_recovery_salt(w.store, HERE, S("rosa"), salt), STORE_NONE);
	assert_int_equal(recover_with("rosa", 100, 2), STORE_NONE);
}

static enum store_result take(
	int64_t person, unsigned char token, int64_t now, struct store_reveal *reveal)
{
	*reveal = (struct store_reveal){.person = person};
	memcpy(reveal->token, key_of(token), STORE_KEY_SIZE);
	return store_reveal_take(w.store, reveal, now);
}

static void a_code_is_shown_once_to_whom_it_belongs(void **state)
{
	(void)state;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	struct store_reveal reveal = {.person = rosa, .kind = 7, .expires = LATER}, got;
	memcpy(reveal.token, key_of(100), STORE_KEY_SIZE);
	memcpy(reveal.salt, key_of(200), STORE_KEY_SIZE);
	assert_int_equal(store_reveal_set(w.store, &reveal), STORE_OK);
	assert_int_equal(take(luz, 100, NOON, &got), STORE_NONE);
	assert_int_equal(take(rosa, 101, NOON, &got), STORE_NONE);
	assert_int_equal(take(rosa, 100, LATER, &got), STORE_NONE);
	assert_int_equal(take(rosa, 100, LATER - 1, &got), STORE_OK);
	assert_int_equal(got.kind, 7);
	assert_int_equal(got.expires, LATER);
	assert_memory_equal(got.salt, key_of(200), STORE_KEY_SIZE);
	assert_int_equal(take(rosa, 100, NOON, &got), STORE_NONE);

	/* The next one takes the place of one that nobody has looked at. */
	assert_int_equal(store_reveal_set(w.store, &reveal), STORE_OK);
	memcpy(reveal.token, key_of(102), STORE_KEY_SIZE);
	assert_int_equal(store_reveal_set(w.store, &reveal), STORE_OK);
	assert_int_equal(take(rosa, 100, NOON, &got), STORE_NONE);
	assert_int_equal(take(rosa, 102, NOON, &got), STORE_OK);
	reveal.person = 9999;
	assert_int_equal(store_reveal_set(w.store, &reveal), STORE_NONE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_link_code_works_once),
		TEST(of_two_with_one_code_one_wins),
		TEST(a_code_is_good_until_it_expires),
		TEST(a_code_is_good_for_one_thing_in_one_capsule),
		TEST(a_new_code_takes_the_place_of_the_former),
		TEST(the_code_of_somebody_banned_does_not_work),
		TEST(a_person_has_twenty_certificates_at_most),
		TEST(the_key_of_somebody_is_not_linked),
		TEST(an_owner_code_makes_an_owner),
		TEST(an_invitation_is_for_one),
		TEST(a_capsule_has_a_thousand_codes_of_a_kind_at_most),
		TEST(a_recovery_code_works_once),
		TEST(a_banned_person_does_not_recover),
		TEST(a_code_is_shown_once_to_whom_it_belongs),
	};
	return cmocka_run_group_tests_name("store codes", tests, NULL, NULL);
}
