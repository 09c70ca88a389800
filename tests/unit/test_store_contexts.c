/*
 * The words around what a search has found.
 */
#include "hits.h"

#include "store/comments.h"
#include "store/context.h"
#include "text/unicode.h"

#define DOTS "\xe2\x80\xa6"

static struct span context_of(const char *typed)
{
	search_comments(HERE, typed);
	if (hits.count == 0)
		fail_msg("\"%s\" finds nothing", typed);
	return hits.items[0].context;
}

static void assert_holds(struct span text, const char *words)
{
	if (memmem(text.ptr, text.len, words, strlen(words)) == NULL)
		fail_msg("\"%.*s\" does not hold \"%s\"", SPAN_ARG(text), words);
}

/* Words of three letters, of which the `at`th is another one. */
static const char *many_words(size_t count, size_t at, const char *other)
{
	struct buf text;
	buf_init(&text, &w.arena, 8 << 20);
	for (size_t i = 0; i < count; i++)
		buf_printf(&text, "%s%s", i > 0 ? " " : "", i == at ? other : "hay");
	buf_byte(&text, '\0');
	assert_false(buf_failed(&text));
	return text.data;
}

#define HAY3 "hay hay hay "
#define HAY8 "hay hay " HAY3 HAY3

static void the_words_around_one(void **state)
{
	static const struct {
		size_t count, at;
		const char *context;
	} rows[] = {
		{1, 0, "needle"},
		{24, 7, "hay hay hay hay " HAY3 "needle " HAY8 HAY3 HAY3 "hay hay"},
		{25, 0, "needle " HAY8 HAY8 HAY3 HAY3 "hay" DOTS},
		{1000, 3, HAY3 "needle " HAY8 HAY8 "hay hay hay hay" DOTS},
		{1000, 8, HAY8 "needle " HAY8 HAY3 HAY3 "hay" DOTS},
		{1000, 9, DOTS HAY8 "needle " HAY8 HAY3 HAY3 "hay" DOTS},
		{1000, 500, DOTS HAY8 "needle " HAY8 HAY3 HAY3 "hay" DOTS},
		{1000, 984, DOTS HAY8 "needle " HAY8 HAY3 HAY3 "hay"},
		{1000, 983, DOTS HAY8 "needle " HAY8 HAY3 HAY3 "hay" DOTS},
		{1000, 999, DOTS HAY8 "needle"},
		{16000, 15999, DOTS HAY8 "needle"},
	};
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int64_t id =
			write_one(rosa, ESSAY, many_words(rows[i].count, rows[i].at, "needle"));
		const struct span context = context_of("needle");
		assert_int_equal(hits.items[0].id, id);
		assert_span_equal(context, rows[i].context);
		assert_int_equal(store_comment_delete(w.store, HERE, id, rosa), STORE_OK);
	}
}

static void it_is_as_it_was_written(void **state)
{
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	write_one(rosa, ESSAY, "\"Na\xc3\xafve\"\ncaf\xc3\xa9s, caf\xc3\xa9s!\n\nIs it? (Yes.) ");
	assert_span_equal(context_of("NAIVE"),
		"\"Na\xc3\xafve\"\ncaf\xc3\xa9s, caf\xc3\xa9s!\n\nIs it? (Yes.) ");
	/* Letters and marks of several bytes on both sides. */
	write_one(rosa, ESSAY,
		"\xd0\xb0\xd0\xb1 \xd0\xb2 \xd0\xb3 \xd0\xb4 \xd0\xb5 \xd0\xb6 \xd0\xb7 \xd0\xb8 "
		"\xd0\xb9\xcc\x81 \xd0\xbf\xd0\xbe\xd0\xb5\xd0\xb7\xd0\xb4");
	assert_span_equal(context_of("\xd0\x9f\xd0\x9e\xd0\x95\xd0\x97*"), DOTS
		"\xd0\xb2 \xd0\xb3 \xd0\xb4 \xd0\xb5 \xd0\xb6 \xd0\xb7 \xd0\xb8 \xd0\xb9\xcc\x81 "
		"\xd0\xbf\xd0\xbe\xd0\xb5\xd0\xb7\xd0\xb4");
}

static void it_is_around_what_is_rarest(void **state)
{
	char text[4096];
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	snprintf(text, sizeof text, "%s needle and needle, a pin %s", many_words(200, 300, ""),
		many_words(200, 100, "pin"));
	write_one(rosa, ESSAY, text);
	assert_holds(context_of("hay needle"), "hay needle and needle, a pin hay");
	assert_holds(context_of("hay* \"needle and\" pin"), "needle and needle");
	assert_holds(context_of("\"a pin\""), "and needle, a pin hay");
	/* Of those that are there too often to be counted, the first. */
	assert_true(span_starts_with(context_of("hay"), S("hay hay")));
}

