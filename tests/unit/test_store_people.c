/*
 * People: found, renamed, and what belongs to them alone.
 */
#include "store/people.h"

#include "stores.h"

#define DAY INT64_C(86400)

static enum store_result find_by_name(const char *folded, struct store_person *person)
{
	return store_person_by_name(w.store, HERE, span_of(folded), &w.arena, person);
}

static enum store_result rename_to(int64_t person, const char *name, int64_t now)
{
	return store_person_rename(w.store, person, span_of(name), span_of(name), now);
}

static void a_person_is_found_in_several_ways(void **state)
{
	(void)state;
	struct store_person person;
	int64_t id = 0, other = 0;
	assert_int_equal(register_at(HERE, 1, S("Rosa"), S("rosa"), NOON, &id), STORE_OK);
	assert_int_equal(register_at(THERE, 1, S("Luz"), S("luz"), NOON, &other), STORE_OK);

	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(1), &w.arena, &person), STORE_OK);
	assert_int_equal(person.id, id);
	assert_int_equal(person.used, NOON);
	assert_int_equal(person.ends, NOON + DAY);
	assert_int_equal(store_person_by_id(w.store, HERE, id, &w.arena, &person), STORE_OK);
	assert_span_equal(person.name, "Rosa");
	assert_int_equal(person.registered, NOON);
	assert_int_equal(person.standing, STORE_ACTIVE);
	assert_int_equal(person.role, STORE_READER);
	assert_int_equal(person.used, 0);
	assert_int_equal(find_by_name("rosa", &person), STORE_OK);
	assert_int_equal(person.id, id);

	assert_int_equal(find_by_name("Rosa", &person), STORE_NONE);
	assert_int_equal(find_by_name("luz", &person), STORE_NONE);
	assert_int_equal(find_by_name("", &person), STORE_NONE);
	assert_int_equal(store_person_by_id(w.store, HERE, other, &w.arena, &person), STORE_NONE);
	assert_int_equal(store_person_by_id(w.store, THERE, other, &w.arena, &person), STORE_OK);
}

