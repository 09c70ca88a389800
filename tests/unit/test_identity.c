/*
 * Identities: dates and the way they are written.
 */
#include "tls/identity.h"

#include "testing.h"

static void both_ends_of_the_dates_belong_to_them(void **state)
{
	(void)state;
	struct identity identity = {.present = true, .not_before = 100, .not_after = 200};
	assert_false(identity_is_current(&identity, 99));
	assert_true(identity_is_current(&identity, 100));
	assert_true(identity_is_current(&identity, 200));
	assert_false(identity_is_current(&identity, 201));
}

static void unreadable_dates_are_never_current(void **state)
{
	(void)state;
	struct identity identity = {.not_before = INT64_MAX, .not_after = INT64_MIN};
	assert_false(identity_is_current(&identity, 0));
	assert_false(identity_is_current(&identity, INT64_MAX));
	assert_false(identity_is_current(&identity, INT64_MIN));
}

static void is_written_in_pairs(void **state)
{
	(void)state;
	unsigned char key[IDENTITY_KEY_SIZE] = {0x00, 0x9f, 0xa0};
	char text[IDENTITY_TEXT_SIZE];
	key[IDENTITY_KEY_SIZE - 1] = 0xff;
	identity_format(key, text);
	assert_int_equal(strlen(text), IDENTITY_TEXT_SIZE - 1);
	assert_memory_equal(text, "00:9f:a0:00:", 12);
	assert_string_equal(text + IDENTITY_TEXT_SIZE - 6, "00:ff");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_of_the_dates_belong_to_them),
		cmocka_unit_test(unreadable_dates_are_never_current),
		cmocka_unit_test(is_written_in_pairs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
