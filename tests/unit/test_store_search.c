/*
 * Searching: what a reader may type, what is found, and what never is.
 */
#include "hits.h"

#include "store/comments.h"
#include "store/moderation.h"
#include "store/people.h"

static void words_phrases_and_beginnings(void **state)
{
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	write_one(rosa, ESSAY, "The bus driver waited for me.");           /* 1 */
	write_one(rosa, ESSAY, "A driver of a bus: Caf\xc3\xa9 au lait."); /* 2 */
	write_one(rosa, S("posts/other"), "I don't wait. NOT me OR you."); /* 3 */
	assert_found("lemons", "");
	assert_found("waited", "1");
	assert_found("WAITED bus", "1");
	assert_found("waited lait", "");
	assert_found("\"bus driver\"", "1");
	assert_found("\"driver bus\"", "");
	assert_found("cafe", "2");
	assert_found("CAFE\xcc\x81", "2");
	assert_found("don't", "3");
	assert_found("\"don t\"", "3");
	assert_found("NOT", "3");
	assert_found("you OR lemons", "");
	assert_found("bus -waited", "1");
	assert_found("\"bus dri*\"", "1");
	assert_found("w*", ""); /* one letter is a word */
	search_comments(HERE, "wai*");
	assert_int_equal(hits.count, 2);
	search_comments(HERE, "me");
	assert_int_equal(hits.count, 2);
	search_comments(HERE, "wait");
	assert_int_equal(hits.items[0].id, 3);
	assert_span_equal(hits.items[0].slug, "posts/other");
	assert_span_equal(hits.items[0].author, "rosa");
	assert_span_equal(hits.items[0].title, "");
	assert_int_equal(hits.items[0].written, NOON + 2 * 3601);
	assert_span_equal(hits.items[0].context, "I don't wait. NOT me OR you.");
	/* Whatever the column of the capsule holds is no word of a text. */
	assert_found("1", "");
	assert_found("capsule:1", "");
}

static void nothing_to_look_for(void **state)
{
	const struct span none[] = {
		S(""), S(" \n"), S("***"), S("\"\""), S("!?-+(){}:^"), S("\xff")};
	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		assert_int_equal(
			store_search_comments(w.store, HERE, none[i], 0, 20, &w.arena, &hits),
			STORE_NONE);
		assert_int_equal(store_search_posts(w.store, HERE, none[i], 0, 20, &w.arena, &hits),
			STORE_NONE);
	}
}

static void beginnings_of_any_length(void **state)
{
	int64_t rosa = person_of(1, "rosa");
	(void)state;
	write_one(rosa, ESSAY, "kind");
	write_one(rosa, ESSAY, "kindness");
	write_one(rosa, ESSAY, "kiln");
	write_one(rosa, ESSAY, "\xe6\x9d\xb1\xe4\xba\xac\xe9\xa7\x85"); /* Tokyo's station */
	assert_found("ki*", "3 2 1");
	assert_found("kin*", "2 1");
	assert_found("kind*", "2 1");
	assert_found("kindn*", "2");
	assert_found("K\xc3\x8d*", "3 2 1");
	assert_found("\xe6\x9d\xb1\xe4\xba\xac*", "4");
	assert_found("kix*", "");
}

static void order(enum store_act act, int64_t id)
{
	const struct store_order given = {
		.capsule = HERE, .act = act, .subject = id, .reason = S("a reason"), .now = NOON};
	assert_int_equal(store_moderate(w.store, &given), STORE_OK);
}

static int64_t write_held(int64_t person, const char *text)
{
	struct store_comment_added added;
	const struct store_comment_new comment = {.capsule = HERE,
		.slug = ESSAY,
		.text = span_of(text),
		.person = person,
		.now = NOON,
		.most = 100,
		.hold = STORE_HOLD_ALL};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	assert_int_equal(added.state, STORE_HELD);
	return added.id;
}