static void people_are_listed_in_pages(void **state)
{
	(void)state;
	struct store_people page;
	int64_t ids[5], other;
	static const char *const names[] = {"e", "d", "c", "b", "a"};
	assert_int_equal(store_people(w.store, HERE, 0, 3, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 0);
	for (unsigned char i = 0; i < 5; i++) {
		ids[i] = person_of(i, names[i]);
		assert_int_equal(
			register_at(THERE, i, span_of(names[i]), span_of(names[i]), NOON, &other),
			STORE_OK);
	}
	assert_int_equal(store_person_leave(w.store, ids[1], false, NOON), STORE_OK);
	assert_int_equal(store_people(w.store, HERE, 0, 3, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 3);
	assert_true(page.more);
	assert_int_equal(page.items[0].id, ids[0]);
	assert_int_equal(page.items[1].id, ids[2]);
	assert_span_equal(page.items[2].name, "b");
	assert_int_equal(store_people(w.store, HERE, ids[3], 3, &w.arena, &page), STORE_OK);
	assert_int_equal(page.count, 1);
	assert_false(page.more);
	assert_int_equal(page.items[0].id, ids[4]);
}

static void a_name_given_up_is_kept_from_others_for_a_while(void **state)
{
	(void)state;
	struct store_person person;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz"), id = 0;
	int64_t end = NOON + STORE_NAME_KEPT_SECONDS;
	assert_int_equal(rename_to(rosa, "rose", NOON), STORE_OK);
	assert_int_equal(find_by_name("rosa", &person), STORE_NONE);
	assert_int_equal(find_by_name("rose", &person), STORE_OK);
	assert_int_equal(person.id, rosa);

	assert_int_equal(rename_to(luz, "rosa", NOON), STORE_TAKEN);
	assert_int_equal(rename_to(luz, "rosa", end - 1), STORE_TAKEN);
	assert_int_equal(register_at(HERE, 3, S("rosa"), S("rosa"), end - 1, &id), STORE_TAKEN);
	/* Elsewhere it is free. */
	assert_int_equal(register_at(THERE, 3, S("rosa"), S("rosa"), NOON, &id), STORE_OK);
	/* The refused one still has her own. */
	assert_int_equal(find_by_name("luz", &person), STORE_OK);
	assert_int_equal(register_at(HERE, 4, S("luz"), S("luz"), NOON, &id), STORE_TAKEN);

	assert_int_equal(rename_to(luz, "rosa", end), STORE_OK);
	assert_int_equal(find_by_name("rosa", &person), STORE_OK);
	assert_int_equal(person.id, luz);
	/* Nothing of what is over stays behind: luz's former name alone. */
	assert_int_equal(ask_file("SELECT count(*) FROM retired_names"), 1);
}

static void a_name_given_up_may_be_taken_back(void **state)
{
	(void)state;
	struct store_person person;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(2, "luz");
	assert_int_equal(rename_to(rosa, "rose", NOON), STORE_OK);
	assert_int_equal(rename_to(rosa, "rosa", NOON + 1), STORE_OK);
	assert_int_equal(find_by_name("rosa", &person), STORE_OK);
	/* Now the other one is kept. */
	assert_int_equal(rename_to(luz, "rose", NOON + 2), STORE_TAKEN);
	assert_int_equal(ask_file("SELECT count(*) FROM retired_names"), 1);
	assert_int_equal(rename_to(luz, "rosa", NOON + 2), STORE_TAKEN);
}

static void a_name_written_otherwise_is_the_same_name(void **state)
{
	(void)state;
	struct store_person person;
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(store_person_rename(w.store, rosa, S("ROSA"), S("rosa"), NOON), STORE_OK);
	assert_int_equal(find_by_name("rosa", &person), STORE_OK);
	assert_span_equal(person.name, "ROSA");
	assert_int_equal(ask_file("SELECT count(*) FROM retired_names"), 0);
	assert_int_equal(rename_to(9999, "nobody", NOON), STORE_NONE);
}

static void a_visit_ends_half_an_hour_after_its_last_look(void **state)
{
	(void)state;
	struct store_person person = {.id = person_of(1, "rosa")};
	assert_int_equal(store_person_look(w.store, &person, NOON), STORE_OK);
	assert_int_equal(person.looked, NOON);
	assert_int_equal(person.looked_before, 0);
	assert_int_equal(store_person_look(w.store, &person, NOON + 1799), STORE_OK);
	assert_int_equal(person.looked, NOON + 1799);
	assert_int_equal(person.looked_before, 0);
	/* A minute has to pass before it is worth a write. */
	uint64_t generation = w.generation;
	assert_int_equal(store_person_look(w.store, &person, NOON + 1858), STORE_OK);
	assert_int_equal(person.looked, NOON + 1799);
	assert_int_equal(w.generation, generation);

	assert_int_equal(store_person_look(w.store, &person, NOON + DAY), STORE_OK);
	assert_int_equal(person.looked_before, NOON + 1799);
	assert_int_equal(store_person_look(w.store, &person, NOON + DAY + 600), STORE_OK);
	assert_int_equal(person.looked_before, NOON + 1799);
	struct store_person again;
	assert_int_equal(store_person_by_id(w.store, HERE, person.id, &w.arena, &again), STORE_OK);
	assert_int_equal(again.looked, NOON + DAY + 600);
	assert_int_equal(again.looked_before, NOON + 1799);
	/* The clock was set back. */
	assert_int_equal(store_person_look(w.store, &person, NOON), STORE_OK);
	assert_int_equal(person.looked, NOON);

	person.id = 9999;
	assert_int_equal(store_person_look(w.store, &person, NOON + DAY), STORE_NONE);
}

/* Another certificate, as a link code would add it. */
static void add_certificate(int64_t person, unsigned char number, int64_t added)
{
	char key[2 * STORE_KEY_SIZE + 1], sql[256];
	for (size_t i = 0; i < STORE_KEY_SIZE; i++)
		snprintf(&key[2 * i], 3, "%02x", number);
	snprintf(sql, sizeof sql,
		"INSERT INTO certificates (capsule, person, key, added, used)"
		" VALUES (1, %lld, x'%s', %lld, %lld)",
		(long long)person, key, (long long)added, (long long)added);
	tell_file(sql);
}

static void certificates_are_listed_oldest_first(void **state)
{
	(void)state;
	struct store_certificate *items;
	size_t count;
	int64_t rosa = person_of(1, "rosa");
	add_certificate(rosa, 2, NOON - 10);
	add_certificate(rosa, 3, NOON + 10);
	assert_int_equal(
		store_certificate_use(w.store, HERE, key_of(3), NOON + DAY, NOON + 9 * DAY),
		STORE_OK);
	assert_int_equal(store_certificates(w.store, rosa, &w.arena, &items, &count), STORE_OK);
	assert_int_equal(count, 3);
	assert_memory_equal(items[0].key, key_of(2), STORE_KEY_SIZE);
	assert_memory_equal(items[1].key, key_of(1), STORE_KEY_SIZE);
	assert_memory_equal(items[2].key, key_of(3), STORE_KEY_SIZE);
	assert_int_equal(items[0].added, NOON - 10);
	assert_int_equal(items[0].used, NOON - 10);
	assert_int_equal(items[2].used, NOON + DAY);
	assert_int_equal(items[2].ends, NOON + 9 * DAY);
	assert_int_equal(store_certificates(w.store, 9999, &w.arena, &items, &count), STORE_OK);
	assert_int_equal(count, 0);
	assert_int_equal(store_certificate_use(w.store, HERE, key_of(9), NOON, NOON), STORE_NONE);
	assert_int_equal(store_certificate_use(w.store, THERE, key_of(1), NOON, NOON), STORE_NONE);
}

static void neither_the_last_certificate_nor_the_one_in_use_is_removed(void **state)
{
	(void)state;
	struct store_person person;
	int64_t rosa = person_of(1, "rosa"), luz = person_of(9, "luz");
	assert_int_equal(
		store_certificate_remove(w.store, rosa, key_of(1), key_of(1)), STORE_BARRED);
	assert_int_equal(
		store_certificate_remove(w.store, rosa, key_of(1), key_of(7)), STORE_BARRED);
	add_certificate(rosa, 2, NOON);
	assert_int_equal(
		store_certificate_remove(w.store, rosa, key_of(1), key_of(1)), STORE_BARRED);
	assert_int_equal(store_certificate_remove(w.store, luz, key_of(2), key_of(9)), STORE_NONE);
	assert_int_equal(store_certificate_remove(w.store, rosa, key_of(9), key_of(1)), STORE_NONE);
	assert_int_equal(store_certificate_remove(w.store, rosa, key_of(2), key_of(1)), STORE_OK);
	assert_int_equal(store_certificate_remove(w.store, rosa, key_of(2), key_of(1)), STORE_NONE);
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(2), &w.arena, &person), STORE_NONE);
	assert_int_equal(
		store_person_by_key(w.store, HERE, key_of(1), &w.arena, &person), STORE_OK);
}

