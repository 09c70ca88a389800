/*
 * What one changes about oneself.
 */
#include "members.h"

#define SHORT_OTHER  "heron-maple-violin-otter-9271"
#define CERTIFICATES "/comments/account/certificates"

static void the_account_leads_to_everything(void **state)
{
	(void)state;
	person_of(1, "rosa");
	struct span page = page_of("/comments/account/", 1);
	assert_holds(page, "You are rosa here.\n");
	static const char *const labels[] = {"Change your name",
		"Link another device by a one-time code",
		"Make a new recovery code; the one before it ends",
		"Your name, certificates and comments, to read",
		"All that is kept of you, for programs, as JSON"};
	const char *owner = "I have an owner code";
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		assert_says(link_of(page, labels[i]), 1, STATUS_INPUT, "");
	page_of(link_of(page, "Your certificates: see them, remove one"), 1);
	page_of(link_of(page, "Follow answers to you in your client"), 1);
	page_of(link_of(page, "What others see of you"), 1);
	page_of(link_of(page, "Leave, with your comments or without"), 1);
	assert_says(link_of(page, owner), 1, STATUS_SENSITIVE_INPUT, "owner code");
}

/* What a link of a stranger's could make a client type is not looked at. */
static void nothing_changes_without_the_guard(void **state)
{
	(void)state;
	const char *recovery = join(2, "Luz");
	write_one(person_of(1, "rosa"), SPREADS, "hello");
	const struct {
		const char *path, *typed;
		unsigned char who, other;
	} rows[] = {
		{"/comments/account/rename", "yes", 1, 2},
		{"/comments/account/device", "yes", 1, 2},
		{"/comments/account/recovery", "yes", 1, 2},
		{"/comments/account/feed/renew", "yes", 1, 2},
		{"/comments/account/data.gmi", "yes", 1, 2},
		{"/comments/account/data.json", "yes", 1, 2},
		{"/comments/account/leave/keep", "yes", 1, 2},
		{"/comments/account/leave/erase", "yes", 1, 2},
		{"/comments/account/owner", made_code(STORE_CODE_OWNER), 1, 2},
		{ESSAY_ON "/new", "Fool", 1, 2},
		{"/comments/1/reply", "Fool", 1, 2},
		{"/comments/1/edit", "Fool", 1, 2},
		{"/comments/1/delete", "yes", 1, 2},
		{"/comments/register", "Fool", 3, 4},
		{"/comments/register/" ESSAY_WAY, "Fool", 3, 4},
		{"/comments/link", device_code(2), 3, 4},
		{"/comments/recover", "Luz", 3, 4},
		{"/comments/recover/as/Luz", recovery, 3, 4},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *guarded = guard_of(path_with(rows[i].path, rows[i].typed), rows[i].who);
		const char *others = guard_of(rows[i].path, rows[i].other);
		assert_null(strchr(guarded, '?'));
		assert_string_not_equal(others, guarded);
		/* Another reader's guard is none, nor one that was made up. */
		assert_answer(
			path_with(others, rows[i].typed), rows[i].who, STATUS_REDIRECT, guarded);
		others = arena_printf(&w.arena, "%s/~000000000000?%s", rows[i].path, rows[i].typed);
		assert_answer(others, rows[i].who, STATUS_REDIRECT, guarded);
	}
	/* Nothing but yes is yes. */
	assert_says(typed_at("/comments/account/leave/erase", 1, "on"), 1, STATUS_INPUT, "yes");
	assert_answer(typed_at("/comments/account/leave/erase", 1, "No"), 1, STATUS_REDIRECT,
		"/comments/account/");
	assert_says(typed_at("/comments/account/leave/erase", 1, "%FF"), 1, STATUS_INPUT, "UTF-8");
	assert_is(1, "rosa");
	assert_is_nobody(3);
	assert_int_equal(ask_file("SELECT count(*) FROM people WHERE role = 0"), 2);
	assert_int_equal(ask_file("SELECT count(*) FROM comments WHERE text = 'hello'"), 1);
	assert_int_equal(ask_file("SELECT count(*) FROM comments"), 1);
}

