/*
 * Feeds: which lines of a page are entries, and what they say.
 */
#include "testing.h"

#include "proto/feed.h"

static void entries_in_order(void **state)
{
	(void)state;
	struct span rest = S("# Title\n=> a.gmi 2026-11-23 - First\nText\n"
			     "```\n=> no.gmi 2026-11-22 Not this\n```\n"
			     "=>b.gmi\t2024-02-29:Second \r\n=> plain.gmi No date\n"
			     "=> /c 2026-01-01 \xe2\x80\x94 Third: a dash");
	struct feed_entry entry;
	bool preformatted = false;
	assert_true(feed_next_entry(&rest, &preformatted, &entry));
	assert_span_equal(entry.url, "a.gmi");
	assert_span_equal(entry.date, "2026-11-23");
	assert_span_equal(entry.title, "First");
	assert_true(feed_next_entry(&rest, &preformatted, &entry));
	assert_span_equal(entry.url, "b.gmi");
	assert_span_equal(entry.date, "2024-02-29");
	assert_span_equal(entry.title, "Second");
	assert_true(feed_next_entry(&rest, &preformatted, &entry));
	assert_span_equal(entry.url, "/c");
	assert_span_equal(entry.title, "Third: a dash");
	assert_false(feed_next_entry(&rest, &preformatted, &entry));
	assert_int_equal(rest.len, 0);
}

static void not_entries(void **state)
{
	(void)state;
	static const char *const rows[] = {"", "=>", "=> a", "=> a 2026-11-23", "=> a 2026-11-23 ",
		"=> a 2026-11-23 -", "=> a 2026-11-234 Title", "=> a 2026-11-23 5 reasons",
		"=> a 2026-11-23 - 5 reasons", "=> a 2026-13-01 Title", "=> a 2026-00-01 Title",
		"=> a 2026-02-30 Title", "=> a 2025-02-29 Title", "=> a 1900-02-29 Title",
		"=> a 2026-11-00 Title", "=> a 2026-11-2 Title", "=> a 26-11-23 Title",
		"=> a 2026/11/23 Title", "=> a Title 2026-11-23", " => a 2026-11-23 Title",
		"=> a +026-11-23 Title", "* 2026-11-23 Title"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span rest = span_of(rows[i]);
		struct feed_entry entry;
		bool preformatted = false;
		if (feed_next_entry(&rest, &preformatted, &entry))
			fail_msg("no entry: %s", rows[i]);
	}
}

static void days(void **state)
{
	(void)state;
	static const char *const rows[] = {"=> a 2000-02-29 x", "=> a 2026-12-31 x",
		"=> a 2026-04-30 x", "=> a 0000-01-01 x", "=> a 9999-12-31 x"};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct span rest = span_of(rows[i]);
		struct feed_entry entry;
		bool preformatted = false;
		if (!feed_next_entry(&rest, &preformatted, &entry))
			fail_msg("an entry: %s", rows[i]);
	}
}

/* What an author may have meant for an entry. */
static void labels(void **state)
{
	(void)state;
	static const struct {
		const char *label;
		enum feed_label kind;
	} rows[] = {
		{"2026-11-23 - A title", FEED_ENTRY},
		{"2026-11-23: 'tis", FEED_ENTRY},
		{"", FEED_UNDATED},
		{"A title", FEED_UNDATED},
		{"Version 1.2.3", FEED_UNDATED},
		{"1.2.3 is out", FEED_UNDATED},
		{"10.0.0.1", FEED_UNDATED},
		{"2026", FEED_UNDATED},
		{"2026-11", FEED_UNDATED},
		{"2026 was a year", FEED_UNDATED},
		{"123.4.2026", FEED_UNDATED},
		{"12026-11-23 x", FEED_UNDATED},
		{"2026-02-30 - No day", FEED_NO_DAY},
		{"2026-1-5 - A title", FEED_NO_DAY},
		{"2026/11/23 A title", FEED_NO_DAY},
		{"23.11.2026 A title", FEED_NO_DAY},
		{"2026-11-231 A title", FEED_NO_GAP},
		{"2026-11-23", FEED_NO_TITLE},
		{"2026-11-23 - ", FEED_NO_TITLE},
		{"2026-11-23 - 5 reasons", FEED_DIGIT_TITLE},
		{"A title 2026-11-23", FEED_DATE_LATE},
		{"A title (2026-11-23)", FEED_DATE_LATE},
		{"A number 12026-11-23", FEED_UNDATED},
		{"A number 2026-11-231", FEED_UNDATED},
	};
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct feed_entry entry;
		enum feed_label kind = feed_read_label(span_of(rows[i].label), &entry);
		if (kind != rows[i].kind)
			fail_msg("%s: %d, not %d", rows[i].label, (int)kind, (int)rows[i].kind);
	}
}

static void titles(void **state)
{
	(void)state;
	assert_span_equal(
		feed_title(S("text\n## No\n```\n# No\n```\n#  A title \n# B\n")), "A title");
	assert_span_equal(feed_title(S("## No\n")), "");
	assert_span_equal(feed_title(S("")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_in_order),
		cmocka_unit_test(not_entries),
		cmocka_unit_test(days),
		cmocka_unit_test(labels),
		cmocka_unit_test(titles),
	};
	return cmocka_run_group_tests_name("feed", tests, NULL, NULL);
}