static void a_feed_has_one_secret_at_a_time(void **state)
{
	(void)state;
	struct store_person person;
	struct span secret;
	int64_t rosa = person_of(1, "rosa");
	assert_int_equal(store_person_feed(w.store, rosa, &w.arena, &secret), STORE_NONE);
	assert_int_equal(store_person_set_feed(w.store, rosa, S("first")), STORE_OK);
	assert_int_equal(store_person_set_feed(w.store, rosa, S("second")), STORE_OK);
	assert_int_equal(store_person_feed(w.store, rosa, &w.arena, &secret), STORE_OK);
	assert_span_equal(secret, "second");
	assert_int_equal(
		store_person_by_feed(w.store, HERE, S("second"), &w.arena, &person), STORE_OK);
	assert_int_equal(person.id, rosa);
	assert_int_equal(
		store_person_by_feed(w.store, HERE, S("first"), &w.arena, &person), STORE_NONE);
	assert_int_equal(
		store_person_by_feed(w.store, THERE, S("second"), &w.arena, &person), STORE_NONE);
	assert_int_equal(store_person_by_feed(w.store, HERE, S(""), &w.arena, &person), STORE_NONE);
	assert_int_equal(store_person_set_feed(w.store, 9999, S("x")), STORE_NONE);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_person_is_found_in_several_ways),
		TEST(people_are_listed_in_pages),
		TEST(a_name_given_up_is_kept_from_others_for_a_while),
		TEST(a_name_given_up_may_be_taken_back),
		TEST(a_name_written_otherwise_is_the_same_name),
		TEST(a_visit_ends_half_an_hour_after_its_last_look),
		TEST(certificates_are_listed_oldest_first),
		TEST(neither_the_last_certificate_nor_the_one_in_use_is_removed),
		TEST(a_feed_has_one_secret_at_a_time),
	};
	return cmocka_run_group_tests_name("store people", tests, NULL, NULL);
}
