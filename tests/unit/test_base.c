/*
 * base/: spans, arenas, buffers, lists, the calendar.
 */
#include "testing.h"

#include "base/clock.h"
#include "base/fault.h"
#include "base/list.h"

static void spans_are_cut_and_compared(void **state)
{
	(void)state;
	struct span before, after;
	assert_true(span_cut(S("key=a=b"), '=', &before, &after));
	assert_span_equal(before, "key");
	assert_span_equal(after, "a=b");
	assert_false(span_cut(S("plain"), '=', &before, &after));
	assert_span_equal(before, "plain");
	assert_int_equal(after.len, 0);
	assert_true(span_equal_nocase(S("GeMiNi"), S("gemini")));
	assert_false(span_equal_nocase(S("gemini["), S("gemini{")));
	assert_false(span_equal(S("a"), S("ab")));
	assert_true(span_starts_with(S("/private/x"), S("/private/")));
	assert_false(span_starts_with(S("/priv"), S("/private/")));
	assert_true(span_ends_with(S("a.gmi"), S(".gmi")));
	assert_false(span_ends_with(S("gmi"), S(".gmi")));
	assert_span_equal(span_trim(S(" \t a b\t ")), "a b");
	assert_int_equal(span_trim(S(" \t ")).len, 0);
	assert_int_equal(span_skip(S("ab"), 5).len, 0);
	assert_int_equal(span_of(NULL).len, 0);
}

static void lines_end_with_lf_or_crlf(void **state)
{
	(void)state;
	struct span rest = S("one\r\ntwo\n\nfour"), line;
	const char *const expected[] = {"one", "two", "", "four"};
	for (size_t i = 0; i < 4; i++) {
		assert_true(span_next_line(&rest, &line));
		assert_span_equal(line, expected[i]);
	}
	assert_false(span_next_line(&rest, &line));
}

static void numbers_keep_their_bounds(void **state)
{
	(void)state;
	uint64_t value = 7;
	assert_true(span_to_u64(S("0"), 0, &value));
	assert_int_equal(value, 0);
	assert_true(span_to_u64(S("18446744073709551615"), UINT64_MAX, &value));
	assert_true(value == UINT64_MAX);
	assert_false(span_to_u64(S("18446744073709551616"), UINT64_MAX, &value));
	assert_true(span_to_u64(S("65535"), 65535, &value));
	assert_false(span_to_u64(S("65536"), 65535, &value));
	assert_false(span_to_u64(S("5"), 4, &value));
	assert_false(span_to_u64(S(""), 10, &value));
	assert_false(span_to_u64(S("-1"), 10, &value));
	assert_false(span_to_u64(S(" 1"), 10, &value));
}

static void an_arena_stays_within_its_limit(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 10000);
	size_t given = 0;
	char *piece;
	while ((piece = arena_alloc(&arena, 100)) != NULL) {
		assert_int_equal((uintptr_t)piece % sizeof(void *), 0);
		memset(piece, 'x', 100);
		given += 100;
	}
	assert_in_range(given, 6500, 10000);
	assert_in_range(arena.total, 1, 10000);
	assert_null(arena_alloc(&arena, SIZE_MAX));
	assert_null(arena_alloc(&arena, SIZE_MAX - 8));
	arena_end(&arena);
	assert_int_equal(arena.total, 0);
	assert_non_null(arena_alloc(&arena, 9000));
	arena_end(&arena);
}

static void an_arena_copies_and_formats(void **state)
{
	(void)state;
	struct arena arena;
	arena_init(&arena, 100000);
	assert_string_equal(arena_copy(&arena, S("text")), "text");
	assert_string_equal(arena_copy(&arena, (struct span){NULL, 0}), "");
	assert_string_equal(arena_printf(&arena, "%d-%s", 5, "x"), "5-x");
	unsigned char *zeroes = arena_zalloc(&arena, 5000);
	assert_non_null(zeroes);
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(zeroes[i], 0);
	arena_end(&arena);
}

static void a_buffer_grows_up_to_its_bound(void **state)
{
	(void)state;
	struct arena arena;
	struct buf buf;
	arena_init(&arena, 100000);
	buf_init(&buf, &arena, 3000);
	for (int i = 0; i < 300; i++)
		buf_text(&buf, "0123456789");
	assert_false(buf_failed(&buf));
	assert_int_equal(buf_view(&buf).len, 3000);
	assert_memory_equal(buf_view(&buf).ptr + 2990, "0123456789", 10);
	buf_byte(&buf, '!');
	assert_true(buf_failed(&buf));
	assert_int_equal(buf_view(&buf).len, 3000);
	buf_printf(&buf, "%d", 1);
	assert_int_equal(buf_view(&buf).len, 3000);
	arena_end(&arena);
}

static void a_buffer_fails_when_its_arena_does(void **state)
{
	(void)state;
	struct arena arena;
	struct buf buf;
	arena_init(&arena, 1000);
	buf_init(&buf, &arena, 100000);
	for (int i = 0; i < 200; i++)
		buf_printf(&buf, "line %d\n", i);
	assert_true(buf_failed(&buf));
	assert_in_range(buf_view(&buf).len, 1, 1000);
	arena_end(&arena);
}

static void a_list_keeps_its_order(void **state)
{
	(void)state;
	struct list list, links[3];
	list_init(&list);
	for (int i = 0; i < 3; i++) {
		list_init(&links[i]);
		list_append(&list, &links[i]);
	}
	list_remove(&links[1]);
	list_remove(&links[1]);
	assert_ptr_equal(list.next, &links[0]);
	assert_ptr_equal(links[0].next, &links[2]);
	list_remove(&links[0]);
	list_remove(&links[2]);
	assert_true(list_is_empty(&list));
}

static void the_calendar_has_ends(void **state)
{
	(void)state;
	char date[CLOCK_DATE_SIZE], time[CLOCK_TIME_SIZE];
	clock_format_date(1763900096, date);
	assert_string_equal(date, "2025-11-23");
	clock_format_time(951782399, time);
	assert_string_equal(time, "2000-02-28T23:59:59Z");
	clock_format_time(INT64_MAX, time);
	assert_string_equal(time, "9999-12-31T23:59:59Z");
	clock_format_date(INT64_MIN, date);
	assert_int_equal(strlen(date), 10);
}

static void a_fault_is_cut_to_size(void **state)
{
	(void)state;
	struct fault fault;
	char text[2 * FAULT_TEXT_SIZE];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_false(fault_set(&fault, "%s", text));
	assert_int_equal(strlen(fault.text), FAULT_TEXT_SIZE - 1);
	assert_false(fault_set(NULL, "nobody reads this"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_are_cut_and_compared),
		cmocka_unit_test(lines_end_with_lf_or_crlf),
		cmocka_unit_test(numbers_keep_their_bounds),
		cmocka_unit_test(an_arena_stays_within_its_limit),
		cmocka_unit_test(an_arena_copies_and_formats),
		cmocka_unit_test(a_buffer_grows_up_to_its_bound),
		cmocka_unit_test(a_buffer_fails_when_its_arena_does),
		cmocka_unit_test(a_list_keeps_its_order),
		cmocka_unit_test(the_calendar_has_ends),
		cmocka_unit_test(a_fault_is_cut_to_size),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