static void only_what_is_shown_is_found(void **state)
{
	enum store_state after;
	int64_t rosa = person_of(1, "rosa");
	int64_t held = write_held(rosa, "quince");
	int64_t hidden = write_one(rosa, ESSAY, "quince tree");
	int64_t removed = write_one(rosa, ESSAY, "quince jam");
	int64_t deleted = write_one(rosa, ESSAY, "quince bread");
	int64_t edited = write_one(rosa, ESSAY, "quince pie");
	(void)state;
	search_comments(HERE, "quince");
	assert_int_equal(hits.count, 4);
	assert_found("quince tree", "2");
	order(STORE_ACT_HIDE, hidden);
	order(STORE_ACT_REMOVE, removed);
	assert_int_equal(store_comment_delete(w.store, HERE, deleted, rosa), STORE_OK);
	const struct store_comment_edit edit = {
		.capsule = HERE, .text = S("apple pie"), .id = edited, .person = rosa, .now = NOON};
	assert_int_equal(store_comment_edit(w.store, &edit, &after), STORE_OK);
	assert_found("quince", "");
	assert_found("apple", "5");
	order(STORE_ACT_APPROVE, held);
	assert_found("quince", "1");
	order(STORE_ACT_UNHIDE, hidden);
	assert_found("tree", "2");
	assert_found("jam", "");
	assert_int_equal(store_person_leave(w.store, rosa, false, NOON), STORE_OK);
	search_comments(HERE, "tree");
	assert_int_equal(hits.count, 1);
	assert_int_equal(hits.items[0].author.len, 0);
}

static void put_at(
	struct span capsule, const char *slug, const char *title, int64_t stamp, const char *text)
{
	const struct store_post post = {
		.slug = span_of(slug), .title = span_of(title), .stamp = stamp};
	assert_int_equal(store_post_put(w.store, capsule, &post, span_of(text)), STORE_OK);
}

static void search_posts(struct span capsule, const char *typed)
{
	enum store_result result =
		store_search_posts(w.store, capsule, span_of(typed), 0, 20, &w.arena, &hits);
	if (result != STORE_OK)
		fail_msg("%s: %d", typed, (int)result);
}

static void posts_are_put_and_forgotten(void **state)
{
	struct store_post *items;
	size_t count;
	(void)state;
	assert_int_equal(store_posts(w.store, HERE, &w.arena, &items, &count), STORE_OK);
	assert_int_equal(count, 0);
	search_posts(HERE, "lemons");
	assert_int_equal(hits.count, 0);
	put_at(HERE, "posts/b", "Of Lemons", 7, "A text about fruit.");
	put_at(HERE, "posts/a", "A", -5,
		"Lemons are mentioned, and the door is held for somebody.");
	assert_int_equal(store_posts(w.store, HERE, &w.arena, &items, &count), STORE_OK);
	assert_int_equal(count, 2);
	assert_span_equal(items[0].slug, "posts/a");
	assert_int_equal(items[0].stamp, -5);
	assert_span_equal(items[1].title, "Of Lemons");
	search_posts(HERE, "lemons");
	assert_int_equal(hits.count, 2);
	assert_span_equal(hits.items[0].slug, "posts/b"); /* a title counts for more */
	assert_span_equal(hits.items[0].title, "Of Lemons");
	assert_span_equal(hits.items[0].context, "A text about fruit.");
	assert_int_equal(hits.items[0].id, 0);
	search_posts(HERE, "lemons fruit"); /* one in the title, one in the text */
	assert_int_equal(hits.count, 1);
	put_at(HERE, "posts/b", "Of Pears", 8, "Another text.");
	search_posts(HERE, "fruit");
	assert_int_equal(hits.count, 0);
	search_posts(HERE, "pears");
	assert_int_equal(hits.count, 1);
	assert_int_equal(store_post_forget(w.store, HERE, S("posts/b")), STORE_OK);
	assert_int_equal(store_post_forget(w.store, HERE, S("posts/b")), STORE_OK);
	search_posts(HERE, "pears");
	assert_int_equal(hits.count, 0);
	assert_int_equal(ask_file("SELECT count(*) FROM posts"), 1);
}

static void another_capsule_is_not_searched(void **state)
{
	int64_t person, rosa = person_of(1, "rosa");
	struct store_comment_added added;
	(void)state;
	write_one(rosa, ESSAY, "lemons here");
	assert_int_equal(
		register_at(THERE, 2, S("ibrahim"), S("ibrahim"), NOON, &person), STORE_OK);
	const struct store_comment_new comment = {.capsule = THERE,
		.slug = ESSAY,
		.text = S("lemons there"),
		.person = person,
		.now = NOON,
		.most = 100};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	put_at(THERE, "posts/x", "Lemons there", 1, "");
	assert_found("lemons", "1");
	assert_found("there", "");
	search_posts(HERE, "lemons");
	assert_int_equal(hits.count, 0);
	search_comments(THERE, "lemons");
	assert_int_equal(hits.count, 1);
	assert_int_equal(hits.items[0].id, added.id);
	search_posts(THERE, "lemons");
	assert_int_equal(hits.count, 1);
	search_comments(S("nowhere.example"), "lemons");
	assert_int_equal(hits.count, 0);
	/* Nor is it forgotten from here. */
	assert_int_equal(store_post_forget(w.store, HERE, S("posts/x")), STORE_OK);
	assert_int_equal(ask_file("SELECT count(*) FROM posts"), 1);
}