static void a_name_is_changed(void **state)
{
	(void)state;
	join(1, "Rosa");
	join(2, "Luz");
	const char *at = guard_of("/comments/account/rename", 1);
	assert_says(at, 1, STATUS_INPUT, "What name would you like instead of Rosa?");
	assert_says(path_with(at, "luz"), 1, STATUS_INPUT, "That name is taken.");
	assert_says(path_with(at, "owner"), 1, STATUS_INPUT, "kept for the capsule");
	assert_says(path_with(at, "%FF"), 1, STATUS_INPUT, "UTF-8");
	assert_answer(path_with(at, "Rosa"), 1, STATUS_REDIRECT, "/comments/account/");
	assert_answer(path_with(at, "ROSA"), 1, STATUS_REDIRECT, "/comments/account/");
	assert_is(1, "ROSA");
	assert_answer(path_with(at, "Rosemary"), 1, STATUS_REDIRECT, "/comments/account/");
	assert_is(1, "Rosemary");
	/* The old name is kept from others, and not from her. */
	const char *other = guard_of("/comments/account/rename", 2);
	assert_says(path_with(other, "rosa"), 2, STATUS_INPUT, "That name is taken.");
	assert_says("/comments/register?Rosa", 3, STATUS_INPUT, "That name is taken.");
	led_to(path_with(at, "Rosa"), 1);
	assert_is(1, "Rosa");
	now += STORE_NAME_KEPT_SECONDS + 1;
	led_to(path_with(other, "Rosemary"), 2);
	assert_is(2, "Rosemary");
}

static void names_change_a_few_times_a_day(void **state)
{
	(void)state;
	join(1, "Rosa");
	const char *at = guard_of("/comments/account/rename", 1);
	static const char *const names[] = {"Ro", "Rosie", "Rosalie", "Rosalind", "Rosario"};
	for (size_t i = 0; i < 5; i++)
		assert_answer(path_with(at, names[i]), 1, STATUS_REDIRECT, "/comments/account/");
	assert_says(path_with(at, "Rosette"), 1, STATUS_SLOW_DOWN, "");
	assert_is(1, "Rosario");
}

