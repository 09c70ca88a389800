/*
 * Whose comments nobody can read: told from a store that nobody changes.
 */
#include "capture.h"
#include "stores.h"

static size_t found; /* by the last look */

static const char *warnings(const char *const *hosts, size_t count)
{
	capture_begin();
	found = store_warn_of_strangers(w.spec, hosts, count);
	return capture_end();
}

static size_t count_lines(const char *text)
{
	size_t lines = 0;
	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

static void a_host_that_is_not_configured_is_named(void **state)
{
	(void)state;
	static const char *const here[] = {"other.example", "here.example"};
	static const char *const there[] = {"there.example"};
	int64_t id;
	store_begin();
	int64_t rosa = person_of(1, "rosa");
	write_one(rosa, ESSAY, "one");
	write_one(rosa, ESSAY, "two");
	/* Somebody is known there, but has not said anything. */
	assert_int_equal(register_at(THERE, 2, S("luz"), S("luz"), NOON, &id), STORE_OK);
	for (int served = 1; served >= 0; served--) {
		assert_string_equal(warnings(here, 2), "");
		assert_int_equal(found, 0);
		const char *text = warnings(there, 1);
		assert_int_equal(found, 1);
		if (strstr(text, "2 comments of here.example") == NULL || count_lines(text) != 1)
			fail_msg("\"%s\"", text);
		store_end();
	}
	assert_true(access(tree_at(&w.tree, "var/kindling.db-wal"), F_OK) != 0);
	assert_true(access(tree_at(&w.tree, "var/kindling.db-shm"), F_OK) != 0);
}

static void what_cannot_be_read_is_not_our_concern(void **state)
{
	(void)state;
	assert_string_equal(warnings(NULL, 0), "");
	assert_true(access(tree_at(&w.tree, "var"), F_OK) != 0);
	tree_folder(&w.tree, "var");
	tree_file(&w.tree, "var/kindling.db", "This is no database, however long one looks at it.");
	assert_string_equal(warnings(NULL, 0), "");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, world_begin, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_that_is_not_configured_is_named),
		TEST(what_cannot_be_read_is_not_our_concern),
	};
	return cmocka_run_group_tests_name("store look", tests, NULL, NULL);
}