/* Whatever is typed is answered, and finds nothing of another capsule. */
static void any_bytes(void **state)
{
	static const char pieces[] =
		"\"\"**  ()-+:^{}ab12'\n\0\xc3\xa9\xcc\x81\xe2\x80\x9d\xf0\xff.,"
		"NEAR AND OR NOT text capsule";
	int64_t person;
	struct store_comment_added added;
	uint32_t seed = 11;
	(void)state;
	assert_int_equal(
		register_at(THERE, 2, S("ibrahim"), S("ibrahim"), NOON, &person), STORE_OK);
	const struct store_comment_new comment = {.capsule = THERE,
		.slug = ESSAY,
		.text = S("a b ab 1 2 12 near and or not text capsule n e r \xc3\xa9"),
		.person = person,
		.now = NOON,
		.most = 100};
	assert_int_equal(store_comment_add(w.store, &comment, &added), STORE_OK);
	write_one(person_of(1, "rosa"), ESSAY, "nothing of the like");
	for (int i = 0; i < 3000; i++) {
		char text[48];
		size_t len = 0, wanted;
		seed = seed * 1664525 + 1013904223;
		for (wanted = (seed >> 16) % sizeof text; len < wanted;) {
			seed = seed * 1664525 + 1013904223;
			uint32_t drawn = seed >> 16;
			text[len++] = (drawn & 0x700) == 0 ? (char)drawn
							   : pieces[(drawn & 0xff) % sizeof pieces];
		}
		struct span typed = {text, len};
		enum store_result result =
			store_search_comments(w.store, HERE, typed, 0, 5, &w.arena, &hits);
		if (result != STORE_NONE && (result != STORE_OK || hits.count > 1))
			fail_msg("\"%.*s\": %d", SPAN_ARG(typed), (int)result);
		for (size_t k = 0; result == STORE_OK && k < hits.count; k++)
			assert_int_not_equal(hits.items[k].id, added.id);
		result = store_search_posts(w.store, HERE, typed, 0, 5, &w.arena, &hits);
		assert_true(result == STORE_OK || result == STORE_NONE);
	}
}

static void a_text_without_bounds(void **state)
{
	const size_t size = 1 << 20;
	char *text = malloc(size);
	static const char *const kinds[] = {
		"a", "\"", "* ", "ab\"", "\xf0\x9f\x8d\x8b", "\xcc\x81", "a\xcc\x81", "ab*"};
	(void)state;
	assert_non_null(text);
	write_one(person_of(1, "rosa"), ESSAY, "a word");
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t len = strlen(kinds[i]);
		for (size_t k = 0; k < size; k++)
			text[k] = kinds[i][k % len];
		enum store_result result = store_search_comments(
			w.store, HERE, (struct span){text, size}, 0, 5, &w.arena, &hits);
		if (result != STORE_OK && result != STORE_NONE)
			fail_msg("%s: %d", kinds[i], (int)result);
	}
	free(text);
}

static void no_memory_is_no_answer(void **state)
{
	struct arena small;
	(void)state;
	write_one(person_of(1, "rosa"), ESSAY, "lemons");
	put_at(HERE, "posts/a", "A", 1, "lemons");
	for (size_t limit = 0; limit < 600; limit += 40) {
		struct store_post *items;
		size_t count;
		arena_init(&small, limit);
		assert_int_equal(
			store_search_comments(w.store, HERE, S("lemons"), 0, 20, &small, &hits),
			STORE_RESTING);
		arena_end(&small);
		arena_init(&small, limit / 4);
		assert_int_equal(store_posts(w.store, HERE, &small, &items, &count), STORE_RESTING);
		arena_end(&small);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_begin_open, world_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_phrases_and_beginnings),
		TEST(nothing_to_look_for),
		TEST(beginnings_of_any_length),
		TEST(only_what_is_shown_is_found),
		TEST(posts_are_put_and_forgotten),
		TEST(another_capsule_is_not_searched),
		TEST(any_bytes),
		TEST(a_text_without_bounds),
		TEST(no_memory_is_no_answer),
	};
	return cmocka_run_group_tests_name("store_search", tests, NULL, NULL);
}