static void certificates_are_listed_and_removed(void **state)
{
	(void)state;
	join(1, "Rosa");
	led_to(path_with("/comments/link", device_code(1)), 2);
	join(3, "Luz");
	now += 2 * DAY;
	struct span page = page_of(CERTIFICATES, 2);
	assert_holds(page, "### Another one\n``` Fingerprint of the key\nSHA256 01:01:");
	assert_holds(page, "### The one that you showed now\n``` Fingerprint of the key\nSHA256 "
			   "02:02:");
	assert_holds(page, "* first shown on 2027-01-15\n* last shown on 2027-01-15\n* ends on "
			   "2028-01-15\n=> " CERTIFICATES "/0101");
	assert_holds(page, "* first shown on 2027-01-15\n* last shown on 2027-01-17\n");
	assert_lacks(page, CERTIFICATES "/0202");
	tell_file("UPDATE certificates SET ends = 1800000000 WHERE key = x'0101010101010101"
		  "010101010101010101010101010101010101010101010101'");
	assert_holds(page_of(CERTIFICATES, 2), "* ended on 2027-01-15\n");
	tell_file("UPDATE certificates SET ends = 0");
	assert_lacks(page_of(CERTIFICATES, 2), "* ended on");
	const char *remove = link_of(page, "Remove it");
	assert_says(remove, 2, STATUS_INPUT, "Remove this certificate?");
	assert_answer(path_with(remove, "yes"), 2, STATUS_REDIRECT, CERTIFICATES);
	assert_is_nobody(1);
	assert_is(2, "Rosa");
	/* Gone, or never one's own. */
	assert_says(path_with(remove, "yes"), 2, STATUS_NOT_FOUND, "");
	char path[160], hex[SECRET_HEX_SIZE];
	secret_hex(key_of(3), hex);
	snprintf(path, sizeof path, CERTIFICATES "/%s/remove", hex);
	assert_says(typed_at(path, 2, "yes"), 2, STATUS_NOT_FOUND, "");
	assert_is(3, "Luz");
	/* The one in use, which is also the last. */
	secret_hex(key_of(2), hex);
	snprintf(path, sizeof path, CERTIFICATES "/%s/remove", hex);
	assert_says(typed_at(path, 2, "yes"), 2, STATUS_PERMANENT_FAILURE, "cannot be removed");
	assert_is(2, "Rosa");
	static const char *const none[] = {CERTIFICATES "/x/remove", CERTIFICATES "/0202/remove"};
	for (size_t i = 0; i < 2; i++)
		assert_says(typed_at(none[i], 2, "yes"), 2, STATUS_NOT_FOUND, "");
	static const char digits[] = {'G', 'g', '-', 'A'};
	for (size_t i = 0; i < 2 * sizeof digits; i++) {
		secret_hex(key_of(2), hex);
		hex[i % 2] = digits[i / 2];
		snprintf(path, sizeof path, CERTIFICATES "/%s/remove", hex);
		assert_says(typed_at(path, 2, "yes"), 2, STATUS_NOT_FOUND, "");
	}
}

static void a_code_is_shown_once(void **state)
{
	(void)state;
	join(1, "Rosa");
	join(2, "Luz");
	const char *shown = led_to(typed_at("/comments/account/device", 1, "yes"), 1);
	assert_lacks(page_of(shown, 2), "``` ");
	struct span page = page_of(shown, 1);
	assert_holds(page, "# A code for another certificate\n\n``` One-time code\n");
	assert_holds(page, "It is shown once.\n");
	const char *code = code_in(page);
	page = page_of(shown, 1);
	assert_lacks(page, code);
	assert_holds(page, "# A code is shown once\n");
	/* Where another kind of code is shown it is none. */
	shown = led_to(typed_at("/comments/account/device", 1, "yes"), 1);
	page = page_of(arena_printf(&w.arena, "/comments/welcome/%s", strrchr(shown, '/') + 1), 1);
	assert_lacks(page, "Keep this");
	assert_lacks(page_of("/comments/account/code/x", 1), "``` ");
	/* What nobody looked at in time is not shown. */
	shown = led_to(typed_at("/comments/account/device", 1, "yes"), 1);
	now += CODE_REVEAL_SECONDS + 1;
	assert_lacks(page_of(shown, 1), "``` ");
}

static void the_recovery_code_is_renewed(void **state)
{
	(void)state;
	const char *first = join(1, "Rosa");
	const char *shown = led_to(typed_at("/comments/account/recovery", 1, "YES"), 1);
	struct span page = page_of(shown, 1);
	assert_holds(page, "# Your recovery code\n\n``` Recovery code\n");
	const char *second = code_in(page);
	assert_says(path_with("/comments/recover/as/rosa", first), 2, STATUS_SENSITIVE_INPUT, "");
	led_to(path_with("/comments/recover/as/rosa", second), 2);
	assert_is(2, "Rosa");
}

static void codes_are_made_so_often(void **state)
{
	(void)state;
	join(1, "Rosa");
	const char *at = typed_at("/comments/account/device", 1, "yes");
	for (int i = 0; i < 20; i++)
		led_to(at, 1);
	assert_says(at, 1, STATUS_SLOW_DOWN, "");
	assert_says(typed_at("/comments/account/feed/renew", 1, "yes"), 1, STATUS_SLOW_DOWN, "");
}