static void endless_words(void **state)
{
	char text[9001];
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	/* Behind what was found, before it, and itself; all of it one word. */
	for (size_t i = 0; i + 3 < sizeof text; i += 3)
		memcpy(text + i, "\xe6\x9d\xb1", 4);
	const char *after = arena_printf(&w.arena, "needle %s", text);
	const char *before = arena_printf(&w.arena, "%s needle", text);
	int64_t id = write_one(rosa, ESSAY, after);
	struct span context = context_of("needle");
	assert_true(
		span_starts_with(context, S("needle \xe6\x9d\xb1")) && unicode_is_valid(context));
	assert_true(span_ends_with(context, S("\xe6\x9d\xb1" DOTS)));
	assert_in_range(context.len, CONTEXT_BYTES - 3, CONTEXT_BYTES + 3);
	assert_int_equal(store_comment_delete(w.store, HERE, id, rosa), STORE_OK);
	write_one(rosa, ESSAY, before);
	assert_span_equal(context_of("needle"), DOTS "needle");
	write_one(rosa, ESSAY, text);
	context = context_of("\xe6\x9d\xb1\xe6\x9d\xb1*");
	assert_true(span_starts_with(context, S("\xe6\x9d\xb1\xe6\x9d\xb1")) &&
		    unicode_is_valid(context));
	assert_in_range(context.len, CONTEXT_BYTES - 3, CONTEXT_BYTES + 3);
}

static void endless_marks(void **state)
{
	char marks[8001];
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	memset(marks, '!', sizeof marks);
	marks[sizeof marks - 1] = '\0';
	write_one(rosa, ESSAY, arena_printf(&w.arena, "%s needle %s pin", marks, marks));
	assert_span_equal(context_of("needle"), DOTS "needle" DOTS);
	assert_span_equal(context_of("pin"), DOTS "pin");
	write_one(rosa, ESSAY, arena_printf(&w.arena, "door %s", marks));
	struct span context = context_of("door");
	assert_true(span_starts_with(context, S("door !!!")));
	assert_int_equal(context.len, CONTEXT_BYTES + 3);
}

static struct span context_of_post(const char *title, const char *text, const char *typed)
{
	const struct store_post post = {.slug = ESSAY, .title = span_of(title), .stamp = 1};
	assert_int_equal(store_post_put(w.store, HERE, &post, span_of(text)), STORE_OK);
	assert_int_equal(store_search_posts(w.store, HERE, span_of(typed), 0, 20, &w.arena, &hits),
		STORE_OK);
	assert_int_equal(hits.count, 1);
	assert_span_equal(hits.items[0].slug, "posts/essay");
	return hits.items[0].context;
}

static void posts_have_it_from_their_text(void **state)
{
	(void)state;
	const char *text = many_words(100, 50, "needle");
	assert_span_equal(context_of_post("Needle and pin", text, "needle"),
		DOTS HAY8 "needle " HAY8 HAY3 HAY3 "hay" DOTS);
	/* Nothing of it is in the text. */
	assert_span_equal(context_of_post("Of a pin", text, "pin"),
		HAY8 HAY8 "hay hay hay hay hay hay hay hay" DOTS);
	assert_holds(context_of_post("Of a pin", text, "pin needle"), "hay needle hay");
	assert_span_equal(context_of_post("Needle", "", "needle"), "");
	assert_span_equal(context_of_post("Needle", "?!", "needle"), "?!");
	/* However often the title says it. */
	assert_holds(context_of_post(many_words(30, 0, "hay"), text, "hay"), "hay");
}

static void far_on_it_is_the_beginning(void **state)
{
	(void)state;
	const size_t words = CONTEXT_LOOK_BYTES / 4;
	assert_holds(context_of_post("A", many_words(words + 100, words - 40, "needle"), "needle"),
		"hay needle hay");
	assert_span_equal(
		context_of_post("A", many_words(words + 100, words + 40, "needle"), "needle"),
		HAY8 HAY8 "hay hay hay hay hay hay hay hay" DOTS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_words_around_one),
		TEST(it_is_as_it_was_written),
		TEST(it_is_around_what_is_rarest),
		TEST(endless_words),
		TEST(endless_marks),
		TEST(posts_have_it_from_their_text),
		TEST(far_on_it_is_the_beginning),
	};
	return cmocka_run_group_tests_name("store_contexts", tests, NULL, NULL);
}