static void there_are_never_too_many_codes(void **state)
{
	(void)state;
	join(1, "Rosa");
	person_of(2, "Luz");
	tell_file("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
		  " INSERT INTO codes (capsule, kind, hash, person, expires)"
		  " SELECT 1, 0, randomblob(32), 2, 1800000900 FROM n");
	assert_answer(typed_at("/comments/account/device", 1, "yes"), 1, STATUS_SLOW_DOWN, "900");
}

static void the_feed_has_a_secret_address(void **state)
{
	(void)state;
	join(1, "Rosa");
	struct span page = page_of("/comments/account/feed", 1);
	assert_lacks(page, "/comments/answers/");
	const char *renew = link_of(page, "Make your feed's address");
	assert_says(renew, 1, STATUS_INPUT, "Type yes");
	assert_answer(path_with(renew, "yes"), 1, STATUS_REDIRECT, "/comments/account/feed");
	page = page_of("/comments/account/feed", 1);
	const char *first = link_of(page, "Follow answers to you");
	page_of(first, 0);
	link_of(page, "The same as Atom");
	assert_answer(path_with(link_of(page, "Make a new address; this one ends"), "yes"), 1,
		STATUS_REDIRECT, "/comments/account/feed");
	const char *second = link_of(page_of("/comments/account/feed", 1), "Follow answers to you");
	assert_string_not_equal(first, second);
	assert_says(first, 0, STATUS_NOT_FOUND, "");
	page_of(second, 0);
}

static void the_owner_code_makes_an_owner(void **state)
{
	(void)state;
	join(1, "Rosa");
	join(2, "Luz");
	const char *code = made_code(STORE_CODE_OWNER);
	assert_says("/comments/moderation/", 1, STATUS_CERTIFICATE_NOT_AUTHORISED, "");
	assert_says("/comments/account/owner", 1, STATUS_SENSITIVE_INPUT, "owner code");
	assert_says("/comments/account/owner?" SHORT_OTHER, 1, STATUS_SENSITIVE_INPUT,
		"That is no owner code");
	assert_answer(path_with("/comments/account/owner", code), 1, STATUS_REDIRECT,
		"/comments/moderation/");
	assert_says(path_with("/comments/account/owner", code), 2, STATUS_SENSITIVE_INPUT,
		"That is no owner code");
	assert_holds(page_of("/comments/", 1), ", as the capsule's owner.\n");
	assert_lacks(page_of("/comments/", 2), "owner");
	assert_answer("/comments/account/owner", 1, STATUS_REDIRECT, "/comments/moderation/");
	assert_holds(page_of("/comments/moderation/log", 1), "Rosa: became an owner by a code\n");
}

static void help_tells_all(void **state)
{
	(void)state;
	struct span page = page_of("/comments/help", 0);
	assert_holds(page, "\n### If your client makes none\n");
	assert_holds(page, "\n``` Making a certificate and its key with openssl");
	assert_holds(page, "\nopenssl req -x509 ");
	assert_holds(page, "-keyout reader.key -out reader.crt\n```\n");
	assert_holds(page, "You can leave 10 an hour.");
	assert_holds(page, "up to 64 KiB");
	assert_holds(page, "up to 20 certificates");
	assert_holds(page, "good for 15 minutes");
	assert_holds(page, "\n* your network address\n");
	assert_holds(page, "\n=> / Home page\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_account_leads_to_everything),
		TEST(nothing_changes_without_the_guard),
		TEST(a_name_is_changed),
		TEST(names_change_a_few_times_a_day),
		TEST(certificates_are_listed_and_removed),
		TEST(a_code_is_shown_once),
		TEST(the_recovery_code_is_renewed),
		TEST(codes_are_made_so_often),
		TEST(there_are_never_too_many_codes),
		TEST(the_feed_has_a_secret_address),
		TEST(the_owner_code_makes_an_owner),
		TEST(help_tells_all),
	};
	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}
